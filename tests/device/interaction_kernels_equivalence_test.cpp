// build_interaction_tables, sum_leaf_tables with pairs as players and sum_long_interactions on paths drawn at random:
// the device gives the CPU's bytes.
#include <string>
#include <vector>

#include "compile/fold_pairs.h"
#include "device/bytes.h"
#include "device_fixture.h"
#include "explain/device_model.h"
#include "kernels/build_interaction_tables.h"
#include "kernels/path_pattern.h"
#include "kernels/random_paths.h"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_long_interactions.h"

namespace limpid {
namespace {

using reference::Random;

class InteractionKernelsEquivalence : public DeviceTest {};

struct Weighted {
  std::vector<std::uint64_t> units;
  std::uint64_t total = 0;
};

Weighted random_units(std::int64_t rows, Random& random) {
  Weighted weights;
  for (std::int64_t b = 0; b < rows; ++b) {  // above 32 bits
    weights.units.push_back(static_cast<std::uint64_t>(random.uniform() * 0x1p43));
    weights.total += weights.units.back();
  }
  return weights;
}

void expect_equal_tables(TableKind kind, std::int64_t rows, bool weighted, Random& random) {
  device::Exec const exec(0);
  LeafPaths paths = random_paths({.leaves = 24}, random);
  for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
    auto const l = static_cast<std::size_t>(leaf);
    paths.table_begin[l + 1] = paths.table_begin[l] + pair_table_size(path_players(paths.view(), leaf));
  }
  RandomBins const background(24, rows, random);
  Weighted const weights = random_units(weighted ? rows : 0, random);
  std::vector<float> expected(paths.table_size());
  BuildLeafTablesArgs args{paths.view(), kind, background.view(), 0, paths.leaves(), expected.data()};
  if (weighted) args.weights = {weights.units.data(), weights.total};
  build_interaction_tables_cpu(args);
  DevicePaths const on_device(exec, paths);
  device::Buffer<std::uint8_t> const bins(exec, background.data);
  device::Buffer<std::uint64_t> const units(exec, weights.units);
  device::Buffer<float> const found(exec, expected.size());
  args.paths = on_device.view();
  args.background.data = bins.data();
  args.weights.units = weighted ? units.data() : nullptr;
  args.tables = found.data();
  build_interaction_tables_cuda(exec, args);
  EXPECT_TRUE(same_bits(copy_back(exec, found), expected));
}

TEST_P(InteractionKernelsEquivalence, Tables) {
  Random random(81);
  expect_equal_tables(TableKind::kPathDependent, 0, false, random);
  for (std::int64_t const rows : {1, 129}) {
    for (bool const weighted : {false, true}) {
      expect_equal_tables(TableKind::kInterventional, rows, weighted, random);
    }
  }
}

void expect_equal_sums_of_pairs(PathShape const& shape, std::int64_t rows, Random& random) {
  device::Exec const exec(0);
  LeafPaths const leaves = random_paths(shape, random);
  LeafPaths const paths = fold_pairs(leaves, shape.players).paths;
  std::vector<float> tables(paths.table_size());
  for (float& t : tables) t = static_cast<float>(2.0 * random.uniform() - 1.0);
  RandomBins const bins(2 * shape.players, rows, random);
  auto const pairs = static_cast<std::int32_t>(pair_count(shape.players));
  std::vector<double> expected(static_cast<std::size_t>(shape.outputs * pairs * bins.stride), 0.125);
  device::Buffer<double> const found(exec, expected);
  DevicePaths const on_device(exec, paths);
  device::Buffer<std::uint8_t> const device_bins(exec, bins.data);
  device::Buffer<float> const device_tables(exec, tables);
  exec.wait();
  SumLeafTablesArgs args{paths.view(), tables.data(), bins.view(), pairs, shape.outputs, expected.data(), bins.stride};
  sum_leaf_tables_cpu(args);
  args.paths = on_device.view();
  args.tables = device_tables.data();
  args.bins.data = device_bins.data();
  args.values = found.data();
  sum_leaf_tables_cuda(exec, args);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, found), bins.stride, rows),
                        without_padding(expected, bins.stride, rows)));
}

/// 8 bits and 28 pairs: tables of more floats than a tile, dealt to two leaves.
TEST_P(InteractionKernelsEquivalence, SumsOfPairs) {
  Random random(82);
  for (std::int64_t const rows : {1, 33, 129}) {
    expect_equal_sums_of_pairs({.leaves = 10, .min_players = 6, .max_players = 8, .players = 9, .outputs = 2}, rows,
                               random);
  }
}

/// 17,020 pairs: more slots than the smallest device has shared memory.
TEST_P(InteractionKernelsEquivalence, SumsOfPairsOfManyPlayers) {
  if (!kRunsLongTests) GTEST_SKIP() << "minutes under the thread sanitizer";
  if (device::Exec(0).profile().shared_per_block > (std::size_t{64} << 10U)) GTEST_SKIP() << "the slots fit";
  Random random(84);
  expect_equal_sums_of_pairs({.leaves = 12, .min_players = 3, .max_players = 5, .players = 184}, 5, random);
}

void expect_equal_long_sums(PathShape const& shape, TableKind kind, std::int64_t rows, Random& random) {
  SCOPED_TRACE(std::to_string(rows) + " rows");
  device::Exec const exec(0);
  bool const wide = shape.min_players > kMaxLongPlayers;
  LeafPaths const paths = wide ? wide_paths(shape, random) : random_paths(shape, random);
  auto const draw = [&](std::int64_t count) {
    return wide ? mostly_passing(shape, count, random) : RandomBins(2 * shape.players, count, random);
  };
  RandomBins const background = draw(9);
  RandomBins const bins = draw(rows);
  DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), 0);
  std::int64_t const vectors = shape.outputs * pair_count(shape.players);
  std::vector<double> expected(static_cast<std::size_t>(vectors * bins.stride), 0.125);
  device::Buffer<double> const found(exec, expected);
  DevicePaths const on_device(exec, paths);
  device::Buffer<std::uint64_t> const device_patterns(exec, patterns.patterns);
  device::Buffer<std::uint64_t> const device_counts(exec, patterns.counts);
  device::Buffer<std::uint64_t> const device_begin(exec, patterns.begin);
  device::Buffer<std::uint8_t> const device_bins(exec, bins.data);
  exec.wait();
  SumLongPathsArgs args{paths.view(),  kind,          patterns.view(), 9,          bins.view(),
                        shape.players, shape.outputs, expected.data(), bins.stride};
  sum_long_interactions_cpu(args);
  args.paths = on_device.view();
  args.background = {device_patterns.data(), device_counts.data(), device_begin.data(), patterns.words};
  args.bins.data = device_bins.data();
  args.values = found.data();
  sum_long_interactions_cuda(exec, args);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, found), bins.stride, rows),
                        without_padding(expected, bins.stride, rows)));
}

TEST_P(InteractionKernelsEquivalence, LongPaths) {
  Random random(83);
  PathShape const shape{.leaves = 4, .min_players = 1, .max_players = 14, .players = 15, .outputs = 2};
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    for (std::int64_t const rows : {0, 1, 31, 33, 64}) expect_equal_long_sums(shape, kind, rows, random);
    expect_equal_long_sums({.leaves = 1, .min_players = 64, .max_players = 64, .players = 64}, kind, 2, random);
    expect_equal_long_sums({.leaves = 2, .min_players = 65, .max_players = 130, .players = 131}, kind, 2, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, InteractionKernelsEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
