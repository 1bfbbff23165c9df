/// From the values of a game's coalitions to Shapley values, per number of players: every coalition where there are no
/// more than the budget, else the design and operator that estimate.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "explain/estimators.h"

namespace limpid {

/// Pairs of a coalition and its complement.
struct CoalitionList {
  std::uint64_t const* coalitions = nullptr;  ///< [q x words] as in CoalitionDesign
  std::int64_t pairs = 0;                     ///< q
  std::int32_t words = 1;
};

/// Thread safety: one thread at a time. What is handed out lives as long as this object.
class GameOperators {
 public:
  /// `estimates`: games beyond the budget are estimated; else every game is enumerated, whatever it costs.
  GameOperators(EstimatorChoice const& choice, bool estimates)
      : choice_(choice), estimates_(estimates), sampled_(choice) {}

  struct Operator {
    EstimatorView view;
    bool exact = false;

    [[nodiscard]] CoalitionList coalitions() const noexcept { return {view.coalitions, view.pairs, view.words}; }
  };
  /// After so many doublings of the budget. REQUIRES: players >= 2.
  [[nodiscard]] Operator of(std::int32_t players, std::int32_t doublings = 0);

  /// What a doubling adds to a design.
  struct Step {
    std::vector<std::int64_t> from;  ///< [q] place of a pair in the design before it; -1: the next fresh one
    std::vector<std::uint64_t> coalitions;
    CoalitionList fresh;

    /// [2 q x G] values of the whole design, from those `known` of the one before it and of the fresh pairs.
    [[nodiscard]] std::vector<double> merge(std::vector<double> const& known, std::vector<double> const& values,
                                            std::int32_t outputs) const;
  };
  /// From doublings - 1. REQUIRES: players >= 2, doublings >= 1.
  [[nodiscard]] Step const& step(std::int32_t players, std::int32_t doublings);

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
  std::map<std::pair<std::int32_t, std::int32_t>, Step> steps_;  ///< by players and doublings
};

}  // namespace limpid
