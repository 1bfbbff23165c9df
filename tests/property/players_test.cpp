// Groups of features as players, zeros as missing values, LightGBM's category codes, means over trees and scaled links:
// models drawn by seed against the definition, and against closed forms that unit/reference_test.cpp holds to it.
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

constexpr double kTolerance = 1e-6;
constexpr double kResponseTolerance = 2e-6;
constexpr std::uint64_t kModels = 200;

/// A model of the grid with every rule that other libraries bring, its players and its rows.
struct Drawn {
  Random random;
  ModelShape shape;
  Ensemble ensemble;
  Players players;
  Rows background;
  Rows rows;

  Drawn(std::uint64_t seed, double leaves, std::int32_t most_features)
      : random(30000 + seed), shape(reference::grid_shape(seed, random, leaves)) {
    shape.features = std::min(shape.features, most_features);
    shape.categorical = std::min(shape.features, random.below(4));
    shape.zero_missing = random.chance(0.7) ? 0.5 : 0.0;
    shape.category_cut = random.chance(0.5) ? CategoryCut::kTowardsZero : CategoryCut::kNonNegative;
    shape.divisor = random.chance(0.3) ? 7.0 : 1.0;
    ensemble = reference::random_ensemble(shape, random);
    players = reference::random_players(ensemble.features.size(), random);
    background = reference::random_rows(ensemble, 1 + random.below(12), random);
    rows = reference::random_rows(ensemble, 3, random);
  }

  [[nodiscard]] std::string name(std::uint64_t seed) const {
    return "seed " + std::to_string(seed) + ": " + std::to_string(shape.trees) + " trees of depth " +
           std::to_string(shape.depth) + ", " + std::to_string(shape.features) + " features of " +
           std::to_string(players.count()) + " players, " + std::to_string(shape.categorical) + " categorical";
  }
};

TEST(PlayersOfGroups, MarginInterventional) {
  std::size_t several_tests = 0;
  std::int64_t long_paths = 0;
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Drawn const it(seed, 4000, 40);
    SCOPED_TRACE(it.name(seed));
    Explained const values = explained(it.ensemble, it.players, margin_question(), it.rows, it.background);
    ASSERT_EQ(values.chunk.players, it.players.count());
    for (std::int64_t r = 0; r < it.rows.rows; ++r) {
      auto const expected = reference::margin_values(it.ensemble, it.rows.row(r), it.background, it.players.of_feature);
      ASSERT_TRUE(all_within(values.row(r), expected, kTolerance)) << "row " << r;
    }
    CompiledModel const model = compile(it.ensemble, it.players);
    several_tests += model.short_paths.tests.size() - model.short_paths.players.size();
    long_paths += model.long_paths.leaves();
  }
  EXPECT_GT(several_tests, 10000U) << "players with several tests";
  EXPECT_GT(long_paths, 1000);
}

TEST(PlayersOfGroups, MarginPathDependent) {
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Drawn const it(seed, 4000, 40);
    SCOPED_TRACE(it.name(seed));
    Explained const values = explained(it.ensemble, it.players, path_dependent_question(), it.rows, {});
    for (std::int64_t r = 0; r < it.rows.rows; ++r) {
      auto const expected = reference::path_dependent_values(it.ensemble, it.rows.row(r), it.players.of_feature);
      ASSERT_TRUE(all_within(values.row(r), expected, kTolerance)) << "row " << r;
    }
  }
}

TEST(PlayersOfGroups, ResponseEqualsTheDefinition) {
  for (std::uint64_t seed = 0; seed < kModels; ++seed) {
    Drawn const it(seed, 60, 12);
    SCOPED_TRACE(it.name(seed));
    Explained const values = explained(it.ensemble, it.players, response_question(), it.rows, it.background);
    auto const count = static_cast<std::size_t>(it.players.count());
    auto const actual = values.row(0);
    for (std::size_t g = 0; g < it.ensemble.base_margin.size(); ++g) {
      auto const game = reference::game_of_players(
          reference::response_game(it.ensemble, it.rows.row(0), it.background, g), it.players.of_feature);
      ASSERT_TRUE(all_within(std::span(actual).subspan(g * count, count), reference::shapley(it.players.count(), game),
                             kResponseTolerance))
          << "output " << g;
    }
  }
}

/// The response of a scaled link, by its words in include/limpid/ensemble.h, on raw values.
std::vector<double> response_of(Ensemble const& ensemble, std::vector<double> const& x) {
  auto margins = reference::margin(ensemble, x);
  double const rounds = ensemble.average_response ? ensemble.rounds : 1;
  for (double& m : margins) m = ensemble.link_scale * m / rounds;
  return reference::link(ensemble.link, margins);
}

