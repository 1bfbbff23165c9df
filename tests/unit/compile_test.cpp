#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "compile/compiled_model.h"
#include "limpid/error.h"
#include "reference/hand_made.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

using reference::ensemble_of;
using reference::Random;
using reference::TreeBuilder;

/// A test as text: column, interval, player.
std::string text(Test const& t) { return fmt::format("c{} {}+{} q{}", t.column, t.lo, t.width, t.player); }

std::vector<std::string> tests_of(LeafPaths const& paths, std::size_t leaf) {
  std::vector<std::string> result;
  for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
    result.push_back(text(paths.tests[t]));
  }
  return result;
}

using Texts = std::vector<std::string>;

/// x0 < t0 ? 1 : (x0 < t1 ? 2 : 3), with a missing rule for each node.
Tree interval_tree(double t0, bool missing0, double t1, bool missing1) {
  TreeBuilder b;
  std::int32_t const root = b.numeric(0, t0, missing0, 10.0);
  std::int32_t const low = b.leaf(1.0, 4.0);
  std::int32_t const second = b.numeric(0, t1, missing1, 6.0);
  std::int32_t const middle = b.leaf(2.0, 2.0);
  std::int32_t const high = b.leaf(3.0, 4.0);
  b.children(root, low, second);
  b.children(second, middle, high);
  return b.tree();
}

TEST(Compile, IntervalsMergePerFeature) {
  CompiledModel const model = compile(ensemble_of({interval_tree(1.0, true, 2.0, true)}, 1));
  ASSERT_EQ(model.columns.size(), 1U);
  EXPECT_EQ(model.entries, (std::vector<double>{1.0, 2.0}));
  ASSERT_EQ(model.short_paths.leaves(), 3);
  EXPECT_EQ(tests_of(model.short_paths, 0), Texts{"c0 255+1 q0"});  // x < 1 or missing: bins 255, 0
  EXPECT_EQ(tests_of(model.short_paths, 1), Texts{"c0 1+0 q0"});    // 1 <= x < 2
  EXPECT_EQ(tests_of(model.short_paths, 2), Texts{"c0 2+252 q0"});  // 2 <= x: bins 2..254
  EXPECT_EQ(model.short_paths.value, (std::vector<double>{1.0, 2.0, 3.0}));
  EXPECT_EQ(model.short_paths.players, (std::vector<std::uint32_t>{0, 0, 0}));
  EXPECT_EQ(model.short_paths.table_begin, (std::vector<std::uint64_t>{0, 2, 4, 6}));
  ASSERT_EQ(model.short_paths.cover_ratio.size(), 3U);
  EXPECT_DOUBLE_EQ(model.short_paths.cover_ratio[0], 0.4);
  EXPECT_DOUBLE_EQ(model.short_paths.cover_ratio[1], 0.2);
  EXPECT_DOUBLE_EQ(model.short_paths.cover_ratio[2], 0.4);
}

TEST(Compile, MissingInsideATwoSidedIntervalTakesTwoTests) {
  CompiledModel const model = compile(ensemble_of({interval_tree(1.0, false, 2.0, true)}, 1));
  EXPECT_EQ(tests_of(model.short_paths, 0), Texts{"c0 0+0 q0"});
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 1+254 q0", "c0 255+2 q0"}));  // 1..255 and 255..1
  EXPECT_EQ(tests_of(model.short_paths, 2), Texts{"c0 2+252 q0"});
}

TEST(Compile, EmptyConditionsContradictOrHoldForMissingOnly) {
  CompiledModel const never = compile(ensemble_of({interval_tree(2.0, true, 1.0, true)}, 1));
  EXPECT_EQ(tests_of(never.short_paths, 1), (Texts{"c0 0+0 q0", "c0 1+0 q0"}));  // x >= 2 and x < 1
  CompiledModel const missing = compile(ensemble_of({interval_tree(2.0, false, 1.0, true)}, 1));
  EXPECT_EQ(tests_of(missing.short_paths, 1), Texts{"c0 255+0 q0"});
}

