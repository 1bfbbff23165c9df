// Interactions of the response by the lattice, of models drawn by seed, against the Shapley interaction index by
// definition on raw rows.
#include <gtest/gtest.h>

#include <vector>

#include "explain/engine_mean.h"
#include "property/explained.h"
#include "reference/interactions.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

constexpr double kTolerance = 1e-6;

Question asked() {
  Question question = response_question();
  question.interactions = true;
  return question;
}

/// [G x T] of one row
std::vector<double> interactions_of(Explanation const& chunk, std::int64_t r) {
  std::vector<double> values;
  std::int64_t const vectors = chunk.outputs * pair_count(chunk.players);
  for (std::int64_t n = 0; n < vectors; ++n) {
    values.push_back(chunk.interactions[static_cast<std::size_t>(n * chunk.stride + r)]);
  }
  return values;
}

TEST(ResponseInteractions, EqualTheDefinition) {
  for (Link const link : {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kSoftplus}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      Random random(50 + seed);
      ModelShape shape;
      shape.link = link;
      shape.outputs = link == Link::kSoftmax ? 3 : 1;
      shape.features = static_cast<std::int32_t>(3 + seed);
      shape.categorical = 1;
      shape.trees = 6;
      shape.depth = static_cast<std::int32_t>(2 + seed % 4);
      Ensemble const ensemble = reference::random_ensemble(shape, random);
      auto const background = reference::random_rows(ensemble, 3, random);
      auto const rows = reference::random_rows(ensemble, 2, random);
      Explained const found = explained(ensemble, asked(), rows, background);
      for (std::int64_t r = 0; r < rows.rows; ++r) {
        std::vector<double> expected;
        for (std::size_t g = 0; g < static_cast<std::size_t>(shape.outputs); ++g) {
          auto const x = rows.row(r);
          auto const game = reference::response_game(ensemble, {x.begin(), x.end()}, background, g);
          auto const one = reference::interaction_values(shape.features, game);
          expected.insert(expected.end(), one.begin(), one.end());
        }
        EXPECT_TRUE(all_within(interactions_of(found.chunk, r), expected, kTolerance))
            << "link " << static_cast<int>(link) << ", seed " << seed << ", row " << r;
      }
    }
  }
}

/// The game of a mean is the mean of the games: twice the same model changes nothing.
TEST(ResponseInteractions, OfAMeanOfModelsAreTheMeansOfTheirs) {
  Random random(9);
  ModelShape shape;
  shape.features = 5;
  shape.trees = 4;
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  auto const background = reference::random_rows(ensemble, 4, random);
  auto const rows = reference::random_rows(ensemble, 3, random);
  Explained const one = explained(ensemble, asked(), rows, background);
  CompiledModel const model = compile(ensemble, feature_players(ensemble));
  std::vector<std::unique_ptr<Engine>> members;
  members.reserve(2);
  for (int m = 0; m < 2; ++m) members.push_back(make_cpu_engine(model, asked(), background.view(), serial_for));
  Explanation both;
  make_mean_engine(std::move(members))->make_worker()->explain(rows.view(), false, both);
  EXPECT_EQ(both.interactions, one.chunk.interactions);
  EXPECT_EQ(both.interaction_summary, one.chunk.interaction_summary);
}

}  // namespace
}  // namespace limpid