TEST(PlayersOfGroups, ScaledResponsesEqualTheDefinition) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Drawn it(seed, 60, 10);
    SCOPED_TRACE(it.name(seed));
    it.ensemble.link_scale = it.random.chance(0.8) ? 0.3 + it.random.uniform() : 1.0;
    it.ensemble.average_response = it.random.chance(0.5);
    Ensemble scaled = it.ensemble;
    scale_to_response(scaled);
    Question const question = plan(scaled, Space::kResponse, true, Method::kAuto, false, 16);
    EXPECT_EQ(question.algorithm == Algorithm::kLeafTables, it.ensemble.link == Link::kIdentity);
    Explained const values = explained(scaled, it.players, question, it.rows, it.background);
    auto const count = static_cast<std::size_t>(it.players.count());
    auto const actual = values.row(0);
    for (std::size_t g = 0; g < it.ensemble.base_margin.size(); ++g) {
      auto const game = reference::game_of_players(
          [&](std::uint64_t coalition) {
            double sum = 0.0;
            for (std::int64_t b = 0; b < it.background.rows; ++b) {
              auto const z = it.background.row(b);
              sum += response_of(it.ensemble, reference::hybrid(it.rows.row(0), z, coalition))[g];
            }
            return sum / static_cast<double>(it.background.rows);
          },
          it.players.of_feature);
      ASSERT_TRUE(all_within(std::span(actual).subspan(g * count, count), reference::shapley(it.players.count(), game),
                             kResponseTolerance))
          << "output " << g;
    }
  }
}

TEST(PlayersOfGroups, ValuesSumToPredictionMinusExpectation) {
  for (Question const& question : {margin_question(), path_dependent_question(), response_question()}) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Drawn const it(seed, 300, 12);
      SCOPED_TRACE(it.name(seed));
      Explained const values = explained(it.ensemble, it.players, question, it.rows, it.background);
      for (std::int64_t r = 0; r < it.rows.rows; ++r) {
        auto const margin = reference::margin(it.ensemble, it.rows.row(r));
        auto const wanted = question.space == Space::kMargin ? margin : reference::link(it.ensemble.link, margin);
        for (std::size_t g = 0; g < wanted.size(); ++g) {
          double sum = values.expected_value[g];
          for (std::int64_t p = 0; p < values.chunk.players; ++p) {
            sum += values.value(static_cast<std::int64_t>(g), p, r);
          }
          double const scale = std::max({1.0, std::abs(wanted[g]), std::abs(values.expected_value[g])});
          ASSERT_TRUE(std::abs(sum - wanted[g]) <= 3e-6 * scale) << sum << " against " << wanted[g];
        }
      }
    }
  }
}

TEST(PlayersOfGroups, GroupsOfOneAreFeaturesBitForBit) {
  for (Question const& question : {margin_question(), path_dependent_question(), response_question()}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      Drawn const it(seed, 300, 12);
      Players alone;
      for (std::int32_t f = 0; f < it.shape.features; ++f) {
        alone.of_feature.push_back(f);
        alone.names.push_back("group " + std::to_string(f));
      }
      Explained const features = explained(it.ensemble, question, it.rows, it.background);
      Explained const groups = explained(it.ensemble, alone, question, it.rows, it.background);
      EXPECT_EQ(groups.chunk.values, features.chunk.values);
      EXPECT_EQ(groups.chunk.summary, features.chunk.summary);
      EXPECT_EQ(groups.expected_value, features.expected_value);
    }
  }
}

TEST(PlayersOfGroups, OneGroupOfAllGetsEverything) {
  for (Question const& question : {margin_question(), path_dependent_question(), response_question()}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Drawn const it(seed, 300, 20);
      Players const all{{"all"}, std::vector<std::int32_t>(it.ensemble.features.size(), 0)};
      Explained const values = explained(it.ensemble, all, question, it.rows, it.background);
      for (std::size_t g = 0; g < values.expected_value.size(); ++g) {
        auto const output = static_cast<std::int64_t>(g);
        double const whole = values.prediction(output, 0) - values.expected_value[g];
        ASSERT_TRUE(std::abs(values.value(output, 0, 0) - whole) <= 2e-6 * std::max(1.0, std::abs(whole)));
      }
    }
  }
}

}  // namespace
}  // namespace limpid
