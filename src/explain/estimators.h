/// The estimators of a run, one per number of players, made when it is first seen.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "explain/estimator_choice.h"
#include "kernels/sampled_game.h"
#include "kernels/solve_operator.h"

namespace limpid {

/// Thread safety: none, every worker has its own. An estimator is the same whoever makes it.
class DesignEstimators final : public Estimators {
 public:
  explicit DesignEstimators(EstimatorChoice const& choice, std::unique_ptr<SystemSolver> solver = make_solver_cpu())
      : choice_(choice), solver_(std::move(solver)) {}

  [[nodiscard]] EstimatorView of(std::int32_t players) override;

  /// The estimators that are handed out are those of so many doublings of the coalitions; 0 at first.
  void set_doublings(std::int32_t doublings) noexcept { doublings_ = doublings; }

 private:
  struct Entry {
    CoalitionDesign design;
    LinearEstimator estimator;
    std::vector<double> weights;      ///< [q x V]
    std::vector<double> size_share;   ///< [q]
    std::vector<double> check_share;  ///< [checks]
  };
  [[nodiscard]] Entry const& entry(std::int32_t players);

  EstimatorChoice choice_;
  std::unique_ptr<SystemSolver> solver_;
  std::int32_t doublings_ = 0;
  std::map<std::pair<std::int32_t, std::int32_t>, Entry> entries_;  ///< by players and doublings
};

}  // namespace limpid
