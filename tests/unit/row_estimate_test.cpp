/// What a row's standard errors are made of, worked by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "explain/large_games.h"

namespace limpid {
namespace {

TEST(RowEstimate, ErrorsOfFocusedPairsAreTheirOwnChangeAndThatOfAll) {
  RowEstimate row;
  row.clear(4);
  row.pairs = 1;
  row.errors = {0.0, 1.0, 0.0, 0.0};  // squares, of a sampled pair
  std::vector<double> const sums{1.0, 2.0, 3.0, 6.0};
  std::vector<double> const changes{0.0, 3.0, -4.0, 0.0};
  row.add_focused(2, 6, sums, changes, 4);
  EXPECT_EQ(row.pairs, 3);
  EXPECT_EQ(row.focused, 2);
  EXPECT_EQ(row.values, sums);
  // mean square of the two that changed: 12.5; (1e-4 of the spread)^2 for each of two pairs: 5e-4^2 / 2
  double const common = 1.2 * 12.5 + 1.25e-7;
  EXPECT_DOUBLE_EQ(row.errors[0], 0.0);
  EXPECT_DOUBLE_EQ(row.errors[1], 1.0 + (0.4 * 9.0 + common));
  EXPECT_DOUBLE_EQ(row.errors[2], 0.4 * 16.0 + common);
  EXPECT_DOUBLE_EQ(row.errors[3], 0.0);
  row.divide(2.0);
  EXPECT_DOUBLE_EQ(row.values[3], 3.0);
  EXPECT_DOUBLE_EQ(row.errors[2], std::sqrt(6.4 + common) / 2.0);
}

/// Two pairs of variance 4 and 12, 2 and 6 degrees of freedom: 16 with 16^2 / (4^2 / 2 + 12^2 / 6) = 8, where the 97.5
/// % quantile is 2.3060.
TEST(RowEstimate, FewResidualsMakeErrorsLarger) {
  RowEstimate row;
  row.clear(2);
  row.errors = {16.0, 9.0};
  row.doubts = {16.0 / 2 + 144.0 / 6, 0.0};
  row.divide(2.0);
  EXPECT_NEAR(row.errors[0], 2.0 * 2.3060 / 1.95996, 1e-4);
  EXPECT_DOUBLE_EQ(row.errors[1], 1.5);
}

TEST(RowEstimate, TheLeastErrorHalvesWithTheLevelAndLeavesExactOutputsAlone) {
  std::vector<double> const sums{8.0, -8.0, 0.0, 1.0, 1.0, 1.0};
  std::vector<double> const changes{1e-30, 0.0, 0.0, 0.0, 0.0, 0.0};
  for (std::int32_t const level : {2, 6, 7, 12}) {
    RowEstimate row;
    row.clear(6);
    row.add_focused(1, level, sums, changes, 3);
    EXPECT_DOUBLE_EQ(std::sqrt(row.errors[0]), std::ldexp(1.6e-3, 6 - level)) << level;
    for (std::size_t n = 1; n < 6; ++n) EXPECT_EQ(row.errors[n], 0.0) << n;
  }
}

TEST(RowEstimate, ALevelIsThatOfTheLargestPairThatIsFocusedOn) {
  EstimatorChoice choice;
  EXPECT_EQ(choice.least_focus_level(30, 0), 12);
  EXPECT_EQ(choice.least_focus_level(30, 1), 13);
  choice.coalitions = 1024;  // 2^7 (V - 5) up to V = 13, 2^6 (V - 4) up to 20, ..., 2^2 V up to 256
  EXPECT_EQ(choice.least_focus_level(13, 0), 7);
  EXPECT_EQ(choice.least_focus_level(14, 0), 6);
  EXPECT_EQ(choice.least_focus_level(66, 0), 4);
  EXPECT_EQ(choice.least_focus_level(300, 0), 2);
}

}  // namespace
}  // namespace limpid
