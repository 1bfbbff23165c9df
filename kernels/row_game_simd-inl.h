// row_game on SIMD lanes: coalitions are the lanes. Every function gives the bits of its namesake in row_game.task.h.
// Included once per SIMD target.
#if defined(LIMPID_KERNELS_ROW_GAME_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_ROW_GAME_SIMD_INL_H_
#undef LIMPID_KERNELS_ROW_GAME_SIMD_INL_H_
#else
#define LIMPID_KERNELS_ROW_GAME_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/lattice_game_simd-inl.h"
#include "kernels/math_simd-inl.h"
#include "kernels/row_game.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One output's integers [2^bits] -> w p and w (1 - p) of every entry, for the sigmoid. size >= lanes.
template <class Int>
void sigmoid_pair_odds(LatticeGameArgs const& args, std::int32_t output, Int const* HWY_RESTRICT lattice,
                       std::size_t size, double weight, double* HWY_RESTRICT chance, double* HWY_RESTRICT against) {
  hn::ScalableTag<double> const d;
  auto const one = hn::Set(d, 1.0);
  auto const w = hn::Set(d, weight);
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto const margin = margins_of(d, lattice + s, args.step[output], args.base_margin[output]);
    auto const above = hn::Ge(margin, hn::Zero(d));
    auto const power = limpid_exp_lanes(d, hn::IfThenElse(above, hn::Neg(margin), margin));
    auto const larger = hn::Div(one, hn::Add(one, power));
    auto const smaller = hn::Mul(power, larger);
    hn::Store(hn::Mul(hn::IfThenElse(above, larger, smaller), w), d, chance + s);
    hn::Store(hn::Mul(hn::IfThenElse(above, smaller, larger), w), d, against + s);
  }
}

/// The same for all outputs under softmax; the arrays are [G x size]. Margins, then exponentials wait in `chance`.
template <class Int>
void softmax_pair_odds(LatticeGameArgs const& args, Int const* HWY_RESTRICT lattice, std::size_t size, double weight,
                       double* HWY_RESTRICT chance, double* HWY_RESTRICT against) {
  hn::ScalableTag<double> const d;
  auto const outputs = static_cast<std::size_t>(args.outputs);
  auto const one = hn::Set(d, 1.0);
  auto const w = hn::Set(d, weight);
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto largest = margins_of(d, lattice + s, args.step[0], args.base_margin[0]);
    hn::Store(largest, d, chance + s);
    for (std::size_t g = 1; g < outputs; ++g) {
      auto const margin = margins_of(d, lattice + g * size + s, args.step[g], args.base_margin[g]);
      hn::Store(margin, d, chance + g * size + s);
      largest = hn::Max(largest, margin);
    }
    auto others = hn::Zero(d);
    auto not_yet = hn::Eq(one, one);
    for (std::size_t g = 0; g < outputs; ++g) {
      auto const margin = hn::Load(d, chance + g * size + s);
      auto const power = limpid_exp_lanes(d, hn::Sub(margin, largest));
      auto const top = hn::And(not_yet, hn::Eq(margin, largest));
      others = hn::Add(others, hn::IfThenZeroElse(top, power));
      not_yet = hn::AndNot(top, not_yet);
      hn::Store(power, d, chance + g * size + s);
      hn::Store(hn::IfThenElseZero(top, one), d, against + g * size + s);  // marks the top
    }
    auto const share = hn::Div(one, hn::Add(one, others));
    for (std::size_t g = 0; g < outputs; ++g) {
      auto const power = hn::Load(d, chance + g * size + s);
      auto const top = hn::Eq(hn::Load(d, against + g * size + s), one);
      auto const rest = hn::IfThenElse(top, others, hn::Add(one, hn::Sub(others, power)));
      hn::Store(hn::Mul(hn::Mul(rest, share), w), d, against + g * size + s);
      hn::Store(hn::Mul(hn::Mul(power, share), w), d, chance + g * size + s);
    }
  }
}

/// Adds to sums [2^V] the entries of `count` pairs, one after the other: of pair i the `run` coalitions of block b are
/// the entries from offsets[i][b] on. run >= lanes.
template <std::size_t count>
void add_entries(std::array<double const*, count> const& entries,
                 std::array<std::uint32_t const*, count> const& offsets, std::size_t run, std::size_t blocks,
                 double* HWY_RESTRICT sums) {
  hn::ScalableTag<double> const d;
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t s = 0; s < run; s += hn::Lanes(d)) {
      auto sum = hn::Load(d, sums + b * run + s);
      for (std::size_t i = 0; i < count; ++i) sum = hn::Add(sum, hn::Load(d, entries[i] + offsets[i][b] + s));
      hn::Store(sum, d, sums + b * run + s);
    }
  }
}

/// Sums of p and of 1 - p -> v(S) - v(empty), in `chance` [size]. size >= lanes.
inline void sums_to_game(double* HWY_RESTRICT chance, double const* HWY_RESTRICT against, std::size_t size) {
  hn::ScalableTag<double> const d;
  auto const empty = hn::Set(d, row_game::log_odds(chance[0], against[0]));
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto const v = limpid_log_lanes(d, hn::Div(hn::Load(d, chance + s), hn::Load(d, against + s)));
    hn::Store(hn::Sub(v, empty), d, chance + s);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
