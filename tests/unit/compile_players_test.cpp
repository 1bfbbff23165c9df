// Compiling for players: groups of features, and nodes that take zeros as missing.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "compile/compiled_model.h"
#include "compile/fold_leaves.h"
#include "limpid/error.h"
#include "reference/hand_made.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

using reference::ensemble_of;
using reference::TreeBuilder;
using Texts = std::vector<std::string>;

/// A test as text: column, interval, player.
Texts tests_of(LeafPaths const& paths, std::size_t leaf) {
  Texts result;
  for (std::uint32_t i = paths.test_begin[leaf]; i < paths.test_begin[leaf + 1]; ++i) {
    Test const& t = paths.tests[i];
    result.push_back(fmt::format("c{} {}+{} q{}", t.column, t.lo, t.width, t.player));
  }
  return result;
}

/// x0 < 1 ? 1 : (x2 < 5 ? 2 : (x1 < 3 ? 3 : 4)), half of the cover to the right at every node.
Tree three_features() {
  TreeBuilder b;
  std::int32_t const root = b.numeric(0, 1.0, true, 8.0);
  std::int32_t const one = b.leaf(1.0, 4.0);
  std::int32_t const second = b.numeric(2, 5.0, false, 4.0);
  std::int32_t const two = b.leaf(2.0, 1.0);
  std::int32_t const third = b.numeric(1, 3.0, false, 3.0);
  std::int32_t const three = b.leaf(3.0, 0.75);
  std::int32_t const four = b.leaf(4.0, 2.25);
  b.children(root, one, second);
  b.children(second, two, third);
  b.children(third, three, four);
  return b.tree();
}

TEST(CompilePlayers, AGroupHasTheTestsOfItsFeaturesAndTheProductOfTheirShares) {
  Players const players{{"both", "alone"}, {0, 1, 0}};
  CompiledModel const model = compile(ensemble_of({three_features()}, 3), players);
  EXPECT_EQ(model.features, 3);
  EXPECT_EQ(model.players, 2);
  ASSERT_EQ(model.short_paths.leaves(), 4);  // by the number of players: 1, 2; 3, 4
  EXPECT_EQ(tests_of(model.short_paths, 0), Texts{"c0 255+1 q0"});
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 1+253 q0", "c2 0+0 q0"}));  // x0 >= 1 and x2 < 5
  EXPECT_EQ(tests_of(model.short_paths, 3), (Texts{"c0 1+253 q0", "c2 1+254 q0", "c1 1+254 q1"}));
  EXPECT_EQ(model.short_paths.players, (std::vector<std::uint32_t>{0, 0, 0, 1, 0, 1}));
  EXPECT_EQ(model.short_paths.table_begin, (std::vector<std::uint64_t>{0, 2, 4, 12, 20}));
  EXPECT_EQ(model.short_paths.cover_ratio, (std::vector<double>{0.5, 0.125, 0.375, 0.25, 0.375, 0.75}));
  EXPECT_EQ(model.short_paths.block_players, (std::vector<std::uint32_t>{0, 1}));
}

TEST(CompilePlayers, PlayersOfAPathAreSortedWhateverTheirFeatures) {
  Players const players{{"late", "early"}, {1, 0, 1}};
  CompiledModel const model = compile(ensemble_of({three_features()}, 3), players);
  EXPECT_EQ(tests_of(model.short_paths, 3), (Texts{"c1 1+254 q0", "c0 1+253 q1", "c2 1+254 q1"}));
  EXPECT_EQ(model.short_paths.cover_ratio[4], 0.75);
  EXPECT_EQ(model.short_paths.cover_ratio[5], 0.375);
}

TEST(CompilePlayers, LimitsCountPlayers) {
  constexpr std::int32_t kTests = 270;
  TreeBuilder b;
  std::int32_t node = b.numeric(0, 0.5, true);
  for (std::int32_t f = 0; f < kTests; ++f) {
    std::int32_t const leaf = b.leaf(f);
    std::int32_t const next = f < kTests - 1 ? b.numeric(f + 1, 0.5, true) : b.leaf(-1.0);
    b.children(node, leaf, next);
    node = next;
  }
  Ensemble const ensemble = ensemble_of({b.tree()}, kTests);
  EXPECT_THROW((void)compile(ensemble), Error);
  Players few{{"a", "b", "c"}, std::vector<std::int32_t>(kTests)};
  for (std::size_t f = 0; f < kTests; ++f) few.of_feature[f] = static_cast<std::int32_t>(f % 3);
  CompiledModel const model = compile(ensemble, few);
  EXPECT_EQ(model.short_paths.leaves(), kTests + 1);
  EXPECT_EQ(model.long_paths.leaves(), 0);
  Players many{{}, std::vector<std::int32_t>(kTests)};
  for (std::size_t f = 0; f < kTests; ++f) many.of_feature[f] = static_cast<std::int32_t>(f < 4 ? 0 : f - 3);
  many.names.resize(kTests - 3);
  try {
    (void)compile(ensemble, many);
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_STREQ(error.what(), "tree 0 has a path that tests 257 different players, at most 256 are supported");
  }
}

