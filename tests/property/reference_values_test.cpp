// Values of models drawn by seed from the grid (trees 1 to 2,000, depths 1 to 16, background rows 1 to 10,000) against
// the reference: a closed form per leaf, itself checked against the definition (unit/reference_test.cpp), or the
// definition. The grid's corners, whose reference takes minutes, run with LIMPID_LONG=1.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "property/explained.h"
#include "reference/shapley.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;
using reference::Rows;

constexpr std::uint64_t kModels = 320;
constexpr double kTolerance = 1e-6;
constexpr double kResponseTolerance = 2e-6;

/// Log-uniform in [low, high].
double log_uniform(double low, double high, Random& random) { return low * std::pow(high / low, random.uniform()); }

/// One model of the grid with a background and rows; every draw comes from the model's own seed.
struct Drawn {
  Random random;
  ModelShape shape;
  Ensemble ensemble;
  Rows background;
  Rows rows;

  explicit Drawn(std::uint64_t seed)
      : random(1000 + seed), shape(reference::grid_shape(seed, random, log_uniform(10.0, 15000.0, random))) {
    ensemble = reference::random_ensemble(shape, random);
    double leaves = 0.0;
    for (Tree const& tree : ensemble.trees) leaves += static_cast<double>(tree.left.size()) / 2.0;
    double const most = std::clamp(1e6 / leaves, 1.0, 10000.0);
    background = reference::random_rows(ensemble, static_cast<std::int64_t>(log_uniform(1.0, most, random)), random);
    rows = reference::random_rows(ensemble, 2, random);
  }

  [[nodiscard]] std::string name() const {
    return std::to_string(shape.trees) + " trees of depth " + std::to_string(shape.depth) + ", " +
           std::to_string(shape.features) + " features, " + std::to_string(shape.categorical) + " categorical, " +
           std::to_string(background.rows) + " background rows, link " + std::to_string(static_cast<int>(shape.link));
  }
};

void expect_margin_values(Ensemble const& ensemble, Rows const& rows, Rows const& background) {
  Explained const values = explained(ensemble, margin_question(), rows, background);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    auto const expected = reference::margin_values(ensemble, rows.row(r), background);
    ASSERT_TRUE(all_within(values.row(r), expected, kTolerance)) << "row " << r;
  }
}

void expect_path_dependent_values(Ensemble const& ensemble, Rows const& rows) {
  Explained const values = explained(ensemble, path_dependent_question(), rows, {});
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    auto const expected = reference::path_dependent_values(ensemble, rows.row(r));
    ASSERT_TRUE(all_within(values.row(r), expected, kTolerance)) << "row " << r;
  }
  for (std::size_t g = 0; g < ensemble.base_margin.size(); ++g) {
    double const none = reference::path_dependent_game(ensemble, rows.row(0), g)(0);
    ASSERT_NEAR(values.expected_value[g], none, 1e-9 * std::max(1.0, std::abs(none)));
  }
}

/// The grid reaches what it promises.
TEST(ReferenceValues, GridReachesItsEnds) {
  std::int32_t trees = 0;
  std::int32_t depth = 0;
  std::int64_t background = 0;
  std::int64_t long_paths = 0;
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Drawn const it(seed);
    trees = std::max(trees, it.shape.trees);
    depth = std::max(depth, it.shape.depth);
    background = std::max(background, it.background.rows);
    long_paths = std::max(long_paths, compile(it.ensemble).long_paths.leaves());
  }
  EXPECT_EQ(trees, 2000);
  EXPECT_EQ(depth, 16);
  EXPECT_GE(background, 9000);
  EXPECT_GE(long_paths, 1000);
}

TEST(ReferenceValues, MarginInterventional) {
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Drawn const it(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + it.name());
    expect_margin_values(it.ensemble, it.rows, it.background);
    if (HasFatalFailure()) return;
  }
}

TEST(ReferenceValues, MarginPathDependent) {
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Drawn const it(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + it.name());
    expect_path_dependent_values(it.ensemble, it.rows);
    if (HasFatalFailure()) return;
  }
}

/// As the grid, with at most 12 features and as many tree walks per row as the definition can bear.
TEST(ReferenceValues, ResponseEqualsTheDefinition) {
  double const walks = long_run() ? 2e7 : 1e6;
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Random random(5000 + seed);
    ModelShape shape = reference::grid_shape(seed, random, log_uniform(10.0, 1000.0, random));
    shape.features = std::min(shape.features, 1 + random.below(12));
    shape.categorical = std::min(shape.categorical, shape.features);
    double const per_tree = std::ldexp(1.0, shape.features) * shape.outputs;
    shape.trees = std::clamp(static_cast<std::int32_t>(walks / per_tree), 1, shape.trees);
    Ensemble const ensemble = reference::random_ensemble(shape, random);
    auto const most = std::clamp<std::int64_t>(static_cast<std::int64_t>(walks / per_tree / shape.trees), 1, 8);
    Rows const background = reference::random_rows(ensemble, most, random);
    Rows const rows = reference::random_rows(ensemble, 1, random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", link " + std::to_string(static_cast<int>(shape.link)));
    Explained const values = explained(ensemble, response_question(), rows, background);
    for (std::size_t g = 0; g < ensemble.base_margin.size(); ++g) {
      auto const game = reference::response_game(ensemble, rows.row(0), background, g);
      auto const features = static_cast<std::size_t>(shape.features);
      auto const actual = values.row(0);
      ASSERT_TRUE(all_within(std::span(actual).subspan(g * features, features),
                             reference::shapley(shape.features, game), kResponseTolerance))
          << "output " << g;
    }
  }
}

struct Corner {
  std::int32_t trees;
  std::int32_t depth;
  std::int64_t background;
};

TEST(ReferenceValues, Corners) {
  if (!long_run()) GTEST_SKIP() << "set LIMPID_LONG=1";
  std::vector<Corner> const corners{{2000, 1, 10000}, {1, 16, 10000}, {2000, 16, 20},
                                    {2000, 6, 1000},  {1, 1, 10000},  {500, 8, 1000}};
  for (Corner const& corner : corners) {
    SCOPED_TRACE(std::to_string(corner.trees) + " trees of depth " + std::to_string(corner.depth));
    Random random(77);
    ModelShape shape;
    shape.trees = corner.trees;
    shape.depth = corner.depth;
    shape.features = 30;
    shape.categorical = 3;
    shape.thresholds = 300;
    shape.leaf_early = corner.depth > 10 ? 0.3 : 0.1;
    shape.leaf_scale = 2.0 / std::sqrt(static_cast<double>(corner.trees));
    Ensemble const ensemble = reference::random_ensemble(shape, random);
    Rows const background = reference::random_rows(ensemble, corner.background, random);
    Rows const rows = reference::random_rows(ensemble, 2, random);
    expect_margin_values(ensemble, rows, background);
    expect_path_dependent_values(ensemble, rows);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace limpid
