// wls: Kernel SHAP's weighted least squares over pairs, projected on the sum constraint.
#include <cmath>

#include "explain/linear_estimator.h"

namespace limpid {
namespace {

constexpr double kRidge = 1e-3;         ///< of too few pairs: Musco, Witter 2025
constexpr std::int64_t kFewPairs = 2;   ///< so many per player, or fewer: the fit would follow every bend
constexpr double kLeastFreedom = 1e-6;  ///< 1 - h below it: the fit goes through the point

std::size_t at(std::int64_t index) noexcept { return static_cast<std::size_t>(index); }

/// z~ [V x q], column-major: z - (s / V) 1.
std::vector<double> centred(CoalitionDesign const& design) {
  std::int64_t const players = design.players;
  std::vector<double> z(at(players * design.pairs()));
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    for (std::int32_t i = 0; i < players; ++i) {
      z[at(p * players + i)] = design.centred(p, i);
    }
  }
  return z;
}

/// Adds tau 1 1' / V, tau = the trace / V: any tau > 0 gives the same phi. `g` [V x V].
void bind_sum(std::vector<double>& g, std::int64_t players) {
  double trace = 0.0;
  for (std::int64_t i = 0; i < players; ++i) trace += g[at(i * (players + 1))];
  for (double& value : g) value += trace / static_cast<double>(players) / static_cast<double>(players);
}

/// Turns phi = X y + Delta / V, y_p = d_p - (2 s_p / V - 1) Delta / 2, into weights and share. `x`: [V x q],
/// column-major.
void store_wls(CoalitionDesign const& design, std::vector<double> const& x, LinearEstimator& out) {
  std::int64_t const players = design.players;
  for (std::int64_t i = 0; i < players; ++i) {
    double share = 1.0 / static_cast<double>(players);
    for (std::int64_t p = 0; p < out.pairs; ++p) {
      double const weight = x[at(p * players + i)];
      out.weights[at(i * out.pairs + p)] = weight;
      share -= weight * 0.5 * (2.0 * design.share(p) - 1.0);
    }
    out.share[at(i)] = share;
  }
}

/// HC2 with finite-population correction; none where the fit goes through a sampled point.
std::vector<double> variance_factors(CoalitionDesign const& design, std::vector<double> const& z,
                                     std::vector<double> const& x) {
  std::int64_t const players = design.players;
  std::vector<double> factors(at(design.pairs()), 0.0);
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    if (design.inclusion[at(p)] >= 1.0) continue;
    double leverage = 0.0;
    for (std::int64_t i = 0; i < players; ++i) leverage += z[at(p * players + i)] * x[at(p * players + i)];
    if (!(1.0 - leverage >= kLeastFreedom)) return {};
    factors[at(p)] = (1.0 - design.inclusion[at(p)]) / (1.0 - leverage);
  }
  return factors;
}

}  // namespace

LinearEstimator solve_wls(CoalitionDesign const& design, SystemSolver& solver) {
  auto out = make_estimator(LinearKind::kWls, design);
  std::int64_t const players = design.players;
  auto const z = centred(design);
  auto g = solver.gram(z, design.weight, players);
  bind_sum(g, players);
  bool const few = !design.complete && out.pairs <= kFewPairs * players;
  if (few || !solver.factor(g, players)) {
    out.ridge = kRidge;
    add_ridge(g, players, kRidge);
    (void)solver.factor(g, players);  // positive definite by now
  }
  auto x = z;
  for (std::int64_t p = 0; p < out.pairs; ++p) {
    for (std::int64_t i = 0; i < players; ++i) x[at(p * players + i)] *= design.weight[at(p)];
  }
  solver.solve(x, out.pairs);
  store_wls(design, x, out);
  if (out.ridge == 0.0) out.variance_factor = variance_factors(design, z, x);
  return out;
}

}  // namespace limpid
