// Weights of the background rows, in every method: a weight is how often a row counts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "property/explained.h"

namespace limpid {
namespace {

using reference::Random;
using reference::Rows;

struct Kind {
  char const* name;
  Question question;
  std::int32_t depth;
};

/// Leaf tables, long paths (more than 8 players), the lattice with 32 and 64-bit integers and several outputs.
std::vector<Kind> const& kinds() {
  static std::vector<Kind> const all{
      {"margin", margin_question(), 5}, {"long paths", margin_question(), 14}, {"response", response_question(), 4}};
  return all;
}

reference::ModelShape shape_of(Kind const& kind, std::uint64_t seed) {
  reference::ModelShape shape;
  shape.trees = 6;
  shape.depth = kind.depth;
  shape.features = kind.depth > 8 ? 12 : 8;
  shape.leaf_early = kind.depth > 8 ? 0.3 : 0.15;
  shape.link = seed % 3 == 0 ? Link::kSigmoid : seed % 3 == 1 ? Link::kExp : Link::kSoftmax;
  shape.outputs = shape.link == Link::kSoftmax ? 3 : 1;
  return shape;
}

/// Row r of `rows`, `times[r]` times.
Rows repeated(Rows const& rows, std::vector<std::int64_t> const& times) {
  std::vector<std::size_t> from;
  for (std::size_t r = 0; r < times.size(); ++r) from.insert(from.end(), static_cast<std::size_t>(times[r]), r);
  Rows out = rows;
  out.rows = static_cast<std::int64_t>(from.size());
  out.stride = (out.rows + 63) / 64 * 64;
  out.values.assign(static_cast<std::size_t>(rows.features * out.stride), 0.0);
  for (std::int32_t f = 0; f < rows.features; ++f) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      out.values[static_cast<std::size_t>(f * out.stride) + i] =
          rows.values[static_cast<std::size_t>(f * rows.stride) + from[i]];
    }
  }
  return out;
}

struct Problem {
  Ensemble ensemble;
  Rows rows;
  Rows background;
};

template <class Body>
void for_each_kind(std::int64_t background_rows, Body const& body) {
  for (Kind const& kind : kinds()) {
    for (std::uint64_t seed = 0; seed < 9; ++seed) {
      SCOPED_TRACE(std::string(kind.name) + ", seed " + std::to_string(seed));
      Random random(700 + seed);
      Problem it;
      it.ensemble = reference::random_ensemble(shape_of(kind, seed), random);
      it.rows = reference::random_rows(it.ensemble, 20, random);
      it.background = reference::random_rows(it.ensemble, background_rows, random);
      body(kind.question, it);
    }
  }
}

Explained weighted(Question const& question, Problem const& it, std::vector<double> const& weights) {
  return explained(it.ensemble, feature_players(it.ensemble), question, it.rows, it.background, weights);
}

TEST(BackgroundWeightsProperty, AWholeWeightIsTheRowRepeated) {
  std::vector<std::int64_t> const times{3, 1, 5, 2, 1};
  for_each_kind(5, [&](Question const& question, Problem const& it) {
    Explained const found = weighted(question, it, {times.begin(), times.end()});
    Explained const expected = explained(it.ensemble, question, it.rows, repeated(it.background, times));
    if (question.algorithm == Algorithm::kLeafTables) {
      EXPECT_EQ(found.chunk.values, expected.chunk.values);  // counted in integers
    } else {
      EXPECT_TRUE(all_within(found.chunk.values, expected.chunk.values, 1e-14));
    }
    EXPECT_TRUE(all_within(found.expected_value, expected.expected_value, 1e-14));
  });
}

TEST(BackgroundWeightsProperty, EqualWeightsAreNone) {
  for_each_kind(70, [](Question const& question, Problem const& it) {
    Explained const expected = explained(it.ensemble, question, it.rows, it.background);
    Explained const ones = weighted(question, it, std::vector<double>(70, 1.0));
    EXPECT_EQ(ones.chunk.values, expected.chunk.values);
    EXPECT_EQ(ones.expected_value, expected.expected_value);
    Explained const others = weighted(question, it, std::vector<double>(70, 0.37));
    EXPECT_TRUE(all_within(others.chunk.values, expected.chunk.values, 1e-12));
    EXPECT_TRUE(all_within(others.expected_value, expected.expected_value, 1e-12));
  });
}

