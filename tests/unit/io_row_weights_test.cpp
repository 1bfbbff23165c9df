#include "io/row_weights.h"

#include <gtest/gtest.h>

namespace limpid {
namespace {

TEST(RowWeights, RowsOfNoneAreLeftOut) {
  RowChunk rows;
  rows.rows = 4;
  rows.stride = 64;
  rows.values.assign(128, -1.0);
  rows.ids = {"a", "b", "c", "d"};
  for (std::size_t r = 0; r < 4; ++r) {
    rows.values[r] = static_cast<double>(r);
    rows.values[64 + r] = 10.0 + static_cast<double>(r);
  }
  std::vector<double> weights{0.0, 2.0, 0.0, 1.0};
  leave_out_rows_without_weight(rows, weights);
  EXPECT_EQ(rows.rows, 2);
  EXPECT_EQ(weights, (std::vector<double>{2.0, 1.0}));
  EXPECT_EQ(rows.ids, (std::vector<std::string>{"b", "d"}));
  EXPECT_EQ(rows.values[0], 1.0);
  EXPECT_EQ(rows.values[1], 3.0);
  EXPECT_EQ(rows.values[64], 11.0);
  EXPECT_EQ(rows.values[65], 13.0);
}

}  // namespace
}  // namespace limpid
