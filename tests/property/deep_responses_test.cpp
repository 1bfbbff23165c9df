// Games of the response of models with paths of more players than a word has bits, against the definition on the few
// players that differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "property/deep_trees.h"
#include "property/explained.h"
#include "reference/interactions.h"
#include "reference/shapley.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using reference::ensemble_of;
using reference::Random;
using reference::Rows;

/// A row and two background rows that differ in ten features of the chains, and no others.
struct NearRows {
  Rows rows;
  Rows background;
  std::vector<std::size_t> differing;

  NearRows(std::int32_t features, std::int32_t levels, Random& random)
      : rows(uniform_rows(features, 1, random)), background(uniform_rows(features, 2, random)) {
    std::fill(rows.values.begin(), rows.values.end(), 0.5);
    std::fill(background.values.begin(), background.values.end(), 0.5);
    for (std::int32_t i = 0; i < 10; ++i) {
      differing.push_back(static_cast<std::size_t>((i * levels + random.below(levels)) / 10));
      std::size_t const at = differing.back() * 64;
      for (double* const value : {&rows.values[at], &background.values[at], &background.values[at + 1]}) {
        *value = 0.01 + 0.49 * random.below(3);  // nineteen of twenty pass, or fail on one side
      }
    }
  }
};

/// v(S) = after(the mean over the background of output g), S of those that differ.
reference::Game game_of_differing(Ensemble const& ensemble, NearRows const& near, std::size_t g,
                                  double (*after)(double)) {
  return [&ensemble, &near, g, after](std::uint64_t s) {
    double sum = 0.0;
    for (std::int64_t z = 0; z < near.background.rows; ++z) {
      std::vector<double> hybrid = near.background.row(z);
      for (std::size_t i = 0; i < near.differing.size(); ++i) {
        if ((s >> i & 1) != 0) hybrid[near.differing[i]] = near.rows.row(0)[near.differing[i]];
      }
      sum += reference::link(ensemble.link, reference::margin(ensemble, hybrid))[g];
    }
    return after(sum / static_cast<double>(near.background.rows));
  };
}
double itself(double mean) { return mean; }
double logit(double mean) { return std::log(mean / (1.0 - mean)); }

/// Values of the players that differ, in their order; the others' have to be 0.
std::vector<double> of_differing(Explained const& it, NearRows const& near, std::int64_t g) {
  double others = 0.0;
  for (std::int64_t p = 0; p < it.chunk.players; ++p) others += std::abs(it.value(g, p, 0));
  std::vector<double> values;
  for (std::size_t const p : near.differing) {
    values.push_back(it.value(g, static_cast<std::int64_t>(p), 0));
    others -= std::abs(values.back());
  }
  EXPECT_TRUE(std::abs(others) <= 1e-12);
  return values;
}

Ensemble response_of_chains(Link link, std::int32_t levels, Random& random) {
  std::vector<Tree> trees = {followed_chain(levels, random), chain(12, 5, random), followed_chain(levels, random)};
  for (Tree& tree : trees) tree.weight = 0.3;
  bool const several = link == Link::kSoftmax;
  if (several) trees[1].output = 1, trees[2].output = 2;
  Ensemble ensemble = ensemble_of(std::move(trees), 256, std::vector<double>(several ? 3 : 1, 0.1));
  ensemble.link = link;
  return ensemble;
}

TEST(DeepResponses, ResponsesOfPathsOfManyPlayers) {
  Random random(101);
  for (Link const link : {Link::kSigmoid, Link::kSoftmax, Link::kExp}) {
    for (std::int32_t const levels : {65, 129, 256}) {
      SCOPED_TRACE(levels);
      Ensemble const ensemble = response_of_chains(link, levels, random);
      NearRows const near(256, levels, random);
      Explained const it = explained(ensemble, with_interactions(response_question()), near.rows, near.background);
      auto const pairs = it.pairs(0);
      for (std::int64_t g = 0; g < it.chunk.outputs; ++g) {
        auto const game = game_of_differing(ensemble, near, static_cast<std::size_t>(g), itself);
        ASSERT_TRUE(all_within(of_differing(it, near, g), reference::shapley(10, game), 1e-6));
        auto const matrix = reference::interaction_values(10, game);
        std::vector<double> found;
        for (std::size_t i = 0; i < 10; ++i) {
          for (std::size_t j = i; j < 10; ++j) {
            auto const pair = pair_index(256, static_cast<std::int64_t>(near.differing[i]),
                                         static_cast<std::int64_t>(near.differing[j]));
            found.push_back(pairs[static_cast<std::size_t>(g * pair_count(256) + pair)]);
          }
        }
        ASSERT_TRUE(all_within(found, matrix, 1e-6));
      }
    }
  }
}

TEST(DeepResponses, LogOddsOfPathsOfManyPlayers) {
  Random random(102);
  Ensemble const ensemble = response_of_chains(Link::kSigmoid, 130, random);
  NearRows const near(256, 130, random);
  Question question = response_question();
  question.mean_link = MeanLink::kLogit;
  auto const expected = reference::shapley(10, game_of_differing(ensemble, near, 0, logit));
  ASSERT_TRUE(
      all_within(of_differing(explained(ensemble, question, near.rows, near.background), near, 0), expected, 1e-5));
  question.max_exact_players = 2;  // every coalition of a design
  question.estimator = EstimatorChoice{EstimatorKind::kGp, DesignKind::kLeverage, 0, 3, 0.0, 0};
  ASSERT_TRUE(
      all_within(of_differing(explained(ensemble, question, near.rows, near.background), near, 0), expected, 1e-5));
}

/// Designs that hold every coalition are exact, and the focus is near.
TEST(DeepResponses, EstimatesOfPathsOfManyPlayers) {
  Random random(103);
  Ensemble const ensemble = response_of_chains(Link::kSigmoid, 130, random);
  NearRows const near(256, 130, random);
  auto const expected = reference::shapley(10, game_of_differing(ensemble, near, 0, itself));
  for (EstimatorKind const kind : {EstimatorKind::kGp, EstimatorKind::kWls, EstimatorKind::kFocus}) {
    Question question = response_question();
    question.max_exact_players = 2;
    question.estimator = EstimatorChoice{kind, DesignKind::kLeverage, 0, 3, 0.0, 0};
    Explained const it = explained(ensemble, question, near.rows, near.background);
    EXPECT_EQ(it.chunk.estimated[0], 2);
    double const tolerance = kind == EstimatorKind::kFocus ? 1e-3 : 1e-6;
    ASSERT_TRUE(all_within(of_differing(it, near, 0), expected, tolerance)) << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace limpid
