// build_leaf_tables, sum_leaf_tables and sum_long_paths on paths drawn at random: the device gives the CPU's bytes.
#include <string>
#include <vector>

#include "device/bytes.h"
#include "device_fixture.h"
#include "explain/device_model.h"
#include "kernels/build_leaf_tables.h"
#include "kernels/random_paths.h"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_long_paths.h"

namespace limpid {
namespace {

using reference::Random;

constexpr std::int64_t kCounts[] = {0, 1, 31, 32, 33, 127, 129, 257};

/// Bins on the device. The host's must live until the stream was waited for.
struct DeviceBins {
  device::Buffer<std::uint8_t> data;
  BinsView view;

  DeviceBins(device::Exec const& exec, RandomBins const& bins) : data(exec, bins.data), view(bins.view()) {
    view.data = data.data();
  }
};

std::vector<float> random_tables(LeafPaths const& paths, Random& random) {
  std::vector<float> tables(paths.table_size());
  for (float& t : tables) t = static_cast<float>(2.0 * random.uniform() - 1.0);
  return tables;
}

// ------------------------------------------------------------------------------------------- build_leaf_tables

/// Leaves [begin, end) into memory that starts at the first of their tables.
void expect_equal_tables(LeafPaths const& paths, TableKind kind, RandomBins const& background, std::int64_t begin,
                         std::int64_t end) {
  device::Exec const exec(0);
  std::uint64_t const origin = paths.table_begin[static_cast<std::size_t>(begin)];
  std::vector<float> expected(paths.table_begin[static_cast<std::size_t>(end)] - origin);
  BuildLeafTablesArgs args{paths.view(), kind, background.view(), begin, end, expected.data(), origin};
  build_leaf_tables_cpu(args);
  DevicePaths const on_device(exec, paths);
  DeviceBins const bins(exec, background);
  device::Buffer<float> const found(exec, expected.size());
  args.paths = on_device.view();
  args.background = bins.view;
  args.tables = found.data();
  build_leaf_tables_cuda(exec, args);
  EXPECT_TRUE(same_bits(copy_back(exec, found), expected));
}

class BuildLeafTablesEquivalence : public DeviceTest {};

TEST_P(BuildLeafTablesEquivalence, Interventional) {
  Random random(31);
  LeafPaths const paths = random_paths({.leaves = 40}, random);
  for (std::int64_t const rows : kCounts) {
    if (rows == 0) continue;  // there is no mean over no rows
    SCOPED_TRACE(rows);
    expect_equal_tables(paths, TableKind::kInterventional, RandomBins(24, rows, random), 0, paths.leaves());
  }
}

TEST_P(BuildLeafTablesEquivalence, WeightedBackground) {
  Random random(34);
  LeafPaths const paths = random_paths({.leaves = 40}, random);
  RandomBins const background(24, 300, random);
  std::vector<std::uint64_t> units;
  std::uint64_t total = 0;
  for (std::int64_t b = 0; b < background.rows; ++b) {  // above 32 bits
    units.push_back(static_cast<std::uint64_t>(random.uniform() * 0x1p43));
    total += units.back();
  }
  device::Exec const exec(0);
  std::vector<float> expected(paths.table_size());
  BuildLeafTablesArgs args{paths.view(),   TableKind::kInterventional, background.view(), 0, paths.leaves(),
                           expected.data()};
  args.weights = {units.data(), total};
  build_leaf_tables_cpu(args);
  DevicePaths const on_device(exec, paths);
  DeviceBins const bins(exec, background);
  device::Buffer<std::uint64_t> const device_units(exec, units);
  device::Buffer<float> const found(exec, expected.size());
  args.paths = on_device.view();
  args.background = bins.view;
  args.tables = found.data();
  args.weights.units = device_units.data();
  build_leaf_tables_cuda(exec, args);
  EXPECT_TRUE(same_bits(copy_back(exec, found), expected));
}

TEST_P(BuildLeafTablesEquivalence, PathDependent) {
  Random random(32);
  RandomBins const none(24, 0, random);
  for (std::int32_t k = 1; k <= kMaxShortPlayers; ++k) {
    SCOPED_TRACE(k);
    LeafPaths const paths = random_paths({.leaves = 9, .min_players = k, .max_players = k}, random);
    expect_equal_tables(paths, TableKind::kPathDependent, none, 0, paths.leaves());
  }
}

TEST_P(BuildLeafTablesEquivalence, SliceOfTheLeaves) {
  Random random(33);
  LeafPaths const paths = random_paths({.leaves = 20, .outputs = 2}, random);
  RandomBins const background(24, 70, random);
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    expect_equal_tables(paths, kind, background, 13, 29);
    expect_equal_tables(paths, kind, background, 39, 40);
    expect_equal_tables(paths, kind, background, 7, 7);
  }
}

// --------------------------------------------------------------------------------------------- sum_leaf_tables

void expect_equal_sums(PathShape const& shape, std::int64_t rows, Random& random) {
  SCOPED_TRACE(std::to_string(rows) + " rows");
  device::Exec const exec(0);
  LeafPaths const paths = random_paths(shape, random);
  std::vector<float> const tables = random_tables(paths, random);
  RandomBins const bins(2 * shape.players, rows, random);
  std::vector<double> expected(static_cast<std::size_t>(shape.outputs * shape.players * bins.stride), 0.125);
  std::vector<double> const before = expected;
  device::Buffer<double> const found(exec, expected.size());
  DevicePaths const on_device(exec, paths);
  DeviceBins const device_bins(exec, bins);
  device::Buffer<float> const device_tables(exec, tables);
  exec.wait();
  SumLeafTablesArgs args;
  args.paths = paths.view();
  args.tables = tables.data();
  args.bins = bins.view();
  args.players = shape.players;
  args.outputs = shape.outputs;
  args.values = expected.data();
  args.value_stride = bins.stride;
  sum_leaf_tables_cpu(args);
  args.paths = on_device.view();
  args.tables = device_tables.data();
  args.bins = device_bins.view;
  args.values = found.data();
  for (bool const few : {false, true}) {
    args.few_players = few;
    exec.copy_in(found.data(), before.data(), before.size() * sizeof(double));
    sum_leaf_tables_cuda(exec, args);
    EXPECT_TRUE(same_bits(without_padding(copy_back(exec, found), bins.stride, rows),
                          without_padding(expected, bins.stride, rows)))
        << "few players: " << few;
  }
}

class SumLeafTablesEquivalence : public DeviceTest {};

TEST_P(SumLeafTablesEquivalence, BlocksOfSeveralOutputs) {
  Random random(41);
  for (std::int64_t const rows : kCounts) {
    expect_equal_sums({.leaves = 50, .max_players = 6, .outputs = 3, .block_leaves = 16}, rows, random);
  }
}

/// 2048 floats a leaf, 4096 or 2048 a tile: 13 tiles, the last with one leaf, or 25.
TEST_P(SumLeafTablesEquivalence, SeveralTilesOfABlock) {
  Random random(42);
  for (std::int64_t const rows : kCounts) {
    expect_equal_sums({.leaves = 25, .min_players = 8, .max_players = 8, .players = 9}, rows, random);
  }
}

/// More rows than one block of threads takes (1024).
TEST_P(SumLeafTablesEquivalence, SeveralGroupsOfRows) {
  Random random(43);
  expect_equal_sums({.leaves = 12, .max_players = 5}, 1025, random);
}

/// 60 players are in shared memory for 32 threads on the smallest device: fewer threads a block, several groups.
TEST_P(SumLeafTablesEquivalence, SumsThatLeaveRoomForFewThreads) {
  Random random(44);
  for (std::int64_t const rows : {1, 129, 257}) {
    expect_equal_sums({.leaves = 90, .min_players = 3, .max_players = 5, .players = 60}, rows, random);
  }
}

/// Blocks of more than 390 players: more sums for a warp than any device has shared memory.
TEST_P(SumLeafTablesEquivalence, SumsBeyondSharedMemory) {
  if (!kRunsLongTests) GTEST_SKIP() << "minutes under the thread sanitizer";
  Random random(45);
  for (std::int64_t const rows : {1, 31, 32, 33, 129}) {
    expect_equal_sums({.leaves = 140, .min_players = 6, .max_players = 7, .players = 700}, rows, random);
  }
  expect_equal_sums({.leaves = 270, .min_players = 3, .max_players = 6, .players = 3000}, 7, random);
  expect_equal_sums({.leaves = 80, .min_players = 7, .max_players = 7, .players = 1000}, 1030, random);
}

TEST_P(SumLeafTablesEquivalence, NoLeaves) {
  Random random(46);
  expect_equal_sums({.leaves = 0}, 70, random);
}

// ---------------------------------------------------------------------------------------------- sum_long_paths

/// The distinct patterns of a background on the device.
struct DevicePatternCounts {
  device::Buffer<std::uint64_t> patterns;
  device::Buffer<std::uint64_t> counts;
  device::Buffer<std::uint64_t> begin;
  std::int32_t words;