TEST(Compile, ManyThresholdsTakeSeveralColumns) {
  std::vector<Tree> trees{interval_tree(100.0, true, 400.0, true)};
  for (int i = 0; i < 600; ++i) trees.push_back(interval_tree(i, true, i, true));
  CompiledModel const model = compile(ensemble_of(trees, 1));
  ASSERT_EQ(model.columns.size(), 3U);
  EXPECT_EQ(model.columns[0].count, 254U);
  EXPECT_EQ(model.columns[1].count, 254U);
  EXPECT_EQ(model.columns[2].count, 92U);
  // 100 <= x: more than 100 thresholds of column 0; x < 400: at most 400 - 254 of column 1
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 101+153 q0", "c1 0+146 q0"}));
}

TEST(Compile, CategorySetsAreComplementsOfFailingRuns) {
  TreeBuilder b;
  std::int32_t const root = b.categorical(0, {2, 3, 7}, false, 2.0);
  b.children(root, b.leaf(-1.0, 1.0), b.leaf(1.0, 1.0));
  TreeBuilder c;  // brings in code 5
  std::int32_t const other = c.categorical(0, {5}, true, 2.0);
  c.children(other, c.leaf(-2.0, 1.0), c.leaf(2.0, 1.0));
  CompiledModel const model = compile(ensemble_of({b.tree(), c.tree()}, 1));
  EXPECT_EQ(model.entries, (std::vector<double>{2, 3, 5, 7}));  // bins 0..3, other 4, missing 255
  ASSERT_EQ(model.columns[0].kind, ColumnKind::kCategoryRank);
  // left: 5 and other pass: outside 0..1 and outside 3; missing fails with its neighbour 0..1
  EXPECT_EQ(tests_of(model.short_paths, 0), (Texts{"c0 4+254 q0", "c0 2+252 q0"}));
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 3+254 q0", "c0 5+254 q0"}));  // outside 2, and outside 4
  EXPECT_EQ(tests_of(model.short_paths, 2), Texts{"c0 3+254 q0"});
  EXPECT_EQ(tests_of(model.short_paths, 3), Texts{"c0 2+0 q0"});
}

TEST(Compile, ManyCategoriesTakeAColumnPerDistinctSet) {
  std::vector<std::int32_t> set;
  for (std::int32_t code = 0; code < 600; code += 2) set.push_back(code);
  TreeBuilder b;
  std::int32_t const root = b.categorical(0, set, true, 4.0);
  std::int32_t const left = b.leaf(-1.0, 1.0);
  std::int32_t const second = b.categorical(0, {4, 5}, false, 3.0);
  std::int32_t const middle = b.leaf(0.0, 1.0);
  std::int32_t const right = b.leaf(1.0, 2.0);
  b.children(root, left, second);
  b.children(second, middle, right);
  CompiledModel const model = compile(ensemble_of({b.tree(), b.tree()}, 1));
  ASSERT_EQ(model.columns.size(), 2U);  // sorted as lists: 0, 2, 4, ... before 4, 5
  EXPECT_EQ(model.columns[0].kind, ColumnKind::kCategorySet);
  EXPECT_EQ(tests_of(model.short_paths, 0), Texts{"c0 255+1 q0"});
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 1+0 q0", "c1 0+0 q0"}));
  EXPECT_EQ(tests_of(model.short_paths, 2), (Texts{"c0 1+0 q0", "c1 1+0 q0"}));
}

