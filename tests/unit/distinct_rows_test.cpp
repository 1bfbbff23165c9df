#include "blackbox/distinct_rows.h"

#include <gtest/gtest.h>

#include <limits>

#include "reference/random_model.h"

namespace limpid {
namespace {

TEST(DistinctRows, MovesTheFirstOfEachToTheFront) {
  std::vector<double> values{1, 2, 3, 4, 1, 2, 5, 6, 3, 4};
  DistinctRows distinct;
  EXPECT_EQ(distinct.compact(values.data(), 5, 2), 3);
  values.resize(6);
  EXPECT_EQ(values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  std::vector<double> scores;
  distinct.spread({10, 20, 30}, 1, scores);
  EXPECT_EQ(scores, (std::vector<double>{10, 20, 10, 30, 20}));
  distinct.spread({10, 11, 20, 21, 30, 31}, 2, scores);
  EXPECT_EQ(scores, (std::vector<double>{10, 11, 20, 21, 10, 11, 30, 31, 20, 21}));
}

TEST(DistinctRows, ComparesBytes) {
  double const missing = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> values{missing, missing, 0.0, -0.0};
  DistinctRows distinct;
  EXPECT_EQ(distinct.compact(values.data(), 4, 1), 3);
}

TEST(DistinctRows, NoRows) {
  DistinctRows distinct;
  EXPECT_EQ(distinct.compact(nullptr, 0, 3), 0);
}

TEST(DistinctRows, SpreadUndoesCompact) {
  reference::Random random(4);
  for (std::int64_t const rows : {1, 2, 31, 33, 1000}) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < rows * 3; ++i) values.push_back(random.below(4));
    auto const before = values;
    DistinctRows distinct;
    auto const count = distinct.compact(values.data(), rows, 3);
    EXPECT_LE(count, std::min<std::int64_t>(rows, 64));
    values.resize(static_cast<std::size_t>(count * 3));
    std::vector<double> after;
    distinct.spread(values, 3, after);  // scores that are the row itself
    EXPECT_EQ(after, before);
  }
}

}  // namespace
}  // namespace limpid
