// solve_operator on the device gives the host's estimators, up to rounding.
#include "kernels/solve_operator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "device/device_libraries.h"
#include "device_fixture.h"
#include "explain/linear_estimator.h"

namespace limpid {
namespace {

/// Largest |a - b| over the largest |b|.
double distance(std::vector<double> const& a, std::vector<double> const& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double apart = 0.0;
  double scale = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i])) return std::numeric_limits<double>::infinity();
    apart = std::max(apart, std::abs(a[i] - b[i]));
    scale = std::max(scale, std::abs(b[i]));
  }
  return scale == 0.0 ? apart : apart / scale;
}

void expect_near(LinearEstimator const& found, LinearEstimator const& expected, double tolerance) {
  EXPECT_EQ(found.ridge, expected.ridge);
  EXPECT_LE(distance(found.weights, expected.weights), tolerance);
  EXPECT_LE(distance(found.share, expected.share), tolerance);
  EXPECT_LE(distance(found.precision, expected.precision), tolerance);
  ASSERT_EQ(found.variance_left.size(), expected.variance_left.size());
  for (std::size_t i = 0; i < found.variance_left.size(); ++i) {  // of a prior variance near 1; 0 where all is known
    EXPECT_NEAR(found.variance_left[i], expected.variance_left[i], 1e-10);
  }
  EXPECT_LE(distance(found.variance_factor, expected.variance_factor), tolerance);
}

class SolveOperator : public DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    if (IsSkipped()) return;
    exec_ = std::make_unique<device::Exec>(0);
    std::string reason;
    solver_ = make_solver_cuda(*exec_, reason);
    if (solver_ != nullptr) return;
    ASSERT_EQ(kDeviceLibraries, nullptr) << reason;
    GTEST_SKIP() << reason;
  }
  SolvedBy const by_device_{SolvedBy::kDevice};
  std::unique_ptr<device::Exec> exec_;
  std::unique_ptr<SystemSolver> solver_;
};

TEST_P(SolveOperator, EstimatorsAreTheHosts) {
  EXPECT_EQ(solver_->name(), "cuSOLVER");
  for (std::int32_t const players : {4, 17, 40, 70}) {
    for (std::int64_t const pairs : {7, 200}) {
      SCOPED_TRACE(std::to_string(players) + " players, " + std::to_string(pairs) + " pairs");
      auto const design = make_design(DesignKind::kLeverage, players, pairs, 5);
      expect_near(solve_wls(design, *solver_), solve_wls(design), 1e-9);
      expect_near(solve_gp(design, *solver_), solve_gp(design), 1e-7);
    }
  }
}

TEST_P(SolveOperator, SaysWhatCannotBeFactored) {
  EXPECT_FALSE(solver_->factor({1.0, 2.0, 0.0, 1.0}, 2));    // eigenvalues 3 and -1
  EXPECT_FALSE(solver_->factor({1.0, 0.0, 0.0, 1e-13}, 2));  // positive, and no digit would be left
  ASSERT_TRUE(solver_->factor({4.0, 2.0, 0.0, 5.0}, 2));
  std::vector<double> b = {8.0, 8.0, 0.0, 16.0};
  solver_->solve(b, 2);
  EXPECT_LE(distance(b, {1.5, 1.0, -2.0, 4.0}), 1e-15);
}

INSTANTIATE_TEST_SUITE_P(Devices, SolveOperator, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