  DevicePatternCounts(device::Exec const& exec, DistinctPatterns const& host)
      : patterns(exec, host.patterns), counts(exec, host.counts), begin(exec, host.begin), words(host.words) {}
  [[nodiscard]] PatternCountsView view() const { return {patterns.data(), counts.data(), begin.data(), words}; }
};

void expect_equal_long_sums(PathShape const& shape, TableKind kind, std::int64_t background_rows, std::int64_t rows,
                            Random& random) {
  SCOPED_TRACE(std::to_string(rows) + " rows, background of " + std::to_string(background_rows));
  device::Exec const exec(0);
  bool const wide = shape.min_players > kMaxLongPlayers;
  LeafPaths const paths = wide ? wide_paths(shape, random) : random_paths(shape, random);
  auto const draw = [&](std::int64_t count) {
    return wide ? mostly_passing(shape, count, random) : RandomBins(2 * shape.players, count, random);
  };
  RandomBins const background = draw(background_rows);
  RandomBins const bins = draw(rows);
  DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), 0);
  std::vector<double> expected(static_cast<std::size_t>(shape.outputs * shape.players * bins.stride), 0.125);
  device::Buffer<double> const found(exec, expected);
  DevicePaths const on_device(exec, paths);
  DevicePatternCounts const device_patterns(exec, patterns);
  DeviceBins const device_bins(exec, bins);
  exec.wait();
  SumLongPathsArgs args;
  args.paths = paths.view();
  args.kind = kind;
  args.background = patterns.view();
  args.background_total = static_cast<std::uint64_t>(background_rows);
  args.bins = bins.view();
  args.players = shape.players;
  args.outputs = shape.outputs;
  args.values = expected.data();
  args.value_stride = bins.stride;
  sum_long_paths_cpu(args);
  args.paths = on_device.view();
  args.background = device_patterns.view();
  args.bins = device_bins.view;
  args.values = found.data();
  sum_long_paths_cuda(exec, args);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, found), bins.stride, rows),
                        without_padding(expected, bins.stride, rows)));
}

