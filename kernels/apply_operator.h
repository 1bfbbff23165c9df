/// apply_operator: Shapley values of games from their values on a design, by an operator that was solved once per
/// number of players, ARCHITECTURE.md 2.3. With d_p = (v(S_p) - v(S_p^c)) / 2 and Delta = v(N) - v(empty),
///     phi_i = sum_p weights[p, i] d_p + share[i] Delta,
/// and the variance of each value with its doubt, by which the standard errors of means are made. A variance that was
/// estimated from few residuals is uncertain itself: with nu degrees of freedom its own variance is 2 variance^2 / nu.
/// The doubt is variance^2 / nu; like variances, doubts of independent values add up.
/// Sums over p in order, in double: same bits on every device.
#pragma once

#include <cstdint>

#include "kernels/device.h"

namespace limpid {

/// How an operator knows its errors.
enum class ErrorKind : std::uint8_t {
  kNone,       ///< it does not: the variances are NaN
  kResiduals,  ///< wls: sum_p weights[p, i]^2 factor[p] e_p^2, e the residuals of the fit
  kPosterior,  ///< gp: left[i] times the mean of the squared leave-one-out residuals of some pairs
};

/// A design of q pairs of coalitions on V players, and its operator.
struct EstimatorView {
  std::int32_t players = 0;                   ///< V
  std::int32_t words = 1;                     ///< 64-bit words of a coalition
  std::int64_t pairs = 0;                     ///< q
  std::uint64_t const* coalitions = nullptr;  ///< [q x words] one of each pair: player i is bit i % 64 of word i / 64
  double const* weights = nullptr;            ///< [q x V]
  double const* share = nullptr;              ///< [V]
  ErrorKind error_kind = ErrorKind::kNone;
  double const* size_share = nullptr;     ///< kResiduals: [q] s / V of the pair's coalition
  double const* factor = nullptr;         ///< kResiduals: [q]
  double const* freedom = nullptr;        ///< [V] nu; not of kNone
  double const* left = nullptr;           ///< kPosterior: [V]
  std::int32_t checks = 0;                ///< kPosterior: pairs that are left out, one at a time
  double const* check_weights = nullptr;  ///< kPosterior: [q x checks]
  double const* check_share = nullptr;    ///< kPosterior: [checks] of Delta
};

struct ApplyOperatorArgs {
  EstimatorView estimator;
  std::int64_t games = 0;         ///< pairs (row, background row) times G
  std::int32_t outputs = 1;       ///< G
  double* differences = nullptr;  ///< [games x (q + 1)] d, then Delta; the d are lost
  /// Game n's values lie at vector slot[n / G] * G + n % G of `values`; nullptr: at vector n.
  std::int32_t const* slot = nullptr;
  double* values = nullptr;     ///< [.. x stride] out: phi, its first V entries
  double* variances = nullptr;  ///< [.. x stride] out: squares of standard errors
  double* doubts = nullptr;     ///< [.. x stride] out: variance^2 / nu
  std::int64_t stride = 0;      ///< >= V
  double* checks = nullptr;     ///< kPosterior: [games x checks] scratch
};

void apply_operator_cpu(ApplyOperatorArgs const& args);
void apply_operator_cuda(device::Exec const& exec, ApplyOperatorArgs const& args);

}  // namespace limpid
