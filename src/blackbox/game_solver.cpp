#include "blackbox/game_solver.h"

namespace limpid {

void GameSolver::solve(EstimatorView const& estimator, std::int64_t players, std::vector<double> const& means,
                       std::vector<double> const& deltas) {
  auto const outputs = static_cast<std::size_t>(outputs_);
  values_.resize(outputs * static_cast<std::size_t>(players));
  variances_.assign(values_.size(), 0.0);
  doubts_.assign(values_.size(), 0.0);
  if (players == 1) {
    values_ = deltas;
    return;
  }
  auto const pairs = static_cast<std::size_t>(estimator.pairs);
  differences_.resize(outputs * (pairs + 1));
  for (std::size_t g = 0; g < outputs; ++g) {
    double* const of_output = differences_.data() + g * (pairs + 1);
    for (std::size_t p = 0; p < pairs; ++p) {
      double const* const of_pair = means.data() + 2 * p * outputs;
      of_output[p] = 0.5 * (of_pair[g] - of_pair[outputs + g]);
    }
    of_output[pairs] = deltas[g];
  }
  checks_.resize(outputs * static_cast<std::size_t>(estimator.checks));
  ApplyOperatorArgs args;
  args.estimator = estimator;
  args.games = outputs_;
  args.outputs = outputs_;
  args.differences = differences_.data();
  args.values = values_.data();
  args.variances = variances_.data();
  args.doubts = doubts_.data();
  args.stride = players;
  args.checks = checks_.data();
  apply_operator_cpu(args);
}

}  // namespace limpid
