// gp: the posterior mean of a Gaussian process over coalitions, its odd part alone.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "explain/linear_estimator.h"
#include "explain/unbias.h"
#include "kernels/shapley_constants.h"

namespace limpid {
namespace {

constexpr double kFirstJitter = 1e-12;  ///< gp, as a part of the mean of K's diagonal; tenfold until K factors
/// Pairs whose residuals give sigma: fewer than 256 leave it so uncertain that intervals of single pairs hold 1 to 3 %
/// fewer values; more than 2^17 / q of them take longer than the values.
constexpr std::int64_t kMostChecks = 256;
constexpr std::int64_t kFewestChecks = 64;
constexpr std::int64_t kCheckWeights = 1 << 17;
constexpr std::int32_t kMostNodes = 24;  ///< of the quadrature of the gp's covariance: exact up to V = 48, ample above

std::size_t at(std::int64_t index) noexcept { return static_cast<std::size_t>(index); }

/// Coalitions of the gp's observations: the pairs' and, last, the full one.
class Observations {
 public:
  explicit Observations(CoalitionDesign const& design) : design_(design) {}
  [[nodiscard]] std::int64_t count() const noexcept { return design_.pairs() + 1; }
  [[nodiscard]] std::int32_t size(std::int64_t p) const noexcept {
    return p < design_.pairs() ? design_.size[at(p)] : design_.players;
  }
  [[nodiscard]] bool has(std::int64_t p, std::int32_t player) const noexcept {
    return p >= design_.pairs() || design_.holds(p, player);
  }
  /// |S_p xor S_q|
  [[nodiscard]] std::int32_t distance(std::int64_t p, std::int64_t q) const noexcept {
    if (p >= design_.pairs()) return design_.players - size(q);
    if (q >= design_.pairs()) return design_.players - size(p);
    int sum = 0;
    for (std::int64_t w = 0; w < design_.words; ++w) {
      sum +=
          std::popcount(design_.coalitions[at(p * design_.words + w)] ^ design_.coalitions[at(q * design_.words + w)]);
    }
    return sum;
  }

 private:
  CoalitionDesign const& design_;
};

/// What the additive part of v has beside its part of the Hamming kernel: the variance of each chi_j.
double additive_variance(std::int32_t players, double rho) {
  return (kGpAdditive - 1.0) * rho * std::pow(1.0 + rho, -players);
}

/// Covariance of the odd parts of v at two coalitions, by their distance h: (beta^h - beta^(V - h)) / 2, and the sum of
/// chi_j over the players where they agree less that where they do not.
std::vector<double> odd_covariance(std::int32_t players, double rho) {
  double const beta = (1.0 - rho) / (1.0 + rho);
  double const additive = additive_variance(players, rho);
  std::vector<double> by_distance;
  for (std::int32_t h = 0; h <= players; ++h) {
    by_distance.push_back(0.5 * (std::pow(beta, h) - std::pow(beta, players - h)) + additive * (players - 2 * h));
  }
  return by_distance;
}

/// Covariance of phi_i and the odd part of v(S), by |S| = s and whether i is in S:
/// (1 + rho)^-V  int_0^1 -2 rho chi_i [prod_{j != i} (1 + rho t chi_j) + prod_{j != i} (1 - rho t chi_j)] / 2 dt,
/// chi_j = -1 for j in S, else 1; and that of the additive part, -2 chi_i times its variance.
class ValueCovariance {
 public:
  ValueCovariance(std::int32_t players, double rho) : players_(players), rho_(rho) {
    points_ = std::min(kMostNodes, (players + 1) / 2);
    gauss_legendre(points_, nodes_.data(), weights_.data());
    double const additive = 2.0 * additive_variance(players, rho);
    for (std::int32_t s = 0; s <= players; ++s) {
      inside_.push_back(s > 0 ? integral(s - 1, players - s, 1.0) + additive : 0.0);
      outside_.push_back(s < players ? integral(s, players - s - 1, -1.0) - additive : 0.0);
    }
  }
  [[nodiscard]] double operator()(bool inside, std::int32_t size) const noexcept {
    return (inside ? inside_ : outside_)[at(size)];
  }

 private:
  [[nodiscard]] double integral(std::int32_t members, std::int32_t others, double sign) const {
    double sum = 0.0;
    for (std::int32_t n = 0; n < points_; ++n) {
      double const less = 1.0 - rho_ * nodes_[at(n)];
      double const more = 1.0 + rho_ * nodes_[at(n)];
      sum += weights_[at(n)] *
             (std::pow(less, members) * std::pow(more, others) + std::pow(more, members) * std::pow(less, others));
    }
    return sign * rho_ * sum * std::pow(1.0 + rho_, -players_);
  }

