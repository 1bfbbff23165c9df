/// From the values of a game's coalitions to its Shapley values and their variances.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/apply_operator.h"

namespace limpid {

/// Thread safety: one thread at a time.
class GameSolver {
 public:
  explicit GameSolver(std::int32_t outputs) : outputs_(outputs) {}

  /// `means` [2 q x G] of the operator's coalitions and their complements, in turn; `deltas` [G] what all players
  /// together are worth. `players` 1: it gets that, and the operator is not looked at.
  void solve(EstimatorView const& estimator, std::int64_t players, std::vector<double> const& means,
             std::vector<double> const& deltas);

  [[nodiscard]] std::vector<double> const& values() const noexcept { return values_; }        ///< [G x V]
  [[nodiscard]] std::vector<double> const& variances() const noexcept { return variances_; }  ///< [G x V]
  [[nodiscard]] std::vector<double> const& doubts() const noexcept { return doubts_; }        ///< [G x V]

 private:
  std::int32_t outputs_;
  std::vector<double> differences_;  ///< [G x (q + 1)] odd halves, then Delta
  std::vector<double> checks_;       ///< [G x checks]
  std::vector<double> values_;
  std::vector<double> variances_;
  std::vector<double> doubts_;
};

}  // namespace limpid
