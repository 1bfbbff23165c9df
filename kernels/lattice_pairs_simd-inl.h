// lattice_pairs on SIMD lanes: coalitions are the lanes. Every function gives the bits of its namesake in
// lattice_pairs.task.h. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_PAIRS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_PAIRS_SIMD_INL_H_
#undef LIMPID_KERNELS_LATTICE_PAIRS_SIMD_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_PAIRS_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "compile/layout.h"
#include "kernels/lattice_game_fold-inl.h"
#include "kernels/lattice_pairs.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The weights of A_ij for a vector of coalitions, by the size of its first one.
using PairWeights = MemberWeights<hn::ScalableTag<double>, double, lattice::pair_weight>;

template <class D, class Real>
HWY_INLINE hn::Vec<D> load_doubles(D d, Real const* HWY_RESTRICT from) {
  if constexpr (std::is_same_v<Real, float>) {
    return hn::PromoteTo(d, hn::Load(hn::Rebind<float, D>(), from));
  } else {
    return hn::Load(d, from);
  }
}

template <class D>
void fold_pairs(D d, double* HWY_RESTRICT entries, std::int32_t live, double* HWY_RESTRICT pairs) {
  for (std::int32_t high = live - 1; high > 0; --high) {
    std::size_t const half = std::size_t{1} << high;
    double* const members = pairs + lattice::live_pair(0, high);
    if (half < hn::Lanes(d)) {
      for (std::size_t i = 0; i < half; ++i) entries[i] += entries[i + half];
      lattice::fold_members(entries + half, high, members);
      continue;
    }
    for (std::size_t i = 0; i < half; i += hn::Lanes(d)) {
      hn::Store(hn::Add(hn::Load(d, entries + i), hn::Load(d, entries + half + i)), d, entries + i);
    }
    fold_members(d, high, entries + half, members);
  }
}

/// The interactions of one game after the other, added up by pairs of players.
class PairSums {
 public:
  /// `most`: of live players.
  explicit PairSums(std::int32_t most) : weights_(most) {}

  /// Says which player each lattice bit is: bit_of_player [P].
  void set_players(std::uint32_t const* bit_of_player, std::int32_t players) noexcept {
    players_ = players;
    for (std::int32_t p = 0; p < players; ++p) {
      if (bit_of_player[p] != 0) player_[std::countr_zero(bit_of_player[p])] = p;
    }
  }
  /// The same by the bits: of_bit [V], among `players` in all.
  void set_players(std::span<std::uint32_t const> of_bit, std::int32_t players) noexcept {
    players_ = players;
    for (std::size_t bit = 0; bit < of_bit.size(); ++bit) player_[bit] = static_cast<std::int32_t>(of_bit[bit]);
  }

  /// Adds weight times the interactions of a game [2^V] to sums [T x stride].
  template <class Real>
  void add(Real const* game, std::int32_t live, double weight, double* sums, std::int64_t stride) {
    if (live < 2) return;
    double pairs[lattice::kMostPairs];
    compute(game, live, pairs);
    for (std::int32_t high = 1; high < live; ++high) {
      for (std::int32_t low = 0; low < high; ++low) {
        sums[pair_index(players_, player_[low], player_[high]) * stride] +=
            weight * pairs[lattice::live_pair(low, high)];
      }
    }
  }

 private:
  template <class Real>
  void compute(Real const* game, std::int32_t live, double* pairs) {
    hn::ScalableTag<double> const d;
    std::size_t const lanes = hn::Lanes(d);
    std::size_t const size = std::size_t{1} << live;
    double* const entries = entries_.reserve(size);
    if (size < lanes) return lattice::interactions_of(game, live, entries, pairs);
    double edges[lattice::kMostEdges];
    for (std::int32_t n = 0; n <= 2 * live; ++n) edges[n] = lattice::edge_of(game, live, n);
    double const* const weights = weights_.of(live);
    for (std::size_t s = 0; s < size; s += lanes) {
      auto const row = static_cast<std::size_t>(std::popcount(s)) * lanes;
      hn::Store(hn::Mul(load_doubles(d, game + s), hn::Load(d, weights + row)), d, entries + s);
    }
    fold_pairs(d, entries, live, pairs);
    lattice::finish_pairs(edges, live, pairs);
  }

  std::int32_t players_ = 0;                      ///< P
  std::int32_t player_[lattice::kMostLive] = {};  ///< [V] of each lattice bit
  Scratch<double> entries_;                       ///< [2^V]
  PairWeights weights_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
