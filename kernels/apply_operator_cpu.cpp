// apply_operator on the CPU: game by game, values side by side in lanes.
#include "kernels/apply_operator.h"

#include <algorithm>
#include <array>

#include "kernels/apply_operator.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/apply_operator_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// `count` vectors of out_i = sum_p weights[p, i] in_p, p in order, from `begin` on; their sums stay in registers.
/// `weights` [q x columns]. Vectors that would reach beyond the last column overlap others: the same sums once more.
template <bool kSquared, std::size_t count>
void multiply_vectors(double const* HWY_RESTRICT weights, std::int64_t pairs, std::int64_t columns, std::int64_t begin,
                      double const* HWY_RESTRICT in, double* HWY_RESTRICT out) {
  hn::ScalableTag<double> const d;
  auto const lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::array<std::int64_t, count> first{};
  for (std::size_t k = 0; k < count; ++k) {
    first[k] = std::min(begin + static_cast<std::int64_t>(k) * lanes, columns - lanes);
  }
  hn::Vec<decltype(d)> sums[count];
  for (auto& sum : sums) sum = hn::Zero(d);
  for (std::int64_t p = 0; p < pairs; ++p) {
    double const* const row = weights + p * columns;
    auto const factor = hn::Set(d, in[p]);
    for (std::size_t k = 0; k < count; ++k) {
      auto weight = hn::LoadU(d, row + first[k]);
      if constexpr (kSquared) weight = hn::Mul(weight, weight);
      sums[k] = hn::Add(sums[k], hn::Mul(weight, factor));
    }
  }
  for (std::size_t k = 0; k < count; ++k) hn::StoreU(sums[k], d, out + first[k]);
}

/// All columns: as many at a time as there are registers for, which reads the weights in order, then a few.
template <bool kSquared>
void multiply(double const* weights, std::int64_t pairs, std::int64_t columns, double const* in, double* out) {
  constexpr std::size_t kMany = HWY_TARGET == HWY_AVX3 ? 16 : 8;
  constexpr std::size_t kFew = 4;
  auto const lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<double>()));
  if (columns < lanes) {
    std::fill_n(out, columns, 0.0);
    for (std::int64_t p = 0; p < pairs; ++p) {
      for (std::int64_t i = 0; i < columns; ++i) {
        out[i] += linear::term<kSquared>(weights[p * columns + i], in[p]);
      }
    }
    return;
  }
  std::int64_t i = 0;
  for (std::int64_t const step = kMany * lanes; i + step <= columns; i += step) {
    multiply_vectors<kSquared, kMany>(weights, pairs, columns, i, in, out);
  }
  for (; i < columns; i += kFew * lanes) {
    multiply_vectors<kSquared, kFew>(weights, pairs, columns, i, in, out);
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
