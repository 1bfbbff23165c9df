// Interactions of the response by the lattice, of models drawn by seed, against the Shapley interaction index by
// definition on raw rows.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "explain/engine_mean.h"
#include "explain/mean_link.h"
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

struct Case {
  Ensemble ensemble;
  reference::Rows background;
  reference::Rows rows;
};

Case case_of(Link link, std::uint64_t seed) {
  Random random(50 + seed);
  ModelShape shape;
  shape.link = link;
  shape.outputs = link == Link::kSoftmax ? 3 : 1;
  shape.features = static_cast<std::int32_t>(3 + seed);
  shape.categorical = 1;
  shape.trees = 6;
  shape.depth = static_cast<std::int32_t>(2 + seed % 4);
  Case it;
  it.ensemble = reference::random_ensemble(shape, random);
  it.background = reference::random_rows(it.ensemble, 3, random);
  it.rows = reference::random_rows(it.ensemble, 2, random);
  return it;
}

/// [G x T] of row r by definition. `after_mean`: what is applied to v(S), the mean response.
std::vector<double> by_definition(Case const& it, std::int64_t r, std::function<double(double)> const& after_mean) {
  std::vector<double> all;
  auto const x = it.rows.row(r);
  for (std::size_t g = 0; g < it.ensemble.base_margin.size(); ++g) {
    auto const mean = reference::response_game(it.ensemble, {x.begin(), x.end()}, it.background, g);
    auto const game = [&](std::uint64_t coalition) { return after_mean(mean(coalition)); };
    auto const one = reference::interaction_values(it.rows.features, game);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

TEST(ResponseInteractions, EqualTheDefinition) {
  for (Link const link : {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kSoftplus}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      Case const it = case_of(link, seed);
      Explained const found = explained(it.ensemble, asked(), it.rows, it.background);
      for (std::int64_t r = 0; r < it.rows.rows; ++r) {
        auto const expected = by_definition(it, r, [](double mean) { return mean; });
        EXPECT_TRUE(all_within(interactions_of(found.chunk, r), expected, kTolerance))
            << "link " << name_of(link) << ", seed " << seed << ", row " << r;
      }
    }
  }
}

TEST(ResponseInteractions, OfTheLogitOfTheMeanEqualTheDefinition) {
  Question question = asked();
  question.mean_link = MeanLink::kLogit;
  for (Link const link : {Link::kSigmoid, Link::kSoftmax}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      Case const it = case_of(link, seed);
      CompiledModel model = compile(it.ensemble, feature_players(it.ensemble));
      refine_for_logit(model);
      Explanation found;
      make_cpu_engine(model, question, it.background.view(), serial_for)
          ->make_worker()
          ->explain(it.rows.view(), false, found);
      for (std::int64_t r = 0; r < it.rows.rows; ++r) {
        auto const expected = by_definition(it, r, [](double mean) { return std::log(mean / (1.0 - mean)); });
        EXPECT_TRUE(all_within(interactions_of(found, r), expected, kTolerance))
            << "link " << name_of(link) << ", seed " << seed << ", row " << r;
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
