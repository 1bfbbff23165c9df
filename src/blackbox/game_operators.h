/// From the values of a game's coalitions to Shapley values, per number of players: every coalition where there are no
/// more than the budget, else the design and operator that estimate.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "explain/estimators.h"

namespace limpid {

/// Thread safety: one thread at a time.
class GameOperators {
 public:
  /// `estimates`: games beyond the budget are estimated; else every game is enumerated, whatever it costs.
  GameOperators(EstimatorChoice const& choice, bool estimates)
      : choice_(choice), estimates_(estimates), sampled_(choice) {}

  struct Operator {
    EstimatorView view;
    bool exact = false;
  };
  /// REQUIRES: players >= 2. The views live as long as this object.
  [[nodiscard]] Operator of(std::int32_t players);

 private:
  struct Enumerated {
    CoalitionDesign design;
    std::vector<double> weights;  ///< [q x V]
    std::vector<double> share;    ///< [V]
  };
  [[nodiscard]] Enumerated const& enumerated(std::int32_t players);

  EstimatorChoice choice_;
  bool estimates_;
  DesignEstimators sampled_;
  std::map<std::int32_t, Enumerated> enumerated_;
};

}  // namespace limpid