TEST(Compile, PlayersAreSortedAndTestsFollowThem) {
  TreeBuilder b;
  std::int32_t const root = b.numeric(2, 1.0, false, 4.0);
  std::int32_t const left = b.leaf(1.0, 1.0);
  std::int32_t const second = b.numeric(0, 5.0, true, 3.0);
  std::int32_t const middle = b.leaf(2.0, 0.75);
  std::int32_t const right = b.leaf(3.0, 2.25);
  b.children(root, left, second);
  b.children(second, middle, right);
  CompiledModel const model = compile(ensemble_of({b.tree()}, 3));
  ASSERT_EQ(model.columns.size(), 2U);  // feature 1 is not used
  EXPECT_EQ(model.columns[0].feature, 0U);
  EXPECT_EQ(model.columns[1].feature, 2U);
  EXPECT_EQ(model.short_paths.player_begin, (std::vector<std::uint32_t>{0, 1, 3, 5}));
  EXPECT_EQ(model.short_paths.players, (std::vector<std::uint32_t>{2, 0, 2, 0, 2}));
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 255+1 q0", "c1 1+254 q1"}));
  EXPECT_EQ(model.short_paths.cover_ratio, (std::vector<double>{0.25, 0.25, 0.75, 0.75, 0.75}));
  EXPECT_EQ(model.short_paths.table_begin, (std::vector<std::uint64_t>{0, 2, 10, 18}));
  ASSERT_EQ(model.short_paths.blocks.size(), 1U);
  EXPECT_EQ(model.short_paths.block_players, (std::vector<std::uint32_t>{0, 2}));
}

TEST(Compile, MarginsCoversAndSingleLeaves) {
  TreeBuilder single;
  single.leaf(5.0, 10.0);
  Ensemble ensemble = ensemble_of({interval_tree(1.0, true, 2.0, true), single.tree()}, 1, {0.5});
  ensemble.trees[0].weight = 2.0;
  CompiledModel const model = compile(ensemble);
  EXPECT_EQ(model.short_paths.leaves(), 3);
  EXPECT_EQ(model.margin_range, std::vector<double>{11.0});
  EXPECT_EQ(model.base_margin, std::vector<double>{0.5});
  EXPECT_EQ(model.path_base, std::vector<double>{5.5});
  ASSERT_EQ(model.cover_mean.size(), 1U);
  EXPECT_NEAR(model.cover_mean[0], 0.5 + 2.0 * (0.4 * 1.0 + 0.2 * 2.0 + 0.4 * 3.0) + 5.0, 1e-15);
  EXPECT_EQ(model.short_paths.value, (std::vector<double>{2.0, 4.0, 6.0}));
  ensemble.trees[1].cover.clear();
  CompiledModel const without = compile(ensemble);
  EXPECT_FALSE(without.has_covers);
  EXPECT_TRUE(without.cover_mean.empty());
  EXPECT_EQ(without.short_paths.view().cover_ratio, nullptr);
}

TEST(Compile, NoCoverAtAllIsSharedEvenly) {
  Ensemble ensemble = ensemble_of({interval_tree(1.0, true, 2.0, true)}, 1);
  ensemble.trees[0].cover = {0.0, 0.0, 0.0, 0.0, 0.0};
  CompiledModel const model = compile(ensemble);
  EXPECT_EQ(model.short_paths.cover_ratio, (std::vector<double>{0.5, 0.25, 0.25}));
  EXPECT_EQ(model.cover_mean, std::vector<double>{0.5 + 0.5 + 0.75});
}

TEST(Compile, FixedPointHoldsEveryMarginAndIsAsFineAsItCan) {
  Ensemble ensemble = ensemble_of({interval_tree(1.0, true, 2.0, true)}, 1);
  ensemble.link = Link::kSigmoid;
  CompiledModel const model = compile(ensemble);  // S = 3, T = 1
  EXPECT_FALSE(model.fixed_point.wide);
  EXPECT_EQ(model.fixed_point.step, std::vector<double>{0x1p-29});  // 3 + h/2 < 2^31 h, but not for 2^-30
  EXPECT_EQ(model.short_paths.fixed[2], std::int64_t{3} << 29U);
  ensemble.trees[0].weight = 1e5;  // h = 2^-12 is too coarse for a probability
  CompiledModel const wide = compile(ensemble);
  EXPECT_TRUE(wide.fixed_point.wide);
  EXPECT_EQ(wide.fixed_point.step, std::vector<double>{0x1p-44});
  EXPECT_EQ(std::ldexp(static_cast<double>(wide.short_paths.fixed[2]), -44), 3e5);
  ensemble.link = Link::kIdentity;  // its tolerance grows with S
  EXPECT_FALSE(compile(ensemble).fixed_point.wide);
  ensemble.trees[0].weight = 0.0;
  EXPECT_EQ(compile(ensemble).short_paths.fixed[2], 0);
}

