/// focused_game: response Shapley values of the pairs (row, background row) whose whole lattice would be too large, by
/// a lattice over the few players that matter most, ARCHITECTURE.md 2.3. No sampling: every margin is exact, and what
/// is left out are interactions of the remaining players with each other beyond the third order.
///
/// Level L focuses on f = L - 1 players. For every coalition S of them it evaluates the remaining players R all out,
/// all in, and each of them alone in or alone out: 2^L (V - L + 2) coalition values. Along the diagonal where each of R
/// is in with probability t, the mean of v(S, .) has then known ends and slopes (a cubic), and each remaining player's
/// contribution known ends; its middle comes from the exact mean margins at t = 1/2.
/// Integers up to the link, then one fixed pairing as in lattice_game: same bits on every device.
#pragma once

#include <cstdint>

#include "kernels/lattice_game.h"
#include "limpid/platform.h"

namespace limpid {

inline constexpr std::int32_t kLeastFocusLevel = 8;
inline constexpr std::int32_t kMostFocusLevel = 16;
inline constexpr std::int32_t kFocusLevelStep = 2;  ///< down to the level that values are compared with

/// Coalition values of level L at V players: the whole lattice where it holds them all.
[[nodiscard]] LIMPID_HD constexpr std::int64_t focus_coalitions(std::int32_t level, std::int32_t players) noexcept {
  if (players <= level) return std::int64_t{1} << players;
  return (std::int64_t{1} << level) * (players - level + 2);
}

/// The largest level within the budget, at least kLeastFocusLevel.
[[nodiscard]] LIMPID_HD constexpr std::int32_t focus_level(std::int64_t coalitions, std::int32_t players) noexcept {
  std::int32_t level = kMostFocusLevel;
  while (level > kLeastFocusLevel && focus_coalitions(level, players) > coalitions) --level;
  return level;
}

struct FocusedGameArgs {
  /// Paths, patterns and pairs as of lattice_game, whose `largest` is read: rows with at most max_players have no such
  /// pair. Its `values` are not touched. Background blocks as there: after the first one everything goes on.
  LatticeGameArgs lattice;
  std::int64_t coalitions = 0;        ///< budget per pair: focus_level() of it and the pair's V is played
  double* sums = nullptr;             ///< [G x P x value_stride] out: sums of weight times the pairs' values
  double* changes = nullptr;          ///< [G x P x value_stride] out: weighted sums of their changes since level L - 2
  std::int32_t* estimated = nullptr;  ///< [R] out: pairs of the row that were played
};

void focused_game_cpu(FocusedGameArgs const& args);

}  // namespace limpid