TEST(BackgroundWeightsProperty, ARowOfNoWeightIsAbsent) {
  for_each_kind(4, [](Question const& question, Problem const& it) {
    Explained const found = weighted(question, it, {0.0, 2.5, 0.0, 0.75});
    Problem without = it;
    without.background = repeated(it.background, {0, 1, 0, 1});
    Explained const expected = weighted(question, without, {2.5, 0.75});
    EXPECT_EQ(found.chunk.values, expected.chunk.values);
    EXPECT_EQ(found.expected_value, expected.expected_value);
  });
}

TEST(BackgroundWeightsProperty, TheirScaleDoesNotMatter) {
  std::vector<double> const weights{0.3, 1.0, 0.25, 2.7};
  for_each_kind(4, [&](Question const& question, Problem const& it) {
    Explained const expected = weighted(question, it, weights);
    for (double const scale : {1e-305, 0x1p-40, 3.0, 1e300}) {
      std::vector<double> scaled;
      scaled.reserve(weights.size());
      for (double const weight : weights) scaled.push_back(scale * weight);
      Explained const found = weighted(question, it, scaled);
      EXPECT_TRUE(all_within(found.chunk.values, expected.chunk.values, 1e-12)) << scale;
      EXPECT_TRUE(all_within(found.expected_value, expected.expected_value, 1e-12)) << scale;
    }
  });
}

/// The rows count differently at all: 9 to 1 is nearer to the first row's answer than 1 to 9.
TEST(BackgroundWeightsProperty, ValuesAreTheWeightedMeanOfTheRowsAnswers) {
  for_each_kind(2, [](Question const& question, Problem const& it) {
    Explained const first = weighted(question, it, {1.0, 0.0});
    Explained const second = weighted(question, it, {0.0, 1.0});
    Explained const both = weighted(question, it, {0.9, 0.1});
    std::vector<double> mean;
    for (std::size_t i = 0; i < first.chunk.values.size(); ++i) {
      mean.push_back(0.9 * first.chunk.values[i] + 0.1 * second.chunk.values[i]);
    }
    EXPECT_TRUE(all_within(both.chunk.values, mean, 1e-6));  // leaf tables round to float
  });
}

/// Estimated pairs: errors of rows are independent, so the squares of weight times error add up; the variance of their
/// mean is known better than that of each, which makes its error smaller by less than half.
TEST(BackgroundWeightsProperty, EstimatesAndTheirErrorsCountTheRows) {
  Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 3};
  question.estimator = EstimatorChoice{EstimatorKind::kWls, DesignKind::kLeverage, 40, 3, 0.0, 0};
  Random random(77);
  Problem it;
  it.ensemble = reference::random_ensemble(shape_of(kinds().back(), 0), random);
  it.rows = reference::random_rows(it.ensemble, 20, random);
  it.background = reference::random_rows(it.ensemble, 2, random);
  Explained const first = weighted(question, it, {1.0, 0.0});
  Explained const second = weighted(question, it, {0.0, 1.0});
  Explained const both = weighted(question, it, {2.25, 0.75});
  std::vector<double> mean;
  std::vector<double> error;
  for (std::size_t i = 0; i < first.chunk.values.size(); ++i) {
    mean.push_back(0.75 * first.chunk.values[i] + 0.25 * second.chunk.values[i]);
    error.push_back(std::hypot(0.75 * first.chunk.errors[i], 0.25 * second.chunk.errors[i]));
  }
  EXPECT_GT(both.chunk.estimated.at(0), 0);
  EXPECT_GT(*std::max_element(error.begin(), error.end()), 1e-6);
  EXPECT_TRUE(all_within(both.chunk.values, mean, 1e-12));
  for (std::size_t i = 0; i < error.size(); ++i) {
    EXPECT_LE(both.chunk.errors[i], error[i] * (1.0 + 1e-12)) << i;
    EXPECT_GE(both.chunk.errors[i], 0.5 * error[i]) << i;
  }
}

}  // namespace
}  // namespace limpid