/// x0 < 0.5 ? 1 : (x0 < 2 ? 2 : 3); the root takes zeros as missing and sends them right.
Tree zero_tree() {
  TreeBuilder b;
  std::int32_t const root = b.numeric(0, 0.5, false, 4.0);
  std::int32_t const low = b.leaf(1.0, 1.0);
  std::int32_t const second = b.numeric(0, 2.0, true, 3.0);
  std::int32_t const middle = b.leaf(2.0, 1.0);
  std::int32_t const high = b.leaf(3.0, 2.0);
  b.children(root, low, second);
  b.children(second, middle, high);
  Tree tree = b.tree();
  tree.zero_missing = {1, 0, 0, 0, 0};
  return tree;
}

TEST(CompilePlayers, ZerosAsMissingHaveColumnsOfTheirOwn) {
  CompiledModel const model = compile(ensemble_of({zero_tree()}, 1));
  ASSERT_EQ(model.columns.size(), 2U);
  EXPECT_EQ(model.columns[0].feature, 0U);
  EXPECT_FALSE(model.columns[0].zero_missing);
  EXPECT_EQ(model.columns[1].feature, 0U);
  EXPECT_TRUE(model.columns[1].zero_missing);
  EXPECT_EQ(model.entries, (std::vector<double>{2.0, 0.5}));
  EXPECT_EQ(tests_of(model.short_paths, 0), Texts{"c1 0+0 q0"});
  EXPECT_EQ(tests_of(model.short_paths, 1), (Texts{"c0 255+1 q0", "c1 1+254 q0"}));  // x < 2 or missing; right
  EXPECT_EQ(tests_of(model.short_paths, 2), (Texts{"c0 1+253 q0", "c1 1+254 q0"}));
  EXPECT_EQ(model.short_paths.cover_ratio, (std::vector<double>{0.25, 0.25, 0.5}));
  EXPECT_EQ(model.short_paths.players, (std::vector<std::uint32_t>{0, 0, 0}));
}

TEST(CompilePlayers, MeansOfTreesAndScaledLinks) {
  Ensemble ensemble = ensemble_of({three_features()}, 3, {0.5});
  ensemble.divisor = 4.0;
  EXPECT_EQ(compile(ensemble).short_paths.value, (std::vector<double>{0.25, 0.5, 0.75, 1.0}));
  EXPECT_EQ(compile(ensemble).margin_range, std::vector<double>{1.0});
  ensemble.link_scale = 0.5;
  ensemble.average_response = true;
  ensemble.rounds = 2;
  EXPECT_EQ(compile(ensemble).short_paths.value[3], 1.0) << "the margin has neither";
  scale_to_response(ensemble);
  CompiledModel const model = compile(ensemble);
  EXPECT_EQ(model.short_paths.value, (std::vector<double>{0.0625, 0.125, 0.1875, 0.25}));
  EXPECT_EQ(model.base_margin, std::vector<double>{0.125});
  EXPECT_EQ(model.cover_mean,
            std::vector<double>{0.125 + 0.0625 * 0.5 + 0.125 * 0.125 + 0.1875 * 0.09375 + 0.25 * 0.28125});
  scale_to_response(ensemble);  // nothing is left to do
  EXPECT_EQ(compile(ensemble).base_margin, model.base_margin);
}

TEST(CompilePlayers, LeavesOfSeveralTestsPerPlayerFoldWithNone) {
  reference::Random random(23);
  reference::ModelShape shape;
  shape.trees = 40;
  shape.features = 12;
  for (int round = 0; round < 5; ++round) {
    Ensemble const ensemble = reference::random_ensemble(shape, random);
    Players const players = reference::random_players(12, random);
    LeafPaths const leaves = compile(ensemble, players).short_paths;
    FoldedLeaves const folded = fold_leaves(leaves);
    std::size_t alone = 0;
    for (std::size_t fold = 0; fold + 1 < folded.part_begin.size(); ++fold) {
      std::uint32_t const leaf = folded.parts[folded.part_begin[fold]].leaf;
      std::size_t const tests = leaves.test_begin[leaf + 1] - leaves.test_begin[leaf];
      if (tests == leaves.player_begin[leaf + 1] - leaves.player_begin[leaf]) continue;
      ++alone;
      ASSERT_EQ(folded.part_begin[fold + 1] - folded.part_begin[fold], 1U);
      ASSERT_EQ(folded.paths.test_begin[fold + 1] - folded.paths.test_begin[fold], tests);
    }
    EXPECT_GT(alone, 0U);
  }
}

}  // namespace
}  // namespace limpid
