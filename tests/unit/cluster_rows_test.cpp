#include "explain/cluster_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "explain/cluster_columns.h"

namespace limpid {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Columns, each of one value a row.
struct Table {
  std::vector<std::vector<double>> columns;
  std::vector<bool> categorical;

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(columns.front().size()); }
  [[nodiscard]] RowClusters cluster(std::int64_t count, std::uint64_t seed = 0,
                                    ParallelFor const& parallel_for = serial_for) const {
    std::vector<double> values;
    for (auto const& column : columns) values.insert(values.end(), column.begin(), column.end());
    return cluster_rows({values.data(), rows(), rows()}, categorical, count, seed, parallel_for);
  }
};

/// A cluster's centre and size, NaN as -999, so that sets of them compare.
std::vector<std::vector<double>> sorted(RowClusters const& clusters) {
  std::vector<std::vector<double>> out;
  auto const columns = clusters.values.size() / static_cast<std::size_t>(clusters.stride);
  for (std::size_t c = 0; c < clusters.sizes.size(); ++c) {
    std::vector<double> centre{clusters.sizes[c]};
    for (std::size_t j = 0; j < columns; ++j) {
      double const value = clusters.values[j * static_cast<std::size_t>(clusters.stride) + c];
      centre.push_back(std::isnan(value) ? -999.0 : value);
    }
    out.push_back(centre);
  }
  std::sort(out.begin(), out.end());
  return out;
}

using Centres = std::vector<std::vector<double>>;  ///< {size, values ...}

TEST(ClusterRows, FindsWhatIsApart) {
  Table const table{{{0, 1, 2, 100, 101, 102, 104}, {7, 7, 7, 7, 7, 7, 7}}, {false, false}};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    // Means 1 and 101.75. A constant column stays what it is.
    EXPECT_EQ(sorted(table.cluster(2, seed)), (Centres{{3, 1, 7}, {4, 102, 7}}));
  }
}

TEST(ClusterRows, OneClusterIsTheMeanAndTheModes) {
  Table const table{{{1, 2, 3, 4, 90}, {5, 3, 3, 5, 9}, {kNan, kNan, 1, kNan, 2}, {kNan, 8, kNan, 8, kNan}},
                    {false, true, false, true}};
  // Mean 20: 4 is the nearest. 3 and 5 are as frequent: the smaller. Most of the third are missing, as of the last.
  EXPECT_EQ(sorted(table.cluster(1)), (Centres{{5, 4, 3, -999, -999}}));
}

TEST(ClusterRows, DistinctRowsAreClustersWhereThereAreEnough) {
  Table const table{{{1, 1, 2, kNan, 1, kNan}, {0, 0, 0, 1, 4, 1}}, {false, true}};
  for (std::int64_t const count : {4, 5, 100}) {
    EXPECT_EQ(sorted(table.cluster(count)), (Centres{{1, 1, 4}, {1, 2, 0}, {2, -999, 1}, {2, 1, 0}}));
  }
  Table const same{{{3, 3, 3}, {kNan, kNan, kNan}}, {false, false}};
  EXPECT_EQ(sorted(same.cluster(7)), (Centres{{3, 3, -999}}));
  Table const single{{{3}}, {false}};
  EXPECT_EQ(sorted(single.cluster(1)), (Centres{{1, 3}}));
}

TEST(ClusterRows, ScalesColumnsSoThatUnitsDoNotMatter) {
  Table table{{{0, 0, 1, 1}, {5e9, 5.0001e9, 5e9, 5.0001e9}, {}}, {false, false, true}};
  table.columns[2] = {2, 2, 2, 2};
  auto const expected = sorted(table.cluster(3, 4));
  for (double& value : table.columns[1]) value *= 0x1p-60;
  auto found = sorted(table.cluster(3, 4));
  for (auto& centre : found) centre[2] *= 0x1p60;
  EXPECT_EQ(found, expected);
}

TEST(ClusterRows, HugeAndTinyNumbersAreNoMatter) {
  double const most = std::numeric_limits<double>::max();
  Table const table{{{most, most, -most, -most}, {5e-324, 0, 5e-324, 0}}, {false, false}};
  auto const found = table.cluster(2);
  EXPECT_EQ(std::accumulate(found.sizes.begin(), found.sizes.end(), 0.0), 4.0);
  for (double const value : {found.values[0], found.values[1]}) EXPECT_EQ(std::abs(value), most);
}

