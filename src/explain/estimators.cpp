#include "explain/estimators.h"

namespace limpid {

DesignEstimators::Entry const& DesignEstimators::entry(std::int32_t players) {
  auto const [it, fresh] = entries_.try_emplace({players, doublings_});
  Entry& made = it->second;
  if (!fresh) return made;
  made.design = make_design(choice_.design, players, choice_.pairs(players, doublings_), choice_.seed);
  made.estimator = choice_.sampled_kind() == EstimatorKind::kWls ? solve_wls(made.design, *solver_)
                                                                 : solve_gp(made.design, *solver_);
  auto const pairs = static_cast<std::size_t>(made.estimator.pairs);
  auto const count = static_cast<std::size_t>(players);
  made.weights.resize(pairs * count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t p = 0; p < pairs; ++p) made.weights[p * count + i] = made.estimator.weights[i * pairs + p];
  }
  for (std::size_t p = 0; p < pairs; ++p) made.size_share.push_back(made.design.share(static_cast<std::int64_t>(p)));
  auto const checks = made.estimator.scale_rows();
  for (std::int64_t k = 0; k < checks; ++k) {  // precision's last row is of Delta / 2
    made.check_share.push_back(
        0.5 * made.estimator.precision[pairs * static_cast<std::size_t>(checks) + static_cast<std::size_t>(k)]);
  }
  return made;
}

EstimatorView DesignEstimators::of(std::int32_t players) {
  Entry const& made = entry(players);
  LinearEstimator const& estimator = made.estimator;
  EstimatorView view;
  view.players = players;
  view.words = made.design.words;
  view.pairs = made.design.pairs();
  view.coalitions = made.design.coalitions.data();
  view.weights = made.weights.data();
  view.share = estimator.share.data();
  if (!estimator.variance_factor.empty()) view.error_kind = ErrorKind::kResiduals;
  if (!estimator.variance_left.empty()) view.error_kind = ErrorKind::kPosterior;
  view.size_share = made.size_share.data();
  view.factor = estimator.variance_factor.data();
  view.freedom = estimator.freedom.data();
  view.left = estimator.variance_left.data();
  view.checks = static_cast<std::int32_t>(estimator.scale_rows());
  view.check_weights = estimator.precision.data();
  view.check_share = made.check_share.data();
  return view;
}

}  // namespace limpid
