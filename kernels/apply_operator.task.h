/// The arithmetic of apply_operator for one value, residual or variance of one game: the definition, whose bits every
/// mapping gives.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/apply_operator.h"
#include "limpid/platform.h"

namespace limpid::linear {

inline constexpr double kNoError = std::numeric_limits<double>::quiet_NaN();

/// Where the values of game n lie.
LIMPID_HD inline std::int64_t offset_of(ApplyOperatorArgs const& args, std::int64_t game) noexcept {
  std::int64_t const pair = game / args.outputs;
  std::int64_t const vector = (args.slot != nullptr ? args.slot[pair] : pair) * args.outputs + game % args.outputs;
  return vector * args.stride;
}

/// sum_p weights[p, i] in_p, p in order. `weights` [q x columns]; kSquared: by the squares of the weights.
template <bool kSquared>
LIMPID_HD inline double term(double weight, double in) noexcept {
  return kSquared ? weight * weight * in : weight * in;
}

/// factor_p e_p^2 of the fit z~' (phi - Delta / V) to y_p = d_p - (2 s_p / V - 1) Delta / 2.
LIMPID_HD inline double weighted_square(EstimatorView const& op, std::int64_t p, double difference, double delta,
                                        double const* phi) noexcept {
  double const share = op.size_share[p];
  double const common = delta / op.players;
  double fit = 0.0;
  for (std::int32_t i = 0; i < op.players; ++i) {
    bool const holds = (op.coalitions[p * op.words + i / 64] >> (i % 64) & 1U) != 0;
    fit += ((holds ? 1.0 : 0.0) - share) * (phi[i] - common);
  }
  double const residual = difference - 0.5 * (2.0 * share - 1.0) * delta - fit;
  return op.factor[p] * residual * residual;
}

/// The scale of the posterior variance: the mean of the squared leave-one-out residuals [checks].
LIMPID_HD inline double mean_square(double const* residuals, std::int32_t checks) noexcept {
  double sum = 0.0;
  for (std::int32_t k = 0; k < checks; ++k) sum += residuals[k] * residuals[k];
  return sum / checks;
}

/// Of a variance with so many degrees of freedom.
LIMPID_HD inline double doubt_of(double variance, double freedom) noexcept { return variance * variance / freedom; }

}  // namespace limpid::linear
