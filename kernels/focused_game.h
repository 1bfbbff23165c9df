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

inline constexpr std::int32_t kLeastFocusLevel = 2;
inline constexpr std::int32_t kMostFocusLevel = 16;
/// Up to this level the values are compared with those of one level below it, above it of two.
inline constexpr std::int32_t kNearFocusLevel = 6;

/// The level that the values of a level are compared with. All of its coalition values are among the other's.
[[nodiscard]] LIMPID_HD constexpr std::int32_t focus_level_below(std::int32_t level) noexcept {
  return level <= kNearFocusLevel ? level - 1 : level - 2;
}

/// Bits of a level's lattice: its L - 1 players, and at small levels as many that nobody has as fill a vector. A player
/// that changes nothing changes no value.
[[nodiscard]] LIMPID_HD constexpr std::int32_t focus_bits(std::int32_t level) noexcept {
  constexpr std::int32_t kFewest = 4;
  return level - 1 < kFewest ? kFewest : level - 1;
}

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

/// At which level a pair is played.
struct FocusEffort {
  static constexpr std::int32_t kDefaultLevel = 12;  ///< about the time of 2,088 sampled coalitions
  std::int64_t coalitions = 0;                       ///< budget per pair; 0: the default level
  std::int32_t raise = 0;                            ///< levels above it,
  std::int64_t most_coalitions = 0;                  ///< as long as they are within this budget; 0: any

  [[nodiscard]] LIMPID_HD constexpr std::int32_t level(std::int32_t players) const noexcept {
    std::int32_t const first = coalitions > 0 ? focus_level(coalitions, players) : kDefaultLevel;
    std::int32_t const most = most_coalitions > 0 ? focus_level(most_coalitions, players) : kMostFocusLevel;
    std::int32_t const raised = first + raise < most ? first + raise : most;
    return raised > first ? raised : first;
  }
};

struct FocusedGameArgs {
  /// Paths, patterns and pairs as of lattice_game, whose `largest` is read: rows with at most max_players have no such
  /// pair. Its `values` are not touched. Background blocks as there: after the first one everything goes on.
  LatticeGameArgs lattice;
  FocusEffort effort;
  std::int32_t most_players = INT32_MAX;  ///< pairs with more are left alone
  /// [rows] the rows that are played; nullptr: all. Then `lattice.rows` is how many, and the device alone knows them.
  std::int32_t const* row_list = nullptr;
  double* sums = nullptr;     ///< [G x P x value_stride] out: sums of weight times the pairs' values
  double* changes = nullptr;  ///< [G x P x value_stride] out: weighted sums of their changes since the level below
  std::int32_t* estimated = nullptr;  ///< [R] out: pairs of the row that were played

  /// Whether a pair with so many live players is played.
  [[nodiscard]] LIMPID_HD constexpr bool plays(std::int32_t live) const noexcept {
    return live > lattice.max_players && live <= most_players;
  }
};

void focused_game_cpu(FocusedGameArgs const& args);
/// All pointers are on the device; `lattice.largest` is not read.
void focused_game_cuda(device::Exec const& exec, FocusedGameArgs const& args);

}  // namespace limpid
