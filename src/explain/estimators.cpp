#include "explain/estimators.h"

#include <algorithm>
#include <limits>

namespace limpid {

DesignEstimators::Entry const& DesignEstimators::entry(std::int32_t players) {
  auto const [it, fresh] = entries_.try_emplace(players);
  Entry& made = it->second;
  if (!fresh) return made;
  made.design = make_design(choice_.design, players, choice_.pairs(players), choice_.seed);
  made.estimator = choice_.kind == LinearKind::kWls ? solve_wls(made.design) : solve_gp(made.design);
  auto const pairs = static_cast<std::size_t>(made.estimator.pairs);
  auto const count = static_cast<std::size_t>(players);
  made.weights.resize(pairs * count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t p = 0; p < pairs; ++p) made.weights[p * count + i] = made.estimator.weights[i * pairs + p];
  }
  return made;
}

EstimatorView DesignEstimators::of(std::int32_t players) {
  Entry const& made = entry(players);
  return {players,
          made.design.words,
          made.design.pairs(),
          made.design.coalitions.data(),
          made.weights.data(),
          made.estimator.share.data()};
}

void DesignEstimators::standard_errors(std::span<double const> differences, double delta, std::span<double const> phi,
                                       std::span<double> errors) {
  Entry const& made = entry(static_cast<std::int32_t>(phi.size()));
  if (limpid::standard_errors(made.estimator, made.design, differences, delta, phi, errors)) return;
  std::fill(errors.begin(), errors.end(), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace limpid
