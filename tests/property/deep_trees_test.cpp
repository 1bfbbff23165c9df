// Values of deep trees: paths of more players than a word has bits, of few players that come again and again, groups,
// zero covers, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "explain/tree_routes.h"
#include "limpid/error.h"
#include "property/deep_trees.h"
#include "property/explained.h"
#include "reference/interactions.h"
#include "reference/shapley.h"

namespace limpid {
namespace {

using reference::ensemble_of;
using reference::Random;
using reference::Rows;

void expect_closed_form(Ensemble const& ensemble, Players const& players, Rows const& rows, double tolerance) {
  Explained const values = explained(ensemble, players, path_dependent_question(), rows, {});
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    auto const expected = reference::path_dependent_values(ensemble, rows.row(r), players.of_feature);
    ASSERT_TRUE(all_within(values.row(r), expected, tolerance)) << "row " << r;
  }
}

TEST(DeepTrees, PathsOfManyPlayers) {
  Random random(91);
  for (std::int32_t const levels : {9, 16, 17, 64, 65, 128, 256}) {
    SCOPED_TRACE(levels);
    Ensemble const ensemble = ensemble_of({chain(levels, levels, random), chain(12, 5, random)}, 256);
    std::int32_t const rows = levels > 100 ? 2 : 5;  // the closed form takes seconds a row
    expect_closed_form(ensemble, feature_players(ensemble), uniform_rows(256, rows, random), 1e-7);
  }
}

TEST(DeepTrees, PlayersThatComeAgain) {
  Random random(92);
  for (std::int32_t const features : {1, 2, 7, 20}) {
    SCOPED_TRACE(features);
    Ensemble const ensemble = ensemble_of({chain(kMaxWalkedLevels, features, random)}, 20);
    expect_closed_form(ensemble, feature_players(ensemble), uniform_rows(20, 3, random), 1e-6);
  }
}

TEST(DeepTrees, GroupsOfFeatures) {
  Random random(93);
  Ensemble const ensemble = ensemble_of({chain(150, 120, random), chain(40, 40, random)}, 120);
  for (int draw = 0; draw < 4; ++draw) {
    expect_closed_form(ensemble, reference::random_players(120, random), uniform_rows(120, 3, random), 1e-6);
  }
}

/// Deeper than a walk goes: by tables where paths are short, leaf by leaf where they are long, and no further.
TEST(DeepTrees, BeyondTheWalk) {
  Random random(94);
  for (std::int32_t const features : {3, 30}) {
    SCOPED_TRACE(features);
    Ensemble const ensemble = ensemble_of({chain(kMaxWalkedLevels + 1, features, random)}, 30);
    EXPECT_FALSE(tree_shape(compile(ensemble), 0).walkable);
    expect_closed_form(ensemble, feature_players(ensemble), uniform_rows(30, 2, random), 1e-6);
  }
  Ensemble const both = ensemble_of({chain(kMaxWalkedLevels + 1, 65, random)}, 65);
  EXPECT_THROW((void)explained(both, path_dependent_question(), uniform_rows(65, 1, random), {}), Error);
}

/// Covers that are no shares of their parents': not walked, and the leaves' own formula holds.
TEST(DeepTrees, CoversThatAreNoShares) {
  Random random(95);
  Tree tree = chain(20, 20, random);
  tree.cover[3] = -0.5 * tree.cover[0];
  Ensemble const ensemble = ensemble_of({tree}, 20);
  EXPECT_FALSE(tree_shape(compile(ensemble), 0).walkable);
  Explained const values = explained(ensemble, path_dependent_question(), uniform_rows(20, 2, random), {});
  for (double const value : values.row(0)) EXPECT_TRUE(std::isfinite(value));
}

/// Interventional values beside pairs of rows walked on raw values, over whole and weighted background rows.
TEST(DeepTrees, InterventionalPathsOfManyPlayers) {
  Random random(98);
  for (std::int32_t const levels : {64, 65, 80, 128, 129, 200, 256}) {
    SCOPED_TRACE(levels);
    Ensemble const ensemble = ensemble_of({chain(levels, levels, random), chain(12, 5, random)}, 256);
    Rows const rows = uniform_rows(256, 5, random);
    Rows const background = uniform_rows(256, 70, random);
    Explained const values = explained(ensemble, margin_question(), rows, background);
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      ASSERT_TRUE(all_within(values.row(r), reference::margin_values(ensemble, rows.row(r), background), 1e-7))
          << "row " << r;
    }
  }
}