class SumLongPathsEquivalence : public DeviceTest {};

TEST_P(SumLongPathsEquivalence, BothKinds) {
  Random random(51);
  PathShape const shape{.leaves = 6, .min_players = 9, .max_players = 30, .players = 40, .outputs = 2};
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    for (std::int64_t const rows : kCounts) expect_equal_long_sums(shape, kind, 5, rows, random);
  }
}

TEST_P(SumLongPathsEquivalence, ShortestAndLongestPaths) {
  Random random(52);
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    for (std::int32_t const k : {9, 63, 64}) {
      SCOPED_TRACE(k);
      expect_equal_long_sums({.leaves = 3, .min_players = k, .max_players = k, .players = 70}, kind, 33, 34, random);
    }
  }
}

TEST_P(SumLongPathsEquivalence, PatternsOfSeveralWords) {
  Random random(53);
  for (auto const& [least, most] : {std::pair{65, 65}, std::pair{120, 140}, std::pair{256, 256}}) {
    SCOPED_TRACE(most);
    PathShape const shape{.leaves = 3, .min_players = least, .max_players = most, .players = 260};
    expect_equal_long_sums(shape, TableKind::kInterventional, 33, 34, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, BuildLeafTablesEquivalence, every_device(), name_of_device);
INSTANTIATE_TEST_SUITE_P(Devices, SumLeafTablesEquivalence, every_device(), name_of_device);
INSTANTIATE_TEST_SUITE_P(Devices, SumLongPathsEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
