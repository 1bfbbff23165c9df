/// How pairs above the lattice's limit are estimated.
#pragma once

#include <algorithm>
#include <cstdint>

#include "explain/design.h"
#include "explain/linear_estimator.h"

namespace limpid {

struct EstimatorChoice {
  LinearKind kind = LinearKind::kGp;
  DesignKind design = DesignKind::kLeverage;
  std::int64_t coalitions = 0;  ///< evaluated per pair beside the empty and the full one; 0: 2 V + 2048
  std::uint64_t seed = 0;

  [[nodiscard]] std::int64_t pairs(std::int32_t players) const noexcept {
    constexpr std::int64_t kBeyondPlayers = 2048;  // as shap.KernelExplainer's default
    std::int64_t const budget = coalitions > 0 ? coalitions : 2 * std::int64_t{players} + kBeyondPlayers;
    return std::max<std::int64_t>(1, budget / 2);
  }
};

}  // namespace limpid