TEST(DeepTrees, InterventionalWidePathsOfGroupsAndWeights) {
  Random random(99);
  Ensemble const ensemble = ensemble_of({chain(150, 120, random)}, 120);
  std::vector<std::int32_t> pairs(120);  // features 2p and 2p + 1, but the last 60 by themselves
  for (std::int32_t f = 0; f < 120; ++f) pairs[static_cast<std::size_t>(f)] = f < 60 ? f / 2 : f - 30;
  Players players = feature_players(ensemble);
  players.names.resize(90);
  players.of_feature = pairs;
  Rows const rows = uniform_rows(120, 3, random);
  Rows const background = uniform_rows(120, 9, random);
  Explained const whole = explained(ensemble, players, margin_question(), rows, background);
  std::vector<double> const weights(9, 0.25);
  Explained const weighted = explained(ensemble, players, margin_question(), rows, background, weights);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    auto const expected = reference::margin_values(ensemble, rows.row(r), background, pairs);
    ASSERT_TRUE(all_within(whole.row(r), expected, 1e-7)) << "row " << r;
    ASSERT_TRUE(all_within(weighted.row(r), expected, 1e-7)) << "row " << r;
  }
}

TEST(DeepTrees, InteractionsOfPathsOfManyPlayers) {
  Random random(100);
  for (std::int32_t const levels : {65, 130}) {
    SCOPED_TRACE(levels);
    Ensemble const ensemble = ensemble_of({followed_chain(levels, random), chain(12, 5, random)}, 130);
    Rows const rows = uniform_rows(130, 1, random);
    Rows const background = uniform_rows(130, 3, random);
    auto const by_background = explained(ensemble, with_interactions(margin_question()), rows, background);
    ASSERT_TRUE(
        all_within(by_background.pairs(0), reference::margin_interactions(ensemble, rows.row(0), background), 1e-7));
    if (levels != 65) continue;  // this reference takes K^5 steps
    auto const by_cover = explained(ensemble, with_interactions(path_dependent_question()), rows, {});
    ASSERT_TRUE(all_within(by_cover.pairs(0), reference::path_dependent_interactions(ensemble, rows.row(0)), 1e-7));
  }
}

/// One cost decides per tree: all short, all long, and one long path among many short ones.
TEST(TreeRoutes, ShortPathsGoByTablesAndLongOnesByQuadrature) {
  Random random(97);
  CompiledModel const model =
      compile(ensemble_of({chain(4, 4, random), chain(30, 30, random), chain(30, 3, random)}, 30));
  EXPECT_EQ(path_dependent_routes(model),
            (std::vector<TreeRoute>{TreeRoute::kTables, TreeRoute::kQuadrature, TreeRoute::kTables}));
  MarginParts const parts(model, true);
  EXPECT_EQ(parts.quadrature(), std::vector<std::int32_t>{1});
  EXPECT_EQ(parts.short_paths().leaves(), 5 + 31);
  EXPECT_EQ(parts.long_paths().leaves(), 0);
  MarginParts const interventional(model, false);
  EXPECT_EQ(interventional.short_paths().leaves(), model.short_paths.leaves());
  EXPECT_EQ(interventional.long_paths().leaves(), model.long_paths.leaves());
}

}  // namespace
}  // namespace limpid
