// apply_operator on the CPU: game by game, values side by side, which the compiler puts into the target's lanes.
#include "kernels/apply_operator.h"

#include <algorithm>

#include "kernels/apply_operator.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/apply_operator_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

/// out_i = sum_p weights[p, i] in_p, `weights` [q x columns].
template <bool kSquared>
void multiply(double const* weights, std::int64_t pairs, std::int64_t columns, double const* in, double* out) {
  std::fill_n(out, columns, 0.0);
  for (std::int64_t p = 0; p < pairs; ++p) {
    double const* const row = weights + p * columns;
    for (std::int64_t i = 0; i < columns; ++i) out[i] += linear::term<kSquared>(row[i], in[p]);
  }
}

void by_residuals(EstimatorView const& op, double* differences, double const* values, double* variances) {
  double const delta = differences[op.pairs];
  for (std::int64_t p = 0; p < op.pairs; ++p) {
    differences[p] = linear::weighted_square(op, p, differences[p], delta, values);
  }
  multiply<true>(op.weights, op.pairs, op.players, differences, variances);
}

void by_posterior(EstimatorView const& op, double const* differences, double* checks, double* variances) {
  double const delta = differences[op.pairs];
  multiply<false>(op.check_weights, op.pairs, op.checks, differences, checks);
  for (std::int32_t k = 0; k < op.checks; ++k) checks[k] += op.check_share[k] * delta;
  double const scale = linear::mean_square(checks, op.checks);
  for (std::int32_t i = 0; i < op.players; ++i) variances[i] = scale * op.left[i];
}

void apply_operator(ApplyOperatorArgs const& args) {
  EstimatorView const& op = args.estimator;
  for (std::int64_t n = 0; n < args.games; ++n) {
    double* const differences = args.differences + n * (op.pairs + 1);
    double* const values = args.values + linear::offset_of(args, n);
    double* const variances = args.variances + linear::offset_of(args, n);
    multiply<false>(op.weights, op.pairs, op.players, differences, values);
    for (std::int32_t i = 0; i < op.players; ++i) values[i] += op.share[i] * differences[op.pairs];
    if (op.error_kind == ErrorKind::kResiduals) {
      by_residuals(op, differences, values, variances);
    } else if (op.error_kind == ErrorKind::kPosterior) {
      by_posterior(op, differences, args.checks + n * op.checks, variances);
    } else {
      std::fill_n(variances, op.players, linear::kNoError);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(apply_operator);
}  // namespace

void apply_operator_cpu(ApplyOperatorArgs const& args) { HWY_DYNAMIC_DISPATCH(apply_operator)(args); }

}  // namespace limpid
#endif
