/// How pairs above the lattice's limit are estimated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "explain/design.h"
#include "explain/linear_estimator.h"

namespace limpid {

/// What is asked for, and what a pair was estimated by (never kAuto).
enum class EstimatorKind : std::uint8_t { kAuto, kGp, kWls };
inline constexpr std::size_t kEstimatorKinds = 3;
/// [kEstimatorKinds] how many pairs each did.
using PairsByEstimator = std::array<std::int64_t, kEstimatorKinds>;

struct EstimatorChoice {
  EstimatorKind kind = EstimatorKind::kAuto;
  DesignKind design = DesignKind::kLeverage;
  std::int64_t coalitions = 0;  ///< evaluated per pair beside the empty and the full one; 0: 2 V + 2048
  std::uint64_t seed = 0;
  /// A row's coalitions are doubled until every standard error is at most so much of the spread (largest less smallest)
  /// of its output's values, or until there are max_coalitions. 0: they are not.
  double target_error = 0.0;
  std::int64_t max_coalitions = 0;

  /// Coalitions of a pair after so many doublings.
  [[nodiscard]] std::int64_t coalitions_at(std::int32_t players, std::int32_t doublings) const noexcept {
    constexpr std::int64_t kBeyondPlayers = 2048;  // as shap.KernelExplainer's default
    std::int64_t const first = coalitions > 0 ? coalitions : 2 * std::int64_t{players} + kBeyondPlayers;
    if (doublings == 0) return first;
    return std::max(first, std::min(first << static_cast<std::uint32_t>(doublings), max_coalitions));
  }
  /// Pairs of a coalition and its complement.
  [[nodiscard]] std::int64_t pairs(std::int32_t players, std::int32_t doublings = 0) const noexcept {
    return std::max<std::int64_t>(1, coalitions_at(players, doublings) / 2);
  }
  /// Whether one more doubling brings pairs of so many players more coalitions.
  [[nodiscard]] bool grows(std::int32_t players, std::int32_t doublings) const noexcept {
    std::int64_t const now = pairs(players, doublings);
    return pairs(players, doublings + 1) > now && all_pairs(players, now + 1) > now;
  }
  /// What sampled coalitions are turned into values by.
  [[nodiscard]] EstimatorKind sampled_kind() const noexcept {
    return kind == EstimatorKind::kAuto ? EstimatorKind::kGp : kind;
  }
};

}  // namespace limpid
