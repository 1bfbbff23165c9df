#include "compile/fold_leaves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/path_pattern.h"
#include "kernels/random_paths.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

using reference::Random;

/// Two siblings below a node that tests player 0 (bin 0 <= 3): player 1 passes when bin 1 <= 5, or when it is above.
LeafPaths siblings() {
  LeafPaths paths;
  paths.tests = {{0, 0, 3, 0, 0}, {1, 0, 5, 1, 0}, {0, 0, 3, 0, 0}, {1, 6, 249, 1, 0}};
  paths.test_begin = {0, 2, 4};
  paths.players = {0, 1, 0, 1};
  paths.player_begin = {0, 2, 4};
  paths.table_begin = {0, 8, 16};
  paths.value = {1.0, -1.0};
  paths.fixed = {0, 0};
  paths.output = {0, 0};
  paths.blocks = {{0, 2, 0, 0, 2}};
  paths.block_players = {0, 1};
  return paths;
}

TEST(FoldLeaves, SiblingsShareOneTable) {
  LeafPaths const leaves = siblings();
  std::vector<float> const tables = {1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 50, 60, 70, 80};

  FoldedLeaves const folded = fold_leaves(leaves);

  ASSERT_EQ(folded.paths.leaves(), 1);
  EXPECT_EQ(folded.paths.players, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(path_bits(folded.paths.view(), 0), 2);
  // The right leaf's bit 1 is the left one's flipped (which of them is stored is a matter of order): T_left[q][a] +
  // T_right[q][a ^ 2].
  EXPECT_EQ(fold_tables(folded, leaves, tables), (std::vector<float>{31, 42, 13, 24, 75, 86, 57, 68}));
}

std::vector<double> naive_sums(PathsView const& paths, float const* tables, BinsView const& bins, std::int64_t row,
                               std::int32_t outputs, std::int32_t players) {
  std::vector<double> sums(static_cast<std::size_t>(outputs * players));
  for (std::int64_t leaf = 0; leaf < paths.leaves; ++leaf) {
    std::uint64_t const a = path_pattern(paths, leaf, bins, row);
    for (std::int32_t q = 0; q < path_players(paths, leaf); ++q) {
      std::uint32_t const player = paths.players[paths.player_begin[leaf] + static_cast<std::uint32_t>(q)];
      sums[paths.output[leaf] * static_cast<std::size_t>(players) + player] += static_cast<double>(
          tables[paths.table_begin[leaf] + (static_cast<std::uint64_t>(q) << path_bits(paths, leaf)) + a]);
    }
  }
  return sums;
}

void check_invariants(LeafPaths const& leaves, FoldedLeaves const& folded) {
  std::vector<int> seen(static_cast<std::size_t>(leaves.leaves()));
  for (FoldPart const& part : folded.parts) ++seen[part.leaf];
  for (int const times : seen) EXPECT_EQ(times, 1);
  PathsView const paths = folded.paths.view();
  std::uint32_t next = 0;
  for (std::int32_t b = 0; b < paths.blocks_count; ++b) {
    LeafBlock const& block = paths.blocks[b];
    EXPECT_EQ(block.begin, next);
    EXPECT_LE(block.end - block.begin, static_cast<std::uint32_t>(kBlockLeaves));
    next = block.end;
    for (std::uint32_t f = block.begin; f < block.end; ++f) {
      EXPECT_EQ(paths.output[f], block.output);
      EXPECT_LE(path_bits(paths, f), kMaxShortPlayers);
      EXPECT_EQ(paths.table_begin[f + 1] - paths.table_begin[f], static_cast<std::uint64_t>(path_players(paths, f))
                                                                     << path_bits(paths, f));
      EXPECT_GE(path_bits(paths, f), path_bits(paths, std::max(f, block.begin + 1) - 1));
    }
  }
  EXPECT_EQ(next, static_cast<std::uint32_t>(folded.paths.leaves()));
}

void check_sums(LeafPaths const& leaves, BinsView const& bins, std::int32_t outputs, std::int32_t players,
                Random& random) {
  std::vector<float> tables(leaves.table_size());
  for (float& t : tables) t = static_cast<float>(2.0 * random.uniform() - 1.0);
  FoldedLeaves const folded = fold_leaves(leaves);
  check_invariants(leaves, folded);
  std::vector<float> const folds = fold_tables(folded, leaves, tables);
  for (std::int64_t row = 0; row < bins.rows; ++row) {
    std::vector<double> const expected = naive_sums(leaves.view(), tables.data(), bins, row, outputs, players);
    std::vector<double> const found = naive_sums(folded.paths.view(), folds.data(), bins, row, outputs, players);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(std::abs(found[i] - expected[i]) <= 1e-4) << "row " << row << " value " << i;
    }
  }
}

TEST(FoldLeaves, SumsAreThoseOfTheLeavesForTrees) {
  Random random(21);
  for (std::int32_t round = 0; round < 12; ++round) {
    reference::ModelShape shape;
    shape.trees = 30;
    shape.depth = 2 + round % 6;
    shape.features = 3 + round;
    shape.outputs = 1 + round % 3;
    shape.categorical = round % 2;
    CompiledModel const model = compile(reference::random_ensemble(shape, random));
    RandomBins const bins(model.columns_view().count, 40, random);
    check_sums(model.short_paths, bins.view(), shape.outputs, shape.features, random);
    FoldedLeaves const folded = fold_leaves(model.short_paths);
    EXPECT_LT(folded.paths.leaves(), model.short_paths.leaves()) << "folding does nothing";
  }
}

TEST(FoldLeaves, SumsAreThoseOfTheLeavesForAnyPaths) {
  Random random(22);
  LeafPaths const paths = random_paths({.leaves = 600, .players = 8, .outputs = 2}, random);
  RandomBins const bins(16, 70, random);
  check_sums(paths, bins.view(), 2, 8, random);
}

TEST(FoldLeaves, NothingFoldsToNothing) {
  FoldedLeaves const folded = fold_leaves(LeafPaths{});
  EXPECT_EQ(folded.paths.leaves(), 0);
  EXPECT_TRUE(fold_tables(folded, LeafPaths{}, {}).empty());
}

}  // namespace
}  // namespace limpid
