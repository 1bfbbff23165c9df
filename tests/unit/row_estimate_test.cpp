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
  row.add_focused(2, sums, changes, 4);
  EXPECT_EQ(row.pairs, 3);
  EXPECT_EQ(row.focused, 2);
  EXPECT_EQ(row.values, sums);
  // mean square of the two that changed: 12.5
  EXPECT_DOUBLE_EQ(row.errors[0], 0.0);
  EXPECT_DOUBLE_EQ(row.errors[1], 1.0 + 0.4 * 9.0 + 1.2 * 12.5);
  EXPECT_DOUBLE_EQ(row.errors[2], 0.4 * 16.0 + 1.2 * 12.5);
  EXPECT_DOUBLE_EQ(row.errors[3], 0.0);
  row.divide(2.0);
  EXPECT_DOUBLE_EQ(row.values[3], 3.0);
  EXPECT_DOUBLE_EQ(row.errors[2], std::sqrt(21.4) / 2.0);
}

}  // namespace
}  // namespace limpid
