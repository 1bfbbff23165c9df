/// Estimators of Shapley values that are linear in the values of a design's coalitions: solved once per number of
/// players, applied to every pair. With d_p = (v(S_p) - v(S_p^c)) / 2 and Delta = v(N) - v(empty),
///     phi_i = sum_p weights[i, p] d_p + share[i] Delta,      sum_i phi_i = Delta.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "explain/design.h"
#include "kernels/solve_operator.h"

namespace limpid {

enum class LinearKind : std::uint8_t {
  /// Kernel SHAP's weighted least squares, projected on the sum constraint: with z~ = z - (s / V) 1 and
  /// y_p = d_p - (2 s_p / V - 1) Delta / 2, phi = (Z~' Omega Z~ + tau 1 1' / V)^-1 Z~' Omega y + Delta / V.
  kWls,
  /// Posterior mean of a Gaussian process over coalitions whose covariance falls with their Hamming distance,
  /// k(S, T) = beta^|S xor T|, beta = (1 - rho) / (1 + rho), of which only the odd part counts; its additive part has
  /// kGpAdditive times that variance; then made unbiased over all orders of the players (unbias.h).
  kGp,
};

struct LinearEstimator {
  LinearKind kind = LinearKind::kWls;
  std::int32_t players = 0;     ///< V
  std::int64_t pairs = 0;       ///< q
  std::vector<double> weights;  ///< [V x q]
  std::vector<double> share;    ///< [V]
  /// What was added to the diagonal to make the system solvable, as a part of its mean; gp's jitter included. 0: none.
  double ridge = 0.0;

  /// kWls: [q] (1 - pi_p) / (1 - h_p), h the leverage: SE_i^2 = sum_p weights[i, p]^2 factor_p e_p^2 with the residuals
  /// e of the fit (HC2 with finite-population correction). Empty: so few pairs that the fit leaves no residual.
  std::vector<double> variance_factor;
  /// kGp: [V] what is left of the prior variance: SE_i^2 = sigma^2 left_i, with sigma^2 the mean over some pairs p, the
  /// same for all rows, of the squared leave-one-out residuals (K^-1 y)_p^2 / (K^-1)_pp.
  std::vector<double> variance_left;
  /// [V] degrees of freedom nu of the variances: 2 variance^2 / nu is a variance's own, if what the operator leaves out
  /// were drawn from a normal distribution. Empty where there is no variance.
  std::vector<double> freedom;
  /// [(q + 1) x those pairs] columns of K^-1, divided by the root of (K^-1)_pp; the last row is of Delta / 2.
  std::vector<double> precision;
  [[nodiscard]] std::int64_t scale_rows() const noexcept {
    return static_cast<std::int64_t>(precision.size()) / (pairs + 1);
  }
};

/// rho times V of the gp's covariance: the energy of order u + 2 of pairs' games beside that of order u is that of 0.8
/// to 0.9 (V = 10 to 16), and 0.7 to 1.4 are equally accurate.
inline constexpr double kGpRhoTimesPlayers = 1.0;
/// Ten times the prior variance of the additive part leaves it to the data: without it small designs pull all values
/// together alike, an error that no mean over the background takes away (half of the squared error at V = 12 and 128
/// coalitions; a twentieth with it). 30 and 100 are no better, and cost digits.
inline constexpr double kGpAdditive = 10.0;

/// Room for the design's players and pairs, zeros.
[[nodiscard]] LinearEstimator make_estimator(LinearKind kind, CoalitionDesign const& design);

/// Adds to the diagonal of a matrix [n x n] a part of its mean.
void add_ridge(std::vector<double>& a, std::int64_t n, double part);

/// REQUIRES: the design has pairs.
[[nodiscard]] LinearEstimator solve_wls(CoalitionDesign const& design, SystemSolver& solver);
[[nodiscard]] LinearEstimator solve_gp(CoalitionDesign const& design, SystemSolver& solver,
                                       double rho_times_players = kGpRhoTimesPlayers);
/// By LAPACK.
[[nodiscard]] inline LinearEstimator solve_wls(CoalitionDesign const& design) {
  return solve_wls(design, *make_solver_cpu());
}
[[nodiscard]] inline LinearEstimator solve_gp(CoalitionDesign const& design) {
  return solve_gp(design, *make_solver_cpu());
}

/// phi [V] from d [q] and Delta: sums over p in order, in double.
void apply(LinearEstimator const& estimator, std::span<double const> differences, double delta, std::span<double> phi);

/// Standard errors [V] of phi = apply(d, Delta); false where the design gives none. `d` may be the mean of several
/// pairs (row, background row) that share the design: then these are those of the mean.
[[nodiscard]] bool standard_errors(LinearEstimator const& estimator, CoalitionDesign const& design,
                                   std::span<double const> differences, double delta, std::span<double const> phi,
                                   std::span<double> errors);

}  // namespace limpid
