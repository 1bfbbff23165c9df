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

/// What v(S) - v(empty), |S| = size, is multiplied by in A_ij; V >= 2.
LIMPID_HD inline double pair_weight(std::int32_t live, std::int32_t size) noexcept {
  return shapley_weight(live - 1, size - 2) + 2.0 * shapley_weight(live - 1, size - 1) + shapley_weight(live - 1, size);
}

/// The entries of a game that enter B and C by themselves, before the game is weighted.
struct EdgeEntries {
  double alone[kMostLive] = {};    ///< [V] v({i})
  double without[kMostLive] = {};  ///< [V] v(N - i)
  double all = 0.0;                ///< v(N)
};

template <class Real>
LIMPID_HD inline void read_edges(Real const* game, std::int32_t live, EdgeEntries& edges) noexcept {
  std::uint32_t const all = (1U << live) - 1;
  for (std::int32_t i = 0; i < live; ++i) {
    edges.alone[i] = static_cast<double>(game[1U << i]);
    edges.without[i] = static_cast<double>(game[all ^ (1U << i)]);
  }
  edges.all = static_cast<double>(game[all]);
}

/// A_ij of the weighted entries [2^V], which are destroyed; pairs [V (V-1) / 2].
LIMPID_HD inline void fold_pairs(double* entries, std::int32_t live, double* pairs) noexcept {
  for (std::int32_t high = live - 1; high > 0; --high) {
    std::uint32_t const half = 1U << high;
    for (std::uint32_t i = 0; i < half; ++i) entries[i] += entries[i + half];
    fold_members(entries + half, high, pairs + live_pair(0, high));
  }
}

/// A_ij -> SHAP interaction values, half of SII_ij. pairs [V (V-1) / 2], V >= 2.
LIMPID_HD inline void finish_pairs(EdgeEntries const& edges, std::int32_t live, double* pairs) noexcept {
  if (live == 2) {
    pairs[0] = 0.5 * (edges.all - edges.alone[0] - edges.alone[1]);
    return;
  }
  double without = 0.0;
  for (std::int32_t i = 0; i < live; ++i) without += edges.without[i];
  double const alone_weight = shapley_weight(live - 1, 0) + shapley_weight(live - 1, 1);
  double single[kMostLive];  // B
  double singles = 0.0;
  for (std::int32_t i = 0; i < live; ++i) {
    double sum = 0.0;
    for (std::int32_t j = 0; j < live; ++j) {
      if (j != i) sum += pairs[j < i ? live_pair(j, i) : live_pair(i, j)];
    }
    single[i] = (sum - (without - edges.without[i]) - edges.all) / (live - 2) + alone_weight * edges.alone[i];
    singles += single[i];
  }
  double const none = (singles - without) / (live - 1);  // C
  for (std::int32_t high = 1; high < live; ++high) {
    for (std::int32_t low = 0; low < high; ++low) {
      double& pair = pairs[live_pair(low, high)];
      pair = 0.5 * (pair - single[low] - single[high] + none);
    }
  }
}

/// SHAP interaction values of one output, V >= 2. game [2^V]: v(S) - v(empty); entries [2^V]: scratch;
/// pairs [V (V-1) / 2] out.
template <class Real>
LIMPID_HD inline void interactions_of(Real const* game, std::int32_t live, double* entries, double* pairs) noexcept {
  EdgeEntries edges;
  read_edges(game, live, edges);
  for (std::uint32_t s = 0; s < (1U << live); ++s) {
    std::int32_t members = 0;
    for (std::uint32_t rest = s; rest != 0; rest &= rest - 1) ++members;
    entries[s] = static_cast<double>(game[s]) * pair_weight(live, members);
  }
  fold_pairs(entries, live, pairs);
  finish_pairs(edges, live, pairs);
}

}  // namespace limpid::lattice
