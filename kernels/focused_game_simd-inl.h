// focused_game on SIMD lanes: coalitions S of the focus are the lanes, consecutive entries of the lattice. Every
// function gives the bits of its namesake in focused_game.task.h. Included once per SIMD target.
#if defined(LIMPID_KERNELS_FOCUSED_GAME_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_FOCUSED_GAME_SIMD_INL_H_
#undef LIMPID_KERNELS_FOCUSED_GAME_SIMD_INL_H_
#else
#define LIMPID_KERNELS_FOCUSED_GAME_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <bit>
#include <cstddef>

#include "kernels/focused_game.task.h"
#include "kernels/lattice_game_simd-inl.h"
#include "kernels/math_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The weights of a level in lanes: of the coalitions of a vector, by the size of its first one.
template <class D, class Real = hn::TFromD<D>>
class LaneWeights {
 public:
  void make(std::int32_t focused, std::int32_t rest) {
    auto const weights = focused::make_weights(focused, rest);
    std::size_t const lanes = hn::Lanes(D());
    stride_ = (static_cast<std::size_t>(focused) + 1) * lanes;
    Real* const out = table_.reserve(focused::Weights::kRows * stride_);
    for (std::size_t row = 0; row < focused::Weights::kRows; ++row) {
      for (std::size_t i = 0; i < stride_; ++i) {
        auto const members = std::min(i / lanes + static_cast<std::size_t>(std::popcount(i % lanes)),
                                      static_cast<std::size_t>(focused));  // beyond it: no coalition
        out[row * stride_ + i] = static_cast<Real>(weights.of[row][members]);
      }
    }
  }
  /// Of the coalitions s, s + 1, ..., s a multiple of the lanes.
  [[nodiscard]] HWY_INLINE hn::Vec<D> of(std::int32_t row, std::size_t s) const noexcept {
    D const d;
    auto const members = static_cast<std::size_t>(std::popcount(s));
    return hn::Load(d, table_.data() + static_cast<std::size_t>(row) * stride_ + members * hn::Lanes(d));
  }

 private:
  std::size_t stride_ = 0;
  Scratch<Real> table_;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE V slope_of(D d, Link link, V x) {
  auto const one = hn::Set(d, hn::TFromD<D>(1));
  if constexpr (std::is_same_v<hn::TFromD<D>, double>) {
    if (link == Link::kExp) return limpid_exp_lanes(d, x);
    if (link == Link::kSignedSquare) {
      return hn::Mul(hn::Set(d, 2.0), hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Neg(x), x));
    }
    if (link == Link::kSoftplus) return limpid_sigmoid_lanes(d, x);
    if (link == Link::kIdentity) return one;
  }
  auto const p = limpid_sigmoid_lanes(d, x);
  return hn::Mul(p, hn::Sub(one, p));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V mean_slope(D d, Link link, V middle, V squares) {
  auto const half = hn::Set(d, hn::TFromD<D>(0.5));
  auto const sd = hn::Mul(half, hn::Sqrt(squares));
  return hn::Mul(half, hn::Add(slope_of(d, link, hn::Sub(middle, sd)), slope_of(d, link, hn::Add(middle, sd))));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V odds_change(D d, V own_change, V mean_change, V p) {
  using Real = hn::TFromD<D>;
  auto const others = hn::Sub(hn::Set(d, Real(1)), p);
  auto const least = hn::Set(d, Real(1) / Real(1 << 20));
  return hn::Div(hn::Sub(own_change, mean_change), hn::IfThenElse(hn::Gt(others, least), others, least));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V mean_odds_slope(D d, V p, V squares) {
  using Real = hn::TFromD<D>;
  auto const one = hn::Set(d, Real(1));
  auto const half = hn::Set(d, Real(0.5));
  auto const factor = limpid_exp_lanes(d, hn::Mul(half, hn::Sqrt(squares)));
  auto const others = hn::Sub(one, p);
  auto const grown = hn::Mul(p, factor);
  auto const more = hn::Div(grown, hn::Add(grown, others));
  auto const less = hn::Div(p, hn::Add(p, hn::Mul(others, factor)));
  return hn::Mul(half, hn::Add(hn::Mul(less, hn::Sub(one, less)), hn::Mul(more, hn::Sub(one, more))));
}

/// sum += or -= term over integers [size].
template <class Int>
HWY_INLINE void add_integers(Int const* HWY_RESTRICT term, std::size_t size, Int* HWY_RESTRICT sum) {
  hn::ScalableTag<Int> const d;
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    hn::Store(hn::Add(hn::Load(d, sum + s), hn::Load(d, term + s)), d, sum + s);
  }
}
/// out = whole - out.
template <class Int>
HWY_INLINE void subtract_integers(Int const* HWY_RESTRICT whole, std::size_t size, Int* HWY_RESTRICT out) {
  hn::ScalableTag<Int> const d;
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    hn::Store(hn::Sub(hn::Load(d, whole + s), hn::Load(d, out + s)), d, out + s);
  }
}

/// Margins of one output.
template <class Int, class Real>
void store_margins(Int const* HWY_RESTRICT lattice, std::size_t size, double step, double base,
                   Real* HWY_RESTRICT margins) {
  GameTag<Int, Real> const d;
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    hn::Store(margins_of(d, lattice + s, step, base), d, margins + s);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
