/// Differences between predictions: what is counted, which row is named, and that nothing that is no number passes.
#include "pipeline/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace limpid {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Predictions of one output, three rows.
Explanation chunk_of(std::vector<double> const& predictions) {
  Explanation chunk;
  chunk.rows = static_cast<std::int64_t>(predictions.size());
  chunk.stride = 64;
  chunk.outputs = 1;
  chunk.predictions = predictions;
  chunk.predictions.resize(64);
  return chunk;
}

TEST(Comparison, CountsUlpsInTheirType) {
  EXPECT_EQ(ulps_between(1.0, 1.0, false), 0.0);
  EXPECT_EQ(ulps_between(1.0, std::nextafter(1.0, 2.0), false), 1.0);
  EXPECT_EQ(ulps_between(1.0, static_cast<double>(std::nextafter(1.0F, 2.0F)), true), 1.0);
  EXPECT_EQ(ulps_between(1.0, std::nextafter(1.0, 2.0), true), 0.0);
  EXPECT_EQ(ulps_between(-0.0, 0.0, false), 0.0);
  double const least = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(ulps_between(-least, least, false), 2.0);
  EXPECT_GT(ulps_between(-1e308, 1e308, false), 1e18);
}

TEST(Comparison, NamesTheRowOfTheLargestDifference) {
  std::vector<double> const expected{1.0, 2.5, 1000.0};
  auto const found = compare(chunk_of({1.0, 2.0, 1001.0}), expected.data(), 3, 500, false);
  EXPECT_EQ(found.values, 3);
  EXPECT_EQ(found.equal, 1);
  EXPECT_EQ(found.absolute.value, 1.0);
  EXPECT_EQ(found.absolute.row, 502);
  EXPECT_EQ(found.relative.value, 0.2);
  EXPECT_EQ(found.relative.row, 501);
  EXPECT_EQ(found.scaled.value, 0.2);
  EXPECT_EQ(found.relative.found, 2.0);
  EXPECT_EQ(found.relative.expected, 2.5);
}

TEST(Comparison, FloatsAreComparedAsFloats) {
  std::vector<double> const expected{0.1};  // as text: a float32 of nine digits
  EXPECT_EQ(compare(chunk_of({static_cast<double>(0.1F)}), expected.data(), 1, 0, true).equal, 1);
  EXPECT_EQ(compare(chunk_of({static_cast<double>(0.1F)}), expected.data(), 1, 0, false).equal, 0);
}

TEST(Comparison, WhatIsNoNumberIsInfinitelyFar) {
  std::vector<double> const expected{1.0};
  for (double const bad : {kInfinity, std::numeric_limits<double>::quiet_NaN()}) {
    auto const found = compare(chunk_of({bad}), expected.data(), 1, 7, false);
    EXPECT_EQ(found.scaled.value, kInfinity);
    EXPECT_EQ(found.ulps.value, kInfinity);
    EXPECT_EQ(found.absolute.row, 7);
  }
}

TEST(Comparison, MergesInAnyOrderToTheSame) {
  std::vector<double> const expected{0.0, 0.0};
  auto const first = compare(chunk_of({1.0, 0.0}), expected.data(), 2, 0, false);
  auto const later = compare(chunk_of({0.0, 1.0}), expected.data(), 2, 2, false);
  for (bool const swapped : {false, true}) {
    Comparison all;
    all.merge(swapped ? later : first);
    all.merge(swapped ? first : later);
    EXPECT_EQ(all.values, 4);
    EXPECT_EQ(all.equal, 2);
    EXPECT_EQ(all.absolute.row, 0);
  }
}

}  // namespace
}  // namespace limpid
