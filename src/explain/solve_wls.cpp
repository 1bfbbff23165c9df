// wls: Kernel SHAP's weighted least squares over pairs, projected on the sum constraint.
#include <cmath>
#include <numeric>

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

/// Covariances (I - H)(I - H)' of the fit's residuals where the values have the variance 1 each. `z`, `x`: [V x q].
class ResidualCovariance {
 public:
  ResidualCovariance(std::int64_t players, std::vector<double> const& z, std::vector<double> const& x)
      : players_(players), z_(z), x_(x), back_(x.size(), 0.0) {
    std::vector<double> squares(at(players * players), 0.0);  // X X'
    auto const pairs = static_cast<std::int64_t>(x.size()) / players;
    for (std::int64_t p = 0; p < pairs; ++p) {
      for (std::int64_t i = 0; i < players; ++i) {
        for (std::int64_t j = 0; j < players; ++j) {
          squares[at(i * players + j)] += x[at(p * players + i)] * x[at(p * players + j)];
        }
      }
    }
    for (std::int64_t p = 0; p < pairs; ++p) {
      for (std::int64_t i = 0; i < players; ++i) {
        back_[at(p * players + i)] = product(squares.data() + i * players, z.data() + p * players);
      }
    }
  }
  [[nodiscard]] double operator()(std::int64_t p, std::int64_t q) const {
    double const* const z = z_.data() + p * players_;
    double const fit =
        product(z, x_.data() + q * players_) + product(z_.data() + q * players_, x_.data() + p * players_);
    return (p == q ? 1.0 : 0.0) - fit + product(z, back_.data() + q * players_);
  }

 private:
  [[nodiscard]] double product(double const* a, double const* b) const {
    return std::inner_product(a, a + players_, b, 0.0);
  }
  std::int64_t players_;
  std::vector<double> const& z_;
  std::vector<double> const& x_;
  std::vector<double> back_;  ///< [V x q] X X' Z
};

/// Degrees of freedom of the variances (Satterthwaite 1946; Bell, McCaffrey 2002): with residuals of covariance M,
/// sum_p c_p e_p^2 has the mean sum_p c_p M_pp and half the variance sum_pq c_p c_q M_pq^2. Large designs have hundreds
/// of them, and single pairs of residuals count little there.
std::vector<double> degrees_of_freedom(LinearEstimator const& out, std::vector<double> const& z,
                                       std::vector<double> const& x) {
  constexpr std::int64_t kMostProducts = std::int64_t{1} << 26U;  // 0.2 s
  std::int64_t const players = out.players;
  bool const all = out.pairs * out.pairs * players <= kMostProducts;
  ResidualCovariance const covariance(players, z, x);
  std::vector<double> mean(at(players), 0.0);
  std::vector<double> spread(at(players), 0.0);
  auto const term = [&](std::int64_t p, std::int64_t i) {
    double const weight = x[at(p * players + i)];
    return weight * weight * out.variance_factor[at(p)];
  };
  for (std::int64_t p = 0; p < out.pairs; ++p) {
    if (out.variance_factor[at(p)] == 0.0) continue;
    double const own = covariance(p, p);
    for (std::int64_t i = 0; i < players; ++i) {
      mean[at(i)] += term(p, i) * own;
      spread[at(i)] += term(p, i) * term(p, i) * own * own;
    }
    for (std::int64_t q = 0; all && q < p; ++q) {
      double const twice = 2.0 * covariance(p, q) * covariance(p, q);
      for (std::int64_t i = 0; i < players; ++i) spread[at(i)] += term(p, i) * term(q, i) * twice;
    }
  }
  for (std::int64_t i = 0; i < players; ++i) {
    mean[at(i)] = spread[at(i)] > 0.0 ? mean[at(i)] * mean[at(i)] / spread[at(i)] : 1.0;
  }
  return mean;
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
  if (!out.variance_factor.empty()) out.freedom = degrees_of_freedom(out, z, x);
  return out;
}

}  // namespace limpid
