/// How pairs above the lattice's limit are estimated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "explain/design.h"
#include "explain/linear_estimator.h"
#include "kernels/focused_game.h"

namespace limpid {

/// What is asked for, and what a pair was estimated by (never kAuto).
enum class EstimatorKind : std::uint8_t { kAuto, kGp, kWls, kFocus };
inline constexpr std::size_t kEstimatorKinds = 4;
/// [kEstimatorKinds] how many pairs each did.
using PairsByEstimator = std::array<std::int64_t, kEstimatorKinds>;

struct EstimatorChoice {
  static constexpr std::int64_t kMostSampled = 1 << 15;  ///< the gp's matrix has the square of half of it: 2 GiB
  static constexpr std::int64_t kMostFocused = std::int64_t{1} << 26;

  EstimatorKind kind = EstimatorKind::kAuto;
  DesignKind design = DesignKind::kLeverage;
  std::int64_t coalitions = 0;  ///< evaluated per pair beside the empty and the full one; 0: 2 V + 2048
  std::uint64_t seed = 0;
  /// A row's coalitions are doubled until every standard error is at most so much of the spread (largest less smallest)
  /// of its output's values, or until there are max_coalitions. 0: they are not.
  double target_error = 0.0;
  std::int64_t max_coalitions = 0;  ///< 0: 16384, and any level

  /// Pairs with more players than this are not focused on: with kAuto those whose least level is above the budget.
  [[nodiscard]] std::int32_t most_focus_players() const noexcept {
    constexpr std::int32_t kAll = std::numeric_limits<std::int32_t>::max();
    if (kind == EstimatorKind::kFocus || (kind == EstimatorKind::kAuto && coalitions == 0)) return kAll;
    if (kind != EstimatorKind::kAuto) return 0;
    constexpr std::int32_t kLevel = kLeastFocusLevel;
    if (coalitions >= focus_coalitions(kLevel, kLevel + 1)) {
      return static_cast<std::int32_t>((coalitions >> kLevel) + kLevel - 2);
    }
    std::int32_t players = kLevel;
    while (focus_coalitions(kLevel, players) > coalitions) --players;
    return players;
  }
  [[nodiscard]] bool focuses(std::int32_t players) const noexcept { return players <= most_focus_players(); }
  /// The level of the largest focused pair of a row, whose largest pair has so many players: the others' are not less.
  [[nodiscard]] std::int32_t least_focus_level(std::int32_t largest, std::int32_t doublings) const noexcept {
    return focus_effort(doublings).level(std::min(largest, most_focus_players()));
  }
  /// Every doubling is a level.
  [[nodiscard]] FocusEffort focus_effort(std::int32_t doublings) const noexcept {
    return {coalitions, doublings, max_coalitions};
  }

  /// Coalitions of a pair after so many doublings.
  [[nodiscard]] std::int64_t coalitions_at(std::int32_t players, std::int32_t doublings) const noexcept {
    constexpr std::int64_t kBeyondPlayers = 2048;  // as shap.KernelExplainer's default
    std::int64_t const asked = coalitions > 0 ? coalitions : 2 * std::int64_t{players} + kBeyondPlayers;
    std::int64_t const first = std::min(asked, kMostSampled);
    constexpr std::int64_t kMostByDefault = 16384;
    if (doublings == 0) return first;
    std::int64_t const most = max_coalitions > 0 ? std::min(max_coalitions, kMostSampled) : kMostByDefault;
    return std::max(first, std::min(first << static_cast<std::uint32_t>(doublings), most));
  }
  /// Pairs of a coalition and its complement.
  [[nodiscard]] std::int64_t pairs(std::int32_t players, std::int32_t doublings = 0) const noexcept {
    return std::max<std::int64_t>(1, coalitions_at(players, doublings) / 2);
  }
  /// Whether one more doubling brings pairs of so many players more coalitions.
  [[nodiscard]] bool grows(std::int32_t players, std::int32_t doublings) const noexcept {
    if (focuses(players)) return focus_effort(doublings + 1).level(players) > focus_effort(doublings).level(players);
    std::int64_t const now = pairs(players, doublings);
    return pairs(players, doublings + 1) > now && all_pairs(players, now + 1) > now;
  }
  /// What sampled coalitions are turned into values by.
  [[nodiscard]] EstimatorKind sampled_kind() const noexcept {
    return kind == EstimatorKind::kWls ? kind : EstimatorKind::kGp;
  }
};

}  // namespace limpid
