/// Shapley interaction indices of all pairs of a lattice's players in O(2^V), ARCHITECTURE.md 2.2. This file is the
/// definition: every mapping gives its bits.
///
/// SII_ij = sum over S without i and j of w_s (v(S+i+j) - v(S+i) - v(S+j) + v(S)), w_s = s! (V-2-s)! / (V-1)!
/// (Grabisch & Roubens 1999). Collected by coalition, with v(empty) = 0:
///   SII_ij = A_ij - B_i - B_j + C
///   A_ij = sum of (w_{s-2} + 2 w_{s-1} + w_s) v(S) over the S with i and j,   s = |S|
///   B_i  = sum of (w_{s-1} + w_s) v(S) over the S with i,   C = sum of w_s v(S)
/// All A_ij come from one halving: the half that has player i is folded into its members' sums, then added to the
/// other half. B and C need no pass of their own, since s (w_{s-1} + w_s) = (V-1) w_s for s < V-1:
///   B_i = (sum_j A_ij - sum over k != i of v(N-k) - v(N)) / (V-2) + (w_0 + w_1) v({i})
///   C   = (sum_i B_i - sum_k v(N-k)) / (V-1)
/// In double throughout: the terms of SII_ij are up to V times as large as it is.
#pragma once

#include <cstdint>

#include "kernels/lattice_game.task.h"

namespace limpid::lattice {

inline constexpr std::int32_t kMostLive = 20;                                ///< --max-exact-players
inline constexpr std::int32_t kMostPairs = kMostLive * (kMostLive - 1) / 2;  ///< of different players

/// Place of the pair of lattice bits low < high among V (V-1) / 2.
LIMPID_HD constexpr std::int32_t live_pair(std::int32_t low, std::int32_t high) noexcept {
  return high * (high - 1) / 2 + low;
}

struct LivePair {
  std::int32_t low;
  std::int32_t high;
};
/// The pair at a place.
LIMPID_HD constexpr LivePair live_pair_at(std::int32_t place) noexcept {
  LivePair pair{place, 1};
  while (pair.low >= pair.high) pair.low -= pair.high++;
  return pair;
}

/// What v(S) - v(empty), |S| = size, is multiplied by in A_ij; V >= 2.
LIMPID_HD inline double pair_weight(std::int32_t live, std::int32_t size) noexcept {
  return shapley_weight(live - 1, size - 2) + 2.0 * shapley_weight(live - 1, size - 1) + shapley_weight(live - 1, size);
}

/// The entries of a game that enter B and C by themselves, before the game is weighted: v({i}) at i, v(N - i) at V + i,
/// v(N) at 2 V.
inline constexpr std::int32_t kMostEdges = 2 * kMostLive + 1;

template <class Real>
LIMPID_HD inline double edge_of(Real const* game, std::int32_t live, std::int32_t n) noexcept {
  std::uint32_t const all = (1U << live) - 1;
  if (n == 2 * live) return static_cast<double>(game[all]);
  return static_cast<double>(n < live ? game[1U << n] : game[all ^ (1U << (n - live))]);
}

/// A_ij of the weighted entries [2^V], which are destroyed; pairs [V (V-1) / 2].
LIMPID_HD inline void fold_pairs(double* entries, std::int32_t live, double* pairs) noexcept {
  for (std::int32_t high = live - 1; high > 0; --high) {
    std::uint32_t const half = 1U << high;
    for (std::uint32_t i = 0; i < half; ++i) entries[i] += entries[i + half];
    fold_members(entries + half, high, pairs + live_pair(0, high));
  }
}

/// The sum of the v(N - k).
LIMPID_HD inline double sum_without(double const* edges, std::int32_t live) noexcept {
  double sum = 0.0;
  for (std::int32_t k = 0; k < live; ++k) sum += edges[live + k];
  return sum;
}

/// B_i, V > 2. pair_of(low, high): A.
template <class PairOf>
LIMPID_HD inline double single_part(double const* edges, std::int32_t live, std::int32_t i,
                                    PairOf const& pair_of) noexcept {
  double sum = 0.0;
  for (std::int32_t j = 0; j < live; ++j) {
    if (j != i) sum += j < i ? pair_of(j, i) : pair_of(i, j);
  }
  double const alone_weight = shapley_weight(live - 1, 0) + shapley_weight(live - 1, 1);
  return (sum - (sum_without(edges, live) - edges[live + i]) - edges[2 * live]) / (live - 2) + alone_weight * edges[i];
}

/// C of the B [V].
LIMPID_HD inline double common_part_of_pairs(double const* edges, std::int32_t live, double const* singles) noexcept {
  double sum = 0.0;
  for (std::int32_t i = 0; i < live; ++i) sum += singles[i];
  return (sum - sum_without(edges, live)) / (live - 1);
}

/// Half of SII: of two players alone their own entries say it.
LIMPID_HD inline double finish_pair(double const* edges, std::int32_t live, double pair, double single_low,
                                    double single_high, double common) noexcept {
  if (live == 2) return 0.5 * (edges[4] - edges[0] - edges[1]);
  return 0.5 * (pair - single_low - single_high + common);
}

/// A_ij -> SHAP interaction values. pairs [V (V-1) / 2], V >= 2.
LIMPID_HD inline void finish_pairs(double const* edges, std::int32_t live, double* pairs) noexcept {
  double singles[kMostLive] = {};
  auto const pair_of = [pairs](std::int32_t low, std::int32_t high) { return pairs[live_pair(low, high)]; };
  for (std::int32_t i = 0; live > 2 && i < live; ++i) singles[i] = single_part(edges, live, i, pair_of);
  double const common = common_part_of_pairs(edges, live, singles);
  for (std::int32_t high = 1; high < live; ++high) {
    for (std::int32_t low = 0; low < high; ++low) {
      double& pair = pairs[live_pair(low, high)];
      pair = finish_pair(edges, live, pair, singles[low], singles[high], common);
    }
  }
}

/// SHAP interaction values of one output, V >= 2. game [2^V]: v(S) - v(empty); entries [2^V]: scratch;
/// pairs [V (V-1) / 2] out.
template <class Real>
LIMPID_HD inline void interactions_of(Real const* game, std::int32_t live, double* entries, double* pairs) noexcept {
  double edges[kMostEdges];
  for (std::int32_t n = 0; n <= 2 * live; ++n) edges[n] = edge_of(game, live, n);
  for (std::uint32_t s = 0; s < (1U << live); ++s) {
    std::int32_t members = 0;
    for (std::uint32_t rest = s; rest != 0; rest &= rest - 1) ++members;
    entries[s] = static_cast<double>(game[s]) * pair_weight(live, members);
  }
  fold_pairs(entries, live, pairs);
  finish_pairs(edges, live, pairs);
}

}  // namespace limpid::lattice