Table random_table(std::int64_t rows, std::uint32_t seed) {
  std::mt19937 random(seed);
  Table table{std::vector<std::vector<double>>(6), {false, false, true, false, true, false}};
  for (std::int64_t r = 0; r < rows; ++r) {
    auto const kind = static_cast<double>(random() % 9);
    for (std::size_t j = 0; j < 6; ++j) {
      double value = kind * static_cast<double>(j) + static_cast<double>(random() % 1000) / 100.0;
      if (table.categorical[j]) value = std::floor(value / 3.0);
      if (j == 3 && random() % 3 == 0) value = kNan;
      table.columns[j].push_back(value);
    }
  }
  return table;
}

TEST(ClusterRows, ThreadsAndSlicesChangeNothing) {
  Table const table = random_table(3000, 5);
  auto const expected = table.cluster(25, 9);
  ParallelFor const threads = [](std::int64_t n, std::function<void(std::int64_t, std::int64_t)> const& body) {
    std::vector<std::thread> all;
    for (std::int64_t i = 0; i < n; i += 3) all.emplace_back([&, i] { body(i, std::min(i + 3, n)); });
    for (auto& one : all) one.join();
  };
  auto const found = table.cluster(25, 9, threads);
  EXPECT_EQ(sorted(found), sorted(expected));
  EXPECT_EQ(found.sizes, expected.sizes);
  EXPECT_EQ(found.steps, expected.steps);
}

TEST(ClusterRows, CentresAreValuesOfTheDataAndSizesAddUp) {
  Table const table = random_table(1000, 6);
  for (std::int64_t const count : {1, 2, 30, 999, 1000}) {
    auto const found = table.cluster(count, 1);
    EXPECT_EQ(found.sizes.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(std::accumulate(found.sizes.begin(), found.sizes.end(), 0.0), 1000.0);
    EXPECT_GT(*std::min_element(found.sizes.begin(), found.sizes.end()), 0.0);
    for (std::size_t j = 0; j < 6; ++j) {
      std::set<double> const known(table.columns[j].begin(), table.columns[j].end());
      for (std::size_t c = 0; c < found.sizes.size(); ++c) {
        double const value = found.values[j * static_cast<std::size_t>(found.stride) + c];
        EXPECT_TRUE(std::isnan(value) ? j == 3 : known.contains(value)) << value << " in column " << j;
      }
    }
  }
}

/// Sum over the rows of the squared distance to the nearest of the centres, in standard deviations.
double inertia(Table const& table, RowClusters const& clusters) {
  double sum = 0.0;
  for (std::int64_t r = 0; r < table.rows(); ++r) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < clusters.sizes.size(); ++c) {
      double distance = 0.0;
      for (std::size_t j = 0; j < table.columns.size(); ++j) {
        double const difference = table.columns[j][static_cast<std::size_t>(r)] -
                                  clusters.values[j * static_cast<std::size_t>(clusters.stride) + c];
        distance += difference * difference;
      }
      least = std::min(least, distance);
    }
    sum += least;
  }
  return sum;
}

/// On three clouds far apart every seed finds them; more clusters leave less.
TEST(ClusterRows, IsBetterThanAnySample) {
  std::mt19937 random(8);
  std::normal_distribution<double> normal;
  Table table{{{}, {}}, {false, false}};
  for (int r = 0; r < 600; ++r) {
    table.columns[0].push_back(normal(random) + 30.0 * (r % 3));
    table.columns[1].push_back(normal(random) - 25.0 * (r % 3 == 1 ? 1 : 0));
  }
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto const three = table.cluster(3, seed);
    EXPECT_EQ(three.sizes, (std::vector<double>{200, 200, 200}));
    double const left = inertia(table, three);
    EXPECT_LT(left, 1.15 * 2.0 * 600.0);  // the clouds' own variance
    EXPECT_LT(inertia(table, table.cluster(12, seed)), 0.5 * left);
  }
}

}  // namespace
}  // namespace limpid