/// x0 < 0.5 ? leaf : (x1 < 0.5 ? leaf : ...) over `players` features.
Tree chain_of_features(std::int32_t players) {
  TreeBuilder b;
  std::int32_t node = b.numeric(0, 0.5, true);
  for (std::int32_t f = 0; f < players; ++f) {
    std::int32_t const leaf = b.leaf(f);
    std::int32_t const next = f + 1 < players ? b.numeric(f + 1, 0.5, true) : b.leaf(-1.0);
    b.children(node, leaf, next);
    node = next;
  }
  return b.tree();
}

TEST(Compile, PathsAreShortUpToEightPlayersAndLongUpToSixtyFour) {
  CompiledModel const model = compile(ensemble_of({chain_of_features(64)}, 100));
  EXPECT_EQ(model.short_paths.leaves(), 8);
  EXPECT_EQ(model.long_paths.leaves(), 57);
  EXPECT_EQ(model.long_paths.player_begin.back() - model.long_paths.player_begin[56], 64U);
  EXPECT_EQ(model.long_paths.table_size(), 0U);
  EXPECT_EQ(model.long_paths.table_begin.size(), 58U);
}

TEST(Compile, WidePathsAreAClassOfTheirOwn) {
  CompiledModel const model = compile(ensemble_of({chain_of_features(3), chain_of_features(66)}, 100));
  EXPECT_EQ(model.long_paths.leaves(), 56);
  LeafPaths const& wide = model.wide_paths.paths;
  EXPECT_EQ(wide.leaves(), 3);
  EXPECT_EQ(wide.player_begin.back() - wide.player_begin[2], 66U);
  EXPECT_EQ(wide.tests.back().player, 65);
  EXPECT_EQ(model.wide_paths.players, 65);
  EXPECT_EQ(model.wide_paths.tree, 1);
}

TEST(Compile, RefusesPathsOfMorePlayers) {
  try {
    (void)compile(ensemble_of({chain_of_features(3), chain_of_features(257)}, 300));
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "model.tree");
    EXPECT_STREQ(error.what(), "tree 1 has a path that tests 257 different features, at most 256 are supported");
    EXPECT_EQ(error.exit_code(), 4);
  }
}

/// What PathsView and LeafBlock promise about order.
void expect_ordered(LeafPaths const& paths) {
  std::uint32_t next = 0;
  for (LeafBlock const& block : paths.blocks) {
    ASSERT_EQ(block.begin, next);
    ASSERT_GT(block.end, block.begin);
    ASSERT_LE(block.end - block.begin, static_cast<std::uint32_t>(kBlockLeaves));
    next = block.end;
    std::set<std::uint32_t> players;
    std::uint32_t last_k = 0;
    for (std::uint32_t leaf = block.begin; leaf < block.end; ++leaf) {
      ASSERT_EQ(paths.output[leaf], block.output);
      std::uint32_t const k = paths.player_begin[leaf + 1] - paths.player_begin[leaf];
      ASSERT_GE(k, last_k);
      last_k = k;
      players.insert(&paths.players[paths.player_begin[leaf]], &paths.players[paths.player_begin[leaf]] + k);
      std::uint32_t q = 0;
      for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
        ASSERT_TRUE(paths.tests[t].player == q || paths.tests[t].player == q + 1) << "every player has a test";
        q = paths.tests[t].player;
      }
      ASSERT_EQ(q + 1, k);
    }
    std::vector<std::uint32_t> const listed(paths.block_players.begin() + block.player_begin,
                                            paths.block_players.begin() + block.player_end);
    ASSERT_EQ(listed, std::vector<std::uint32_t>(players.begin(), players.end()));
  }
  ASSERT_EQ(next, paths.leaves());
}

TEST(Compile, BlocksHoldLeavesOfOneOutputByPathLength) {
  Random random(10);
  for (std::uint64_t i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    CompiledModel const model = compile(reference::random_ensemble(reference::grid_shape(i, random, 20000), random));
    expect_ordered(model.short_paths);
    expect_ordered(model.long_paths);
  }
}

}  // namespace
}  // namespace limpid