  std::int32_t players_;
  double rho_;
  std::int32_t points_ = 0;
  std::array<double, kMostNodes> nodes_{};
  std::array<double, kMostNodes> weights_{};
  std::vector<double> inside_;   ///< [V + 1]
  std::vector<double> outside_;  ///< [V + 1]
};

/// Prior variance of a value: 4 (1 + rho)^-V sum over odd u of C(V - 1, u - 1) rho^u / u^2, and the additive part's.
double prior_variance(std::int32_t players, double rho) {
  double sum = 0.0;
  double term = rho;  // C(V - 1, u - 1) rho^u
  for (std::int32_t u = 1; u <= players; ++u) {
    if (u % 2 == 1) sum += term / (static_cast<double>(u) * u);
    term *= rho * (players - u) / u;
  }
  return 4.0 * (sum * std::pow(1.0 + rho, -players) + additive_variance(players, rho));
}

std::vector<double> covariance_matrix(Observations const& seen, std::vector<double> const& by_distance) {
  std::int64_t const n = seen.count();
  std::vector<double> k(at(n * n));
  for (std::int64_t c = 0; c < n; ++c) {
    for (std::int64_t r = c; r < n; ++r) k[at(c * n + r)] = by_distance[at(seen.distance(c, r))];
  }
  return k;
}

/// Pairs whose residuals give the scale, spread over all sizes of which there are coalitions that the design lacks:
/// what it has of the others leaves no error.
std::vector<std::int64_t> pairs_to_check(CoalitionDesign const& design) {
  std::vector<std::int64_t> open;
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    if (design.inclusion[at(p)] < 1.0) open.push_back(p);
  }
  if (open.empty()) {
    open.resize(at(design.pairs()));
    std::iota(open.begin(), open.end(), std::int64_t{0});
  }
  auto const count = static_cast<std::int64_t>(open.size());
  std::int64_t const most = std::clamp(kCheckWeights / design.pairs(), kFewestChecks, kMostChecks);
  std::int64_t const checks = std::min(count, most);
  std::vector<std::int64_t> out;
  out.reserve(at(checks));
  for (std::int64_t k = 0; k < checks; ++k) out.push_back(open[at(k * count / checks)]);
  return out;
}

/// [n x (V + checks)] the covariances C' of the values and the observations, then the unit vectors of the checks.
std::vector<double> right_sides(Observations const& seen, ValueCovariance const& covariance, std::int32_t players,
                                std::vector<std::int64_t> const& checks) {
  std::int64_t const n = seen.count();
  std::vector<double> sides(at(n * players) + checks.size() * at(n), 0.0);
  for (std::int32_t i = 0; i < players; ++i) {
    for (std::int64_t p = 0; p < n; ++p) sides[at(i * n + p)] = covariance(seen.has(p, i), seen.size(p));
  }
  std::int64_t side = players;
  for (std::int64_t const check : checks) sides[at(side++ * n + check)] = 1.0;
  return sides;
}

/// Weights, projected so that values sum to Delta whatever the observations say, and the variance that is left.
/// `x` [n x V]: K^-1 C', `c` [n x V]: C'.
void store_gp(double prior, std::vector<double> const& c, std::vector<double> const& x, LinearEstimator& out) {
  std::int64_t const n = out.pairs + 1;
  std::int64_t const players = out.players;
  for (std::int64_t i = 0; i < players; ++i) {
    double explained = 0.0;
    for (std::int64_t p = 0; p < n; ++p) explained += x[at(i * n + p)] * c[at(i * n + p)];
    out.variance_left.push_back(std::max(0.0, prior - explained));
  }
  for (std::int64_t p = 0; p < n; ++p) {
    double mean = 0.0;
    for (std::int64_t i = 0; i < players; ++i) mean += x[at(i * n + p)];
    mean /= static_cast<double>(players);
    for (std::int64_t i = 0; i < players; ++i) {
      double const weight = x[at(i * n + p)] - mean;
      if (p < out.pairs) {
        out.weights[at(i * out.pairs + p)] = weight;
      } else {
        out.share[at(i)] = 0.5 * weight + 1.0 / static_cast<double>(players);
      }
    }
  }
}

/// Columns of the inverse of K for the checked pairs, over the roots of its diagonal. `x`: as in store_gp, then those.
void store_scale(std::vector<double> const& x, std::vector<std::int64_t> const& checks, LinearEstimator& out) {
  std::int64_t const n = out.pairs + 1;
  std::size_t const rows = checks.size();
  out.precision.resize(at(n) * rows);
  for (std::size_t i = 0; i < rows; ++i) {
    double const* const column = x.data() + (at(out.players) + i) * at(n);
    double const root = std::sqrt(column[checks[i]]);
    for (std::int64_t q = 0; q < n; ++q) out.precision[at(q) * rows + i] = column[q] / root;
  }
}

/// Of the mean of the checks' squared residuals, which are correlated: n^2 / sum_kl R_kl^2, R their correlations.
double degrees_of_freedom(std::vector<std::int64_t> const& checks, LinearEstimator const& out) {
  std::size_t const rows = checks.size();
  auto const entry = [&](std::size_t k, std::size_t l) { return out.precision[at(checks[k]) * rows + l]; };
  double sum = 0.0;
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t l = 0; l < rows; ++l) sum += entry(k, l) * entry(l, k) / (entry(k, k) * entry(l, l));
  }
  return static_cast<double>(rows * rows) / sum;
}

}  // namespace

LinearEstimator solve_gp(CoalitionDesign const& design, SystemSolver& solver, double rho_times_players) {
  auto out = make_estimator(LinearKind::kGp, design);
  double const rho = rho_times_players / design.players;
  Observations const seen(design);
  std::int64_t const n = seen.count();
  auto const k = covariance_matrix(seen, odd_covariance(design.players, rho));
  out.ridge = kFirstJitter;
  auto ridged = k;
  add_ridge(ridged, n, out.ridge);
  while (!solver.factor(ridged, n)) {
    out.ridge *= 10.0;
    ridged = k;
    add_ridge(ridged, n, out.ridge);
  }
  auto const checks = pairs_to_check(design);
  auto const sides = right_sides(seen, ValueCovariance(design.players, rho), design.players, checks);
  auto x = sides;
  solver.solve(x, out.players + static_cast<std::int64_t>(checks.size()));
  store_gp(prior_variance(design.players, rho), sides, x, out);
  store_scale(x, checks, out);
  out.freedom.assign(at(out.players), degrees_of_freedom(checks, out));
  unbias(design, solver, out);
  if (design.complete) std::fill(out.variance_left.begin(), out.variance_left.end(), 0.0);  // nothing but rounding
  return out;
}

}  // namespace limpid
