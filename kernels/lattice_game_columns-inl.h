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
    D const d;
    std::size_t const stride = std::size_t{1} << (live - kFoldPlayers);
    for (std::size_t i = 0; i < stride; i += hn::Lanes(d)) {
      sum_integers(lattice + i, stride);
      link_and_weigh(static_cast<std::size_t>(std::popcount(i)));
      hn::Vec<D> v[kColumn];
      for (std::size_t k = 0; k < kColumn; ++k) v[k] = hn::Load(d, game_ + k * kLanes);
      fold_column<kColumn / 2>(d, v, entries + i, stride);
    }
    finish_columns(d, live, entries, values);
    fold_members(d, live - kFoldPlayers, entries, values);
    double const common = lattice::common_part(live, static_cast<double>(last_[kLanes - 1]),
                                               [values](std::int32_t bit) { return values[bit]; });
    for (std::int32_t bit = 0; bit < live; ++bit) values[bit] -= common;
  }

 private:
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  /// Vectors whose chains of operations are under way at a time, as many as registers hold.
  static constexpr std::size_t kSideBySide = HWY_TARGET == HWY_AVX3 ? 4 : 2;

  HWY_INLINE void sum_integers(Int const* HWY_RESTRICT lattice, std::size_t stride) {
    hn::Rebind<Int, D> const d;
    hn::Vec<decltype(d)> v[kColumn];
    for (std::size_t k = 0; k < kColumn; ++k) v[k] = hn::Load(d, lattice + k * stride);
    sum_vectors_over_subsets<kColumn>(v);
    for (std::size_t k = 0; k < kColumn; ++k) hn::Store(v[k], d, fixed_ + k * kLanes);
  }

  /// members: of the coalitions of the column's first vector, in its first lane.
  HWY_INLINE void link_and_weigh(std::size_t members) {
    D const d;
    auto const empty = hn::Set(d, empty_);
    for (std::size_t first = 0; first < kColumn; first += kSideBySide) {
      hn::Vec<D> v[kSideBySide];
      link(fixed_ + first * kLanes, v);
      for (std::size_t k = 0; k < kSideBySide; ++k) {
        std::size_t const at = first + k;
        std::size_t const size = members + static_cast<std::size_t>(std::popcount(at));
        v[k] = hn::Sub(v[k], empty);
        hn::Store(hn::Mul(v[k], hn::Load(d, weights_ + size * kLanes)), d, game_ + at * kLanes);
      }
      hn::Store(v[kSideBySide - 1], d, last_);
    }
  }

  /// Responses of kSideBySide vectors.
  HWY_INLINE void link(Int const* HWY_RESTRICT fixed, hn::Vec<D>* HWY_RESTRICT v) {
    D const d;
    if constexpr (std::is_same_v<Real, float>) {
      for (std::size_t k = 0; k < kSideBySide; ++k) v[k] = margins_of(d, fixed + k * kLanes, -step_, -base_);
      limpid_sigmoid_of_negative_vectors<kSideBySide>(d, v);
    } else {
      for (std::size_t k = 0; k < kSideBySide; ++k) {
        v[k] = own_link_lanes(d, link_, margins_of(d, fixed + k * kLanes, step_, base_));
      }
    }
  }

  Link link_;
  double step_;
  double base_;
  Real empty_;
  Real const* weights_;
  alignas(64) Int fixed_[kColumn * kLanes];
  alignas(64) Real game_[kColumn * kLanes];
  alignas(64) Real last_[kLanes];  ///< v(S) - v(empty) of the column's last vector
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
