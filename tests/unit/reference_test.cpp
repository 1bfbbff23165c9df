// The oracles themselves: hand-worked numbers, and closed forms against the definition.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "reference/hand_made.h"
#include "reference/random_model.h"
#include "reference/shapley.h"
#include "reference/tree_walk.h"

namespace limpid::reference {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Rows one_row(std::vector<double> const& x) {
  Rows rows;
  rows.rows = 1;
  rows.stride = 64;
  rows.features = static_cast<std::int32_t>(x.size());
  rows.values.assign(64 * x.size(), 0.0);
  for (std::size_t f = 0; f < x.size(); ++f) rows.values[64 * f] = x[f];
  return rows;
}

void expect_near(std::span<double const> a, std::span<double const> b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  double largest = 1.0;
  for (double const v : b) largest = std::max(largest, std::abs(v));
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(std::abs(a[i] - b[i]) <= tolerance * largest) << i << ": " << a[i] << " against " << b[i];
  }
}

TEST(Shapley, GloveGame) {
  // one left glove, two right gloves: a pair is worth 1
  auto const values = shapley(3, [](std::uint64_t s) { return (s & 1U) != 0 && (s & 6U) != 0 ? 1.0 : 0.0; });
  expect_near(values, std::vector<double>{2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0}, 1e-15);
}

TEST(Shapley, SquareOfTheSizeIsSharedEvenly) {
  auto const values =
      shapley(3, [](std::uint64_t s) { return static_cast<double>(std::popcount(s) * std::popcount(s)); });
  expect_near(values, std::vector<double>{3.0, 3.0, 3.0}, 1e-15);
}

TEST(TreeWalk, FollowsTheWordsOfTheEnsemble) {
  Ensemble const ensemble = ensemble_of({both_tree()}, 2, {0.25});
  EXPECT_EQ(margin(ensemble, std::vector<double>{0.5, 0.5})[0], 4.25);
  EXPECT_EQ(margin(ensemble, std::vector<double>{0.5, 0.49})[0], 0.25);
  EXPECT_EQ(margin(ensemble, std::vector<double>{kNaN, 1.0})[0], 0.25);
  // just below 0.5 in double, 0.5 as float32
  EXPECT_EQ(margin(ensemble, std::vector<double>{std::nextafter(0.5, 0.0), 1.0})[0], 4.25);
}

TEST(MarginValues, HandWorked) {
  Ensemble const ensemble = ensemble_of({both_tree()}, 2);
  std::vector<double> const x{1.0, 1.0};
  expect_near(margin_values(ensemble, x, one_row({0.0, 0.0})), std::vector<double>{2.0, 2.0}, 0.0);
  expect_near(margin_values(ensemble, x, one_row({0.0, 1.0})), std::vector<double>{4.0, 0.0}, 0.0);
  expect_near(margin_values(ensemble, std::vector<double>{1.0, 0.0}, one_row({0.0, 1.0})),
              std::vector<double>{2.0, -2.0}, 0.0);
}

TEST(PathDependentValues, HandWorked) {
  // v() = 4/8, v(0) = 4/2, v(1) = 4/4, v(0, 1) = 4
  Ensemble const ensemble = ensemble_of({both_tree()}, 2);
  std::vector<double> const x{1.0, 1.0};
  expect_near(shapley(2, path_dependent_game(ensemble, x, 0)), std::vector<double>{2.25, 1.25}, 1e-15);
  expect_near(path_dependent_values(ensemble, x), std::vector<double>{2.25, 1.25}, 1e-15);
}

TEST(ResponseGame, HandWorked) {
  Ensemble ensemble = ensemble_of({both_tree()}, 2);
  ensemble.link = Link::kSigmoid;
  double const half = (1.0 / (1.0 + std::exp(-4.0)) - 0.5) / 2.0;
  expect_near(shapley(2, response_game(ensemble, {1.0, 1.0}, one_row({0.0, 0.0}), 0)), std::vector<double>{half, half},
              1e-15);
}

