/// Quantiles of Student's t against those of its tables.
#include "explain/student_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace limpid {
namespace {

TEST(StudentT, FactorsAreThoseOfTheTables) {
  double const quantiles[][2] = {{1, 12.7062}, {2, 4.3027},  {3, 3.1824},  {4, 2.7764},  {5, 2.5706},
                                 {8, 2.3060},  {12, 2.1788}, {30, 2.0423}, {120, 1.9799}};
  for (auto const& [freedom, quantile] : quantiles) {
    EXPECT_NEAR(student_factor(freedom), quantile / 1.959964, 0.003 * quantile) << freedom;
  }
  EXPECT_NEAR(student_factor(30), 2.042272 / 1.959964, 1e-6);
  EXPECT_EQ(student_factor(std::numeric_limits<double>::infinity()), 1.0);
  EXPECT_EQ(student_factor(0.5), student_factor(1.0));
}

TEST(StudentT, AnErrorWithoutDoubtIsTheRoot) {
  EXPECT_EQ(standard_error(9.0, 0.0), 3.0);
  EXPECT_EQ(standard_error(0.0, 0.0), 0.0);
  EXPECT_NEAR(standard_error(9.0, 81.0 / 4), 3.0 * 2.77645 / 1.959964, 2e-3);
  double const none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(standard_error(none, none)));
}

}  // namespace
}  // namespace limpid
