// apply_operator on the CPU: numbers worked by hand, then the sums written out.
#include "kernels/apply_operator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/operator_case.h"

namespace limpid::tests {
namespace {

/// V = 2, q = 1, the coalition {0}: d = 3, Delta = 10, phi = (0.5, -0.5) d + (0.5, 0.5) Delta = (6.5, 3.5).
TEST(ApplyOperator, WorkedByHand) {
  std::uint64_t const coalition = 1;
  double const weights[] = {0.5, -0.5};
  double const share[] = {0.5, 0.5};
  double const size_share = 0.5;
  double const factor = 2.0;
  double differences[] = {3.0, 10.0};
  double values[2] = {};
  double const freedom[] = {2.0, 4.0};
  double variances[2] = {};
  double doubts[2] = {};
  ApplyOperatorArgs args;
  args.estimator = {2, 1, 1, &coalition, weights, share, ErrorKind::kResiduals, &size_share, &factor};
  args.games = 1;
  args.differences = differences;
  args.values = values;
  args.estimator.freedom = freedom;
  args.variances = variances;
  args.doubts = doubts;
  args.stride = 2;
  apply_operator_cpu(args);
  EXPECT_EQ(values[0], 6.5);
  EXPECT_EQ(values[1], 3.5);
  // fit: 0.5 (6.5 - 5) - 0.5 (3.5 - 5) = 1.5; y = 3; e = 1.5; variance 0.25 * 2 * 2.25
  EXPECT_EQ(variances[0], 1.125);
  EXPECT_EQ(variances[1], 1.125);
  EXPECT_EQ(doubts[0], 1.265625 / 2);
  EXPECT_EQ(doubts[1], 1.265625 / 4);
}

/// The posterior: residuals 2 * 3 + 1 * 10 = 16 and -3 * 3 + 0 = -9, mean square 168.5, times what is left.
TEST(ApplyOperator, PosteriorWorkedByHand) {
  double const weights[] = {0.5, -0.5};
  double const share[] = {0.5, 0.5};
  double const left[] = {2.0, 0.0};
  double const check_weights[] = {2.0, -3.0};
  double const check_share[] = {1.0, 0.0};
  double differences[] = {3.0, 10.0};
  double values[2] = {};
  double const freedom[] = {2.0, 4.0};
  double variances[2] = {};
  double doubts[2] = {};
  double checks[2] = {};
  ApplyOperatorArgs args;
  args.estimator = {2, 1, 1, nullptr, weights, share, ErrorKind::kPosterior};
  args.estimator.left = left;
  args.estimator.checks = 2;
  args.estimator.check_weights = check_weights;
  args.estimator.check_share = check_share;
  args.games = 1;
  args.differences = differences;
  args.values = values;
  args.estimator.freedom = freedom;
  args.variances = variances;
  args.doubts = doubts;
  args.stride = 2;
  args.checks = checks;
  apply_operator_cpu(args);
  EXPECT_EQ(values[0], 6.5);
  EXPECT_EQ(variances[0], 337.0);
  EXPECT_EQ(variances[1], 0.0);
  EXPECT_EQ(doubts[0], 337.0 * 337.0 / 2);
  EXPECT_EQ(doubts[1], 0.0);
}

class ApplyOperatorSums : public testing::TestWithParam<OperatorShape> {};

TEST_P(ApplyOperatorSums, AreWrittenOut) {
  auto const shape = GetParam();
  OperatorCase it(shape);
  auto const differences = it.differences;
  EstimatorView const& op = it.args.estimator;
  apply_operator_cpu(it.args);
  for (std::int64_t n = 0; n < shape.games; ++n) {
    double const* const d = differences.data() + n * (shape.pairs + 1);
    double const delta = d[shape.pairs];
    std::int64_t const vector =
        it.slot[static_cast<std::size_t>(n / shape.outputs)] * shape.outputs + n % shape.outputs;
    auto const at = static_cast<std::size_t>(vector * it.args.stride);
    double scale = 0.0;
    for (std::int32_t k = 0; k < op.checks; ++k) {
      double residual = op.check_share[k] * delta;
      for (std::int64_t p = 0; p < shape.pairs; ++p) residual += op.check_weights[p * op.checks + k] * d[p];
      scale += residual * residual / op.checks;
    }
    for (std::int32_t i = 0; i < shape.players; ++i) {
      auto const where = at + static_cast<std::size_t>(i);
      double phi = op.share[i] * delta;
      double variance = op.left[i] * scale;
      for (std::int64_t p = 0; p < shape.pairs; ++p) phi += op.weights[p * shape.players + i] * d[p];
      EXPECT_NEAR(it.values[where], phi, 1e-12 * (1.0 + std::fabs(phi)) * static_cast<double>(shape.pairs));
      if (shape.error_kind == ErrorKind::kNone) {
        EXPECT_TRUE(std::isnan(it.variances[where]));
        EXPECT_TRUE(std::isnan(it.doubts[where]));
      } else if (shape.error_kind == ErrorKind::kPosterior) {
        EXPECT_NEAR(it.variances[where], variance, 1e-12 * (1.0 + std::fabs(variance)));
      }
      if (shape.error_kind != ErrorKind::kNone) {
        EXPECT_EQ(it.doubts[where], it.variances[where] * it.variances[where] / op.freedom[i]);
      }
    }
    EXPECT_EQ(it.values[at + static_cast<std::size_t>(shape.players)], -77.0);
    EXPECT_EQ(it.doubts[at + static_cast<std::size_t>(shape.players)], -77.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ApplyOperatorSums,
                         testing::Values(OperatorShape{ErrorKind::kNone, 5, 7, 6, 1},
                                         OperatorShape{ErrorKind::kPosterior, 17, 40, 6, 3},
                                         OperatorShape{ErrorKind::kResiduals, 70, 33, 4, 2}));

}  // namespace
}  // namespace limpid::tests