TEST(PathDependentValues, AGroupOfBothGetsTheWhole) {
  Ensemble const ensemble = ensemble_of({both_tree()}, 2);
  std::vector<double> const x{1.0, 1.0};
  expect_near(path_dependent_values(ensemble, x, {0, 0}), std::vector<double>{3.5}, 1e-15);
  expect_near(margin_values(ensemble, x, one_row({0.0, 0.0}), {0, 0}), std::vector<double>{4.0}, 1e-15);
  auto const game = game_of_players([](std::uint64_t s) { return static_cast<double>(s); }, {1, 0, 1});
  EXPECT_EQ(game(0), 0.0);
  EXPECT_EQ(game(1), 2.0);  // feature 1
  EXPECT_EQ(game(2), 5.0);  // features 0 and 2
}

TEST(TreeWalk, ZerosGoWhereMissingGoesAtANodeThatSaysSo) {
  TreeBuilder b;
  std::int32_t const root = b.numeric(0, -1.0, true);
  b.children(root, b.leaf(1.0), b.leaf(2.0));
  Ensemble ensemble = ensemble_of({b.tree()}, 1);
  EXPECT_EQ(margin(ensemble, std::vector<double>{0.0})[0], 2.0);
  ensemble.trees[0].zero_missing = {1, 0, 0};
  EXPECT_EQ(margin(ensemble, std::vector<double>{-1e-36})[0], 1.0);
  EXPECT_EQ(margin(ensemble, std::vector<double>{1e-34})[0], 2.0);
  ensemble.divisor = 4.0;
  EXPECT_EQ(margin(ensemble, std::vector<double>{1e-34})[0], 0.5);
}

/// Shapes of the grid that the definition can bear.
ModelShape small_shape(std::uint64_t i, Random& random) {
  ModelShape shape = grid_shape(i, random, 60);
  shape.features = std::min(shape.features, 8);
  shape.categorical = std::min(shape.categorical, shape.features);
  return shape;
}

TEST(MarginValues, EqualTheDefinition) {
  Random random(8);
  for (std::uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    Ensemble const ensemble = random_ensemble(small_shape(i, random), random);
    Rows const background = random_rows(ensemble, 3, random);
    std::vector<double> const x = random_rows(ensemble, 1, random).row(0);
    std::size_t const m = x.size();
    auto const values = margin_values(ensemble, x, background);
    for (std::size_t g = 0; g < ensemble.base_margin.size(); ++g) {
      auto const expected = shapley(static_cast<std::int32_t>(m), margin_game(ensemble, x, background, g));
      expect_near(std::span(values).subspan(g * m, m), expected, 1e-13);
    }
  }
}

TEST(GroupValues, EqualTheDefinition) {
  Random random(10);
  for (std::uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    ModelShape shape = small_shape(i, random);
    shape.zero_missing = 0.4;
    shape.category_cut = i % 2 == 0 ? CategoryCut::kTowardsZero : CategoryCut::kNonNegative;
    Ensemble const ensemble = random_ensemble(shape, random);
    Rows const background = random_rows(ensemble, 3, random);
    std::vector<double> const x = random_rows(ensemble, 1, random).row(0);
    Players const players = random_players(x.size(), random);
    auto const count = static_cast<std::size_t>(players.count());
    auto const margins = margin_values(ensemble, x, background, players.of_feature);
    auto const paths = path_dependent_values(ensemble, x, players.of_feature);
    for (std::size_t g = 0; g < ensemble.base_margin.size(); ++g) {
      auto const expected_of = [&](Game const& game) {
        return shapley(players.count(), game_of_players(game, players.of_feature));
      };
      expect_near(std::span(margins).subspan(g * count, count), expected_of(margin_game(ensemble, x, background, g)),
                  1e-13);
      expect_near(std::span(paths).subspan(g * count, count), expected_of(path_dependent_game(ensemble, x, g)), 1e-13);
    }
  }
}

TEST(PathDependentValues, EqualTheDefinition) {
  Random random(9);
  for (std::uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    Ensemble const ensemble = random_ensemble(small_shape(i, random), random);
    std::vector<double> const x = random_rows(ensemble, 1, random).row(0);
    std::size_t const m = x.size();
    auto const values = path_dependent_values(ensemble, x);
    for (std::size_t g = 0; g < ensemble.base_margin.size(); ++g) {
      auto const expected = shapley(static_cast<std::int32_t>(m), path_dependent_game(ensemble, x, g));
      expect_near(std::span(values).subspan(g * m, m), expected, 1e-13);
    }
  }
}

}  // namespace
}  // namespace limpid::reference
