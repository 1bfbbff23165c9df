// The oracles of interactions: hand-worked numbers, and closed forms against the definition.
#include "reference/interactions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reference/hand_made.h"
#include "reference/tree_walk.h"

namespace limpid::reference {
namespace {

Rows one_row(std::vector<double> const& x) {
  Rows rows;
  rows.rows = rows.stride = 1;
  rows.features = static_cast<std::int32_t>(x.size());
  rows.values = x;
  return rows;
}

void expect_near(std::span<double const> a, std::span<double const> b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(std::abs(a[i] - b[i]) <= tolerance) << i << ": " << a[i] << " against " << b[i];
  }
}

TEST(TriangleIndex, IsRowByRow) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = i; j < 5; ++j) EXPECT_EQ(triangle_index(i, j, 5), next++);
  }
}

TEST(InteractionValues, HandWorkedGames) {
  // v = 6 where all three are in: each pair's index is 6 times the mean of (S empty: 0, S the third: 1) = 3, Phi_ij =
  // 1.5; phi_i = 2, Phi_ii = 2 - 3.
  auto const all = interaction_values(3, [](std::uint64_t s) { return s == 7 ? 6.0 : 0.0; });
  expect_near(all, std::vector<double>{-1.0, 1.5, 1.5, -1.0, 1.5, -1.0}, 1e-15);
  // Glove game, one left and two rights: (0, 1): S empty 1, S = {2}: 0, mean 1/2; (1, 2): 0 and 1 - 1 - 1 + 0.
  auto const gloves = interaction_values(3, [](std::uint64_t s) { return (s & 1U) != 0 && (s & 6U) != 0 ? 1.0 : 0.0; });
  expect_near(gloves, std::vector<double>{1.0 / 6.0, 0.25, 0.25, 1.0 / 6.0, -0.25, 1.0 / 6.0}, 1e-15);
}

TEST(InteractionValues, AnAdditiveGameHasNone) {
  auto const values =
      interaction_values(3, [](std::uint64_t s) { return ((s & 1U) != 0 ? 3.0 : 1.0) + ((s & 4U) != 0 ? 1.0 : 0.0); });
  expect_near(values, std::vector<double>{2.0, 0.0, 0.0, 0.0, 0.0, 1.0}, 1e-15);
}

TEST(InteractionValues, HandWorkedTree) {
  Ensemble const ensemble = ensemble_of({both_tree()}, 2);
  std::vector<double> const x{1.0, 1.0};
  // v(0, 1) = 4, else 0: Phi_01 = 2. With z = (0, 1) player 1 is a dummy.
  expect_near(margin_interactions(ensemble, x, one_row({0.0, 0.0})), std::vector<double>{0.0, 2.0, 0.0}, 1e-15);
  expect_near(margin_interactions(ensemble, x, one_row({0.0, 1.0})), std::vector<double>{4.0, 0.0, 0.0}, 1e-15);
  // x = (1, 0), z = (0, 1): v(0) = 4, else 0: index -4.
  expect_near(margin_interactions(ensemble, std::vector<double>{1.0, 0.0}, one_row({0.0, 1.0})),
              std::vector<double>{4.0, -2.0, 0.0}, 1e-15);
  // cover: v() = 1/2, v(0) = 2, v(1) = 1, v(0, 1) = 4: index 1.5; phi = 2.25, 1.25.
  expect_near(path_dependent_interactions(ensemble, x), std::vector<double>{1.5, 0.75, 0.5}, 1e-15);
}

TEST(InteractionValues, ResponseHandWorked) {
  Ensemble ensemble = ensemble_of({both_tree()}, 2);
  ensemble.link = Link::kSigmoid;
  double const rise = 1.0 / (1.0 + std::exp(-4.0)) - 0.5;
  auto const found = interaction_values(2, response_game(ensemble, {1.0, 1.0}, one_row({0.0, 0.0}), 0));
  expect_near(found, std::vector<double>{0.0, rise / 2.0, 0.0}, 1e-15);
}

/// Every pair of the closed forms against 2^M coalitions, features and groups of them.
TEST(InteractionValues, ClosedFormsEqualTheDefinition) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    Random random(700 + seed);
    ModelShape shape;
    shape.trees = 3;
    shape.depth = 1 + random.below(7);
    shape.features = 2 + random.below(6);
    shape.outputs = 1 + random.below(2);
    shape.categorical = random.below(2);
    shape.zero_cover = 0.1;
    Ensemble const ensemble = random_ensemble(shape, random);
    Rows const background = random_rows(ensemble, 3, random);
    std::vector<double> const x = random_rows(ensemble, 1, random).row(0);
    std::vector<std::int32_t> of_feature = random_players(static_cast<std::size_t>(shape.features), random).of_feature;
    auto const players = static_cast<std::int32_t>(count_players(ensemble, of_feature));
    auto const pairs = static_cast<std::size_t>(players * (players + 1) / 2);
    auto const margins = margin_interactions(ensemble, x, background, of_feature);
    auto const by_cover = path_dependent_interactions(ensemble, x, of_feature);
    for (std::size_t g = 0; g < ensemble.base_margin.size(); ++g) {
      Game const margin = game_of_players(margin_game(ensemble, x, background, g), of_feature);
      expect_near(std::span(margins).subspan(g * pairs, pairs), interaction_values(players, margin), 1e-12);
      Game const cover = game_of_players(path_dependent_game(ensemble, x, g), of_feature);
      expect_near(std::span(by_cover).subspan(g * pairs, pairs), interaction_values(players, cover), 1e-12);
    }
  }
}

}  // namespace
}  // namespace limpid::reference
