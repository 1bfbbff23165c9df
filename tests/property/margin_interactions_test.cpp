// SHAP interaction values of the margin against closed forms, themselves checked against the definition
// (unit/interactions_test.cpp): models of the grid, features and groups of them, weights, tables and the recurrence.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "explain/interaction_tables.h"
#include "property/explained.h"
#include "reference/interactions.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;
using reference::Rows;

constexpr double kTolerance = 1e-6;

struct Drawn {
  Random random;
  ModelShape shape;
  Ensemble ensemble;
  Rows background;
  Rows rows;
  Players players;

  explicit Drawn(std::uint64_t seed) : random(9000 + seed), shape(reference::grid_shape(seed, random, 600.0)) {
    shape.trees = std::min(shape.trees, 60);
    shape.features = std::min(shape.features, 24);
    shape.categorical = std::min(shape.categorical, shape.features);
    ensemble = reference::random_ensemble(shape, random);
    background = reference::random_rows(ensemble, 1 + random.below(6), random);
    rows = reference::random_rows(ensemble, 2, random);
    players = random.chance(0.5) ? feature_players(ensemble)
                                 : reference::random_players(static_cast<std::size_t>(shape.features), random);
  }
};

TEST(MarginInteractions, EqualTheClosedForms) {
  std::int64_t long_paths = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Drawn const it(seed);
    long_paths += compile(it.ensemble, it.players).long_paths.leaves();
    Explained const by_background =
        explained(it.ensemble, it.players, with_interactions(margin_question()), it.rows, it.background);
    Explained const by_cover =
        explained(it.ensemble, it.players, with_interactions(path_dependent_question()), it.rows, {});
    for (std::int64_t r = 0; r < it.rows.rows; ++r) {
      auto const x = it.rows.row(r);
      auto const margins = reference::margin_interactions(it.ensemble, x, it.background, it.players.of_feature);
      ASSERT_TRUE(all_within(by_background.pairs(r), margins, kTolerance)) << "interventional, row " << r;
      auto const covers = reference::path_dependent_interactions(it.ensemble, x, it.players.of_feature);
      ASSERT_TRUE(all_within(by_cover.pairs(r), covers, kTolerance)) << "path-dependent, row " << r;
    }
  }
  EXPECT_GE(long_paths, 500);
}

TEST(MarginInteractions, RowsOfTheMatrixAddUpToTheValues) {
  Random random(9500);
  ModelShape shape{.trees = 40, .depth = 7, .features = 12, .outputs = 2};
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  Rows const background = reference::random_rows(ensemble, 9, random);
  Rows const rows = reference::random_rows(ensemble, 65, random);
  Explained const it = explained(ensemble, with_interactions(margin_question()), rows, background);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    auto const pairs = it.pairs(r);
    for (std::int64_t v = 0; v < it.chunk.outputs * it.chunk.players; ++v) {
      std::int64_t const i = v % it.chunk.players;
      std::int64_t const first = v / it.chunk.players * pair_count(it.chunk.players);
      double sum = 0.0;
      for (std::int64_t j = 0; j < it.chunk.players; ++j) {
        std::int64_t const pair = pair_index(it.chunk.players, std::min(i, j), std::max(i, j));
        sum += pairs[static_cast<std::size_t>(first + pair)];
      }
      double const value = it.value(v / it.chunk.players, i, r);
      ASSERT_TRUE(std::abs(sum - value) <= 1e-12 * std::max(1.0, std::abs(value))) << "row " << r << ", player " << i;
    }
  }
}

TEST(MarginInteractions, AWholeWeightIsTheRowRepeated) {
  Random random(9600);
  ModelShape shape{.trees = 20, .depth = 11, .features = 14};
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  Rows const rows = reference::random_rows(ensemble, 3, random);
  Rows const background = reference::random_rows(ensemble, 4, random);
  std::vector<double> const weights{1.0, 3.0, 2.0, 1.0};
  Rows repeated = background;
  repeated.rows = 7;
  for (std::int64_t f = 0; f < background.features; ++f) {
    std::int64_t to = f * background.stride;
    for (std::size_t b = 0; b < weights.size(); ++b) {
      for (double w = 0.0; w < weights[b]; ++w) {
        repeated.values[static_cast<std::size_t>(to++)] =
            background.values[static_cast<std::size_t>(f * background.stride) + b];
      }
    }
  }
  Question const question = with_interactions(margin_question());
  Explained const weighted = explained(ensemble, feature_players(ensemble), question, rows, background, weights);
  Explained const plain = explained(ensemble, question, rows, repeated);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    EXPECT_EQ(weighted.pairs(r), plain.pairs(r));
  }
}

/// Leaves whose tables are beyond the budget are the recurrence's, and nothing is lost or met twice.
TEST(InteractionTablesOf, EveryLeafIsInATableOrBeyond) {
  Random random(9700);
  ModelShape shape{.trees = 60, .depth = 9, .features = 12};
  CompiledModel const model = compile(reference::random_ensemble(shape, random));
  std::int64_t pairs = 0;
  for (std::int64_t leaf = 0; leaf < model.short_paths.leaves(); ++leaf) {
    auto const l = static_cast<std::size_t>(leaf);
    pairs += model.short_paths.player_begin[l + 1] - model.short_paths.player_begin[l] >= 2 ? 1 : 0;
  }
  std::int32_t last = -1;
  for (std::size_t const bytes : {std::size_t{0}, std::size_t{20000}, std::size_t{300000}, kPairTableBytes}) {
    auto const it = make_interaction_tables(model, TableKind::kPathDependent, {}, {}, serial_for, bytes);
    EXPECT_EQ(it.leaves.leaves() + it.beyond.leaves(), pairs);
    EXPECT_LE(it.tables.size() * sizeof(float), bytes);
    std::int32_t const reach = pair_table_reach(model.short_paths, bytes);
    EXPECT_GE(reach, last);
    last = reach;
  }
  EXPECT_EQ(last, kMaxShortPlayers);
}

}  // namespace
}  // namespace limpid
