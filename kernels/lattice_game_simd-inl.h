// lattice_game on SIMD lanes: coalitions S are the lanes, consecutive entries of the lattice. Every function gives the
// bits of its namesake in lattice_game.task.h. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <bit>

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_game_fold-inl.h"
#include "kernels/lattice_game_zeta-inl.h"
#include "kernels/math_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The lanes of a game in Real on a lattice of Int: with 64-bit integers a float vector has as many lanes as one of
/// doubles, which the margins pass through.
template <class Int, class Real>
using GameTag = std::conditional_t<std::is_same_v<Int, lattice::Wide>, hn::Rebind<Real, hn::ScalableTag<double>>,
                                   hn::ScalableTag<Real>>;

/// Bit i: leaf i of 64 is alive.
HWY_INLINE std::uint64_t alive_mask(std::uint8_t const* HWY_RESTRICT row, std::uint8_t const* HWY_RESTRICT background) {
  hn::CappedTag<std::uint8_t, 64> const d;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  auto const ones = hn::Set(d, std::uint8_t{0xFF});
  alignas(8) std::uint8_t bytes[8] = {};
  for (std::size_t i = 0; i < 64; i += kLanes) {
    auto const alive = hn::Eq(hn::Or(hn::LoadU(d, row + i), hn::LoadU(d, background + i)), ones);
    if constexpr (kLanes >= 8) {
      hn::StoreMaskBits(d, alive, bytes + i / 8);
    } else {
      std::uint8_t lanes[8] = {};
      hn::StoreMaskBits(d, alive, lanes);
      bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (lanes[0] << (i % 8)));
    }
  }
  std::uint64_t mask = 0;
  hwy::CopyBytes<8>(bytes, &mask);
  return mask;
}

/// Indices of the alive leaves among `leaves` (a multiple of 64), in order; `out`: room for leaves + 64. Eight are
/// written at a time, needed or not: no branch depends on the data but the rare one for more than eight.
inline std::size_t find_alive(std::uint8_t const* row, std::uint8_t const* background, std::int64_t leaves,
                              std::uint32_t* HWY_RESTRICT out) {
  std::size_t count = 0;
  for (std::int64_t l = 0; l < leaves; l += 64) {
    std::uint64_t mask = alive_mask(row + l, background + l);
    auto const here = static_cast<std::size_t>(std::popcount(mask));
    auto const first = static_cast<std::uint32_t>(l);
    std::uint32_t* const at = out + count;
    for (std::size_t i = 0; i < 8; ++i, mask &= mask - 1) {
      at[i] = first + static_cast<std::uint32_t>(std::countr_zero(mask));
    }
    for (std::size_t i = 8; i < here; ++i, mask &= mask - 1) {
      at[i] = first + static_cast<std::uint32_t>(std::countr_zero(mask));
    }
    count += here;
  }
  return count;
}

/// margin_of in lanes.
template <class Int, class D>
HWY_INLINE hn::Vec<D> margins_of(D d, Int const* HWY_RESTRICT fixed, double step, double base) {
  if constexpr (std::is_same_v<hn::TFromD<D>, double>) {
    if constexpr (std::is_same_v<Int, lattice::Wide>) {
      hn::RebindToSigned<D> const di;
      auto const k = hn::ConvertTo(d, hn::BitCast(di, hn::Load(hn::RebindToUnsigned<D>(), fixed)));
      return hn::Add(hn::Mul(k, hn::Set(d, step)), hn::Set(d, base));
    } else {
      hn::Rebind<std::int32_t, D> const di;
      auto const k = hn::PromoteTo(d, hn::BitCast(di, hn::Load(hn::Rebind<std::uint32_t, D>(), fixed)));
      return hn::Add(hn::Mul(k, hn::Set(d, step)), hn::Set(d, base));
    }
  } else if constexpr (std::is_same_v<Int, lattice::Wide>) {
    hn::Rebind<double, D> const dd;
    return hn::DemoteTo(d, margins_of(dd, fixed, step, base));
  } else {
    hn::RebindToSigned<D> const di;
    auto const k = hn::ConvertTo(d, hn::BitCast(di, hn::Load(hn::RebindToUnsigned<D>(), fixed)));
    return hn::Add(hn::Mul(k, hn::Set(d, static_cast<float>(step))), hn::Set(d, static_cast<float>(base)));
  }
}

/// link_of_one in lanes, for the links that are computed in the type: in float the sigmoid alone. Softmax leaves the
/// margins.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V own_link_lanes(D d, Link link, V v) {
  if constexpr (std::is_same_v<hn::TFromD<D>, float>) return limpid_sigmoid_lanes(d, v);
  if (link == Link::kSigmoid) return limpid_sigmoid_lanes(d, v);
  if (link == Link::kExp) return limpid_exp_lanes(d, v);
  if (link == Link::kSignedSquare) return limpid_signed_square_lanes(d, v);
  if (link == Link::kSoftplus) return limpid_softplus_lanes(d, v);
  return v;
}

/// One output's margins -> its game, for links that see one output.
template <class Int, class Real>
void apply_own_link(LatticeGameArgs const& args, std::int32_t output, Int const* HWY_RESTRICT lattice, std::size_t size,
                    Real empty, Real* HWY_RESTRICT game) {
  GameTag<Int, Real> const d;
  double const step = args.step[output];
  double const base = args.base_margin[output];
  auto const v_empty = hn::Set(d, empty);
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto const v = own_link_lanes(d, args.link, margins_of(d, lattice + s, step, base));
    hn::Store(hn::Sub(v, v_empty), d, game + s);
  }
}

/// Margins -> games of all outputs under softmax; the arrays are [G x size]. Margins and then exponentials wait in
/// `game`.
template <class Int, class Real>
void apply_softmax(LatticeGameArgs const& args, Int const* HWY_RESTRICT lattice, std::size_t size,
                   Real const* HWY_RESTRICT empty, Real* HWY_RESTRICT game) {
  GameTag<Int, Real> const d;
  auto const outputs = static_cast<std::size_t>(args.outputs);
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto largest = margins_of(d, lattice + s, args.step[0], args.base_margin[0]);
    hn::Store(largest, d, game + s);
    for (std::size_t g = 1; g < outputs; ++g) {
      auto const margin = margins_of(d, lattice + g * size + s, args.step[g], args.base_margin[g]);
      hn::Store(margin, d, game + g * size + s);
      largest = hn::Max(largest, margin);
    }
    auto sum = hn::Zero(d);
    for (std::size_t g = 0; g < outputs; ++g) {
      auto const power = limpid_exp_lanes(d, hn::Sub(hn::Load(d, game + g * size + s), largest));
      hn::Store(power, d, game + g * size + s);
      sum = hn::Add(sum, power);
    }
    for (std::size_t g = 0; g < outputs; ++g) {
      auto const share = hn::Div(hn::Load(d, game + g * size + s), sum);
      hn::Store(hn::Sub(share, hn::Set(d, empty[g])), d, game + g * size + s);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
