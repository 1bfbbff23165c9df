// A game of lattice_game in one pass over its lattice: the last players of the zeta transform, the link, the weights
// and the first players of the fold, a column of vectors at a time. Every number is that of the steps one after the
// other. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_COLUMNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_COLUMNS_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_COLUMNS_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_COLUMNS_INL_H_
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/lattice_game_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One output's game, as its columns are made.
template <class Int, class Real>
class ColumnGame {
 public:
  using D = GameTag<Int, Real>;

  /// `empty`: the output's response of the empty coalition; weights [V + 1 x lanes].
  ColumnGame(LatticeGameArgs const& args, std::size_t output, Real empty, Real const* weights)
      : link_(args.link), step_(args.step[output]), base_(args.base_margin[output]), empty_(empty), weights_(weights) {}

  /// Values of a lattice [2^V], on which the zeta transform of all players but the kFoldPlayers highest was made.
  /// entries [2^V]: scratch; values [V]. REQUIRES: has_columns().
  void fold(Int const* HWY_RESTRICT lattice, std::int32_t live, Real* HWY_RESTRICT entries,
            double* HWY_RESTRICT values) {
    if (std::is_same_v<Real, float> && !lattice::is_within_sigmoid<Int>(step_, base_)) {
      fold_columns<true>(lattice, live, entries);
    } else {
      fold_columns<false>(lattice, live, entries);
    }
    finish_columns(D(), live, entries, values);
    fold_members(D(), live - kFoldPlayers, entries, values);
    double const common = lattice::common_part(live, whole(), [values](std::int32_t bit) { return values[bit]; });
    for (std::int32_t bit = 0; bit < live; ++bit) values[bit] -= common;
  }

 private:
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  /// Vectors whose chains of operations are under way at a time, as many as registers hold.
  static constexpr std::size_t kSideBySide = HWY_TARGET == HWY_AVX3 ? 8 : 2;

  template <bool clamped>
  HWY_INLINE void fold_columns(Int const* HWY_RESTRICT lattice, std::int32_t live, Real* HWY_RESTRICT entries) {
    D const d;
    std::size_t const stride = std::size_t{1} << (live - kFoldPlayers);
    for (std::size_t i = 0; i < stride; i += hn::Lanes(d)) {
      sum_integers(lattice + i, stride);
      link_and_weigh<clamped>(static_cast<std::size_t>(std::popcount(i)));
      hn::Vec<D> v[kColumn];
      for (std::size_t k = 0; k < kColumn; ++k) v[k] = hn::Load(d, game_ + k * kLanes);
      fold_column<kColumn / 2>(d, v, entries + i, stride);
    }
  }

  HWY_INLINE void sum_integers(Int const* HWY_RESTRICT lattice, std::size_t stride) {
    hn::Rebind<Int, D> const d;
    hn::Vec<decltype(d)> v[kColumn];
    for (std::size_t k = 0; k < kColumn; ++k) v[k] = hn::Load(d, lattice + k * stride);
    sum_vectors_over_subsets<kColumn>(v);
    for (std::size_t k = 0; k < kColumn; ++k) hn::Store(v[k], d, fixed_ + k * kLanes);
  }

  /// members: of the coalitions of the column's first vector, in its first lane.
  template <bool clamped>
  HWY_INLINE void link_and_weigh(std::size_t members) {
    D const d;
    auto const empty = hn::Set(d, empty_);
    for (std::size_t first = 0; first < kColumn; first += kSideBySide) {
      hn::Vec<D> v[kSideBySide];
      link<clamped>(fixed_ + first * kLanes, v);
      for (std::size_t k = 0; k < kSideBySide; ++k) {
        std::size_t const at = first + k;
        std::size_t const size = members + static_cast<std::size_t>(std::popcount(at));
        v[k] = hn::Sub(v[k], empty);
        hn::Store(hn::Mul(v[k], hn::Load(d, weights_ + size * kLanes)), d, game_ + at * kLanes);
      }
    }
  }

  /// Responses of kSideBySide vectors.
  template <bool clamped>
  HWY_INLINE void link(Int const* HWY_RESTRICT fixed, hn::Vec<D>* HWY_RESTRICT v) {
    D const d;
    if constexpr (std::is_same_v<Real, float>) {
      for (std::size_t k = 0; k < kSideBySide; ++k) v[k] = margins_of(d, fixed + k * kLanes, -step_, -base_);
      limpid_sigmoid_of_negative_vectors<kSideBySide, clamped>(d, v);
    } else {
      for (std::size_t k = 0; k < kSideBySide; ++k) {
        v[k] = own_link_lanes(d, link_, margins_of(d, fixed + k * kLanes, step_, base_));
      }
    }
  }

  /// v(N) - v(empty): all players are the last lane of the last column's last vector.
  [[nodiscard]] double whole() const noexcept {
    Real all = lattice::margin_of<Real>(fixed_[kColumn * kLanes - 1], step_, base_);
    apply_link(link_, 1, &all, 1);
    return static_cast<double>(all - empty_);
  }

  Link link_;
  double step_;
  double base_;
  Real empty_;
  Real const* weights_;
  alignas(64) Int fixed_[kColumn * kLanes];
  alignas(64) Real game_[kColumn * kLanes];
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
