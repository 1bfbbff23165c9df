#include "kernels/sum_leaf_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/random_paths.h"
#include "kernels/sum_leaf_tables.task.h"

namespace limpid {
namespace {

using reference::Random;

std::vector<float> random_tables(LeafPaths const& paths, Random& random) {
  std::vector<float> tables(paths.table_size());
  for (float& t : tables) t = static_cast<float>(2.0 * random.uniform() - 1.0);
  return tables;
}

struct Case {
  PathShape shape;
  LeafPaths paths;
  std::vector<float> tables;
  RandomBins bins;

  Case(PathShape const& s, std::int64_t rows, Random& random)
      : shape(s),
        paths(random_paths(s, random)),
        tables(random_tables(paths, random)),
        bins(2 * s.players, rows, random) {}

  [[nodiscard]] std::vector<double> start() const {
    return std::vector<double>(static_cast<std::size_t>(shape.outputs * shape.players * bins.stride), 0.125);
  }
  /// The padding rows may hold anything: only real rows are compared.
  [[nodiscard]] std::vector<double> rows_of(std::vector<double> const& values) const {
    std::vector<double> result;
    for (std::int64_t v = 0; v < shape.outputs * shape.players; ++v) {
      auto const begin = values.begin() + v * bins.stride;
      result.insert(result.end(), begin, begin + bins.rows);
    }
    return result;
  }
  [[nodiscard]] std::vector<double> run() const {
    std::vector<double> values = start();
    SumLeafTablesArgs args;
    args.paths = paths.view();
    args.tables = tables.data();
    args.bins = bins.view();
    args.players = shape.players;
    args.outputs = shape.outputs;
    args.values = values.data();
    args.value_stride = bins.stride;
    sum_leaf_tables_cpu(args);
    return rows_of(values);
  }
  /// Row by row with the task.
  [[nodiscard]] std::vector<double> by_task() const {
    std::vector<double> values = start();
    SumLeafTablesTask const task{paths.view(), tables.data(), bins.view()};
    for (std::int64_t row = 0; row < bins.rows; ++row) {
      for (LeafBlock const& block : paths.blocks) {
        std::vector<float> phi(static_cast<std::size_t>(shape.players));
        for (std::int64_t leaf = block.begin; leaf < block.end; ++leaf) task(leaf, row, phi.data());
        for (std::uint32_t p = block.player_begin; p < block.player_end; ++p) {
          std::uint32_t const player = paths.block_players[p];
          std::int64_t const vector = static_cast<std::int64_t>(block.output) * shape.players + player;
          values[static_cast<std::size_t>(vector * bins.stride + row)] += static_cast<double>(phi[player]);
        }
      }
    }
    return rows_of(values);
  }
};

TEST(SumLeafTables, MatchesHandWorkedLeaves) {
  LeafPaths paths;  // leaf 0: player 1 alone, bin 0 <= 3; leaf 1: players 0 (bin 1 >= 2) and 1 (bin 0 <= 1)
  paths.tests = {{0, 0, 3, 0, 0}, {1, 2, 253, 0, 0}, {0, 0, 1, 1, 0}};
  paths.test_begin = {0, 1, 3};
  paths.players = {1, 0, 1};
  paths.player_begin = {0, 1, 3};
  paths.table_begin = {0, 2, 10};
  paths.value = {1.0, 1.0};
  paths.fixed = {0, 0};
  paths.output = {0, 0};
  paths.blocks = {{0, 2, 0, 0, 2}};
  paths.block_players = {0, 1};
  std::vector<float> const tables = {-1, 1, 10, 20, 30, 40, 100, 200, 300, 400};
  std::vector<std::uint8_t> bins(128);
  bins[0] = 1, bins[64] = 2;  // patterns 1 and 11
  bins[1] = 4, bins[65] = 5;  // patterns 0 and 01
  std::vector<double> values(128, 0.0);

  SumLeafTablesArgs args;
  args.paths = paths.view();
  args.tables = tables.data();
  args.bins = {bins.data(), 2, 64};
  args.players = 2;
  args.values = values.data();
  args.value_stride = 64;
  sum_leaf_tables_cpu(args);

  EXPECT_EQ(values[0], 40.0);
  EXPECT_EQ(values[64], 401.0);
  EXPECT_EQ(values[1], 20.0);
  EXPECT_EQ(values[65], 199.0);
}

TEST(SumLeafTables, EveryTargetGivesTheBitsOfTheTask) {
  Random random(3);
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000}) {
    Case const it({.leaves = 700, .outputs = 2}, rows, random);
    std::vector<double> const expected = it.by_task();
    on_each_simd_target([&] { EXPECT_EQ(it.run(), expected) << rows << " rows"; });
  }
}

TEST(SumLeafTables, EveryPathLengthAloneGivesTheBitsOfTheTask) {
  Random random(4);
  for (std::int32_t k = 1; k <= kMaxShortPlayers; ++k) {
    Case const it({.leaves = 40, .min_players = k, .max_players = k, .players = 9}, 200, random);
    std::vector<double> const expected = it.by_task();
    on_each_simd_target([&] { EXPECT_EQ(it.run(), expected) << "K = " << k; });
  }
}

TEST(SumLeafTables, MoreRowsThanATileAndNoLeaves) {
  Random random(5);
  Case const tall({.leaves = 20}, 5000, random);
  EXPECT_EQ(tall.run(), tall.by_task());
  Case const none({.leaves = 0}, 70, random);
  EXPECT_EQ(none.run(), none.rows_of(none.start()));
}

TEST(SumLeafTables, StaysWithinTheErrorOfFloatBlocks) {
  Random random(6);
  Case const it({.leaves = 3000, .players = 20}, 65, random);
  std::vector<double> const found = it.run();
  PathsView const paths = it.paths.view();
  for (std::int64_t row = 0; row < 65; ++row) {
    std::vector<double> sum(20, 0.125);
    for (std::int64_t leaf = 0; leaf < paths.leaves; ++leaf) {
      std::uint64_t const a = path_pattern(paths, leaf, it.bins.view(), row);
      std::int32_t const k = path_players(paths, leaf);
      for (std::int32_t q = 0; q < k; ++q) {
        sum[paths.players[paths.player_begin[leaf] + static_cast<std::uint32_t>(q)]] +=
            static_cast<double>(it.tables[paths.table_begin[leaf] + (static_cast<std::uint64_t>(q) << k) + a]);
      }
    }
    // 3000 leaves in 12 blocks of float sums of about 60 terms below 1, whose partial sums stay below 32
    for (std::size_t p = 0; p < 20; ++p) {
      double const error = std::abs(found[p * 65 + static_cast<std::size_t>(row)] - sum[p]);
      EXPECT_TRUE(error <= 12 * 60 * 32 * 0x1p-24) << error;
    }
  }
}

}  // namespace
}  // namespace limpid
