// The engine of black boxes against values by definition, with predictors that are functions.
#include "blackbox/black_box_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "limpid/error.h"
#include "unit/black_box_case.h"
#include "unit/black_box_rows.h"

namespace limpid {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::vector<double> product_and_sum(std::vector<double> const& row) {
  double product = 1.0;
  double sum = 0.0;
  for (double const value : row) {
    product *= 0.3 * value + 0.4;
    sum += std::sin(value) * sum + value;
  }
  return {product, sum};
}

Table const kRows = {{{1, 2, 0.5, kMissing}, {0, 1, 1, 3}, {4, -1, 0.25, 1}}};
Table const kBackground = {{{0, 1, 0.5, 2}, {1, kMissing, 0.5, kMissing}, {3, 3, 3, 3}, {0, 1, 1, 3}}};

TEST(BlackBoxEngine, EqualsTheDefinition) {
  for (auto const& players : {features(4), players_of({0, 1, 0, 2}), players_of({0, 0, 0, 0})}) {
    for (std::vector<double> const& weights : {std::vector<double>{}, std::vector<double>{2, 1, 0.5, 3}}) {
      FunctionPredictor predictor(product_and_sum);
      auto const found = explain(predictor, players, estimating(), kRows, kBackground, weights);
      for (std::int64_t r = 0; r < 3; ++r) {
        for (std::size_t g = 0; g < 2; ++g) {
          expect_values(found, r, g, by_definition(product_and_sum, players, kRows, r, kBackground, weights, g));
        }
      }
      EXPECT_THAT(found.estimated, testing::Each(0));
      EXPECT_THAT(found.errors, testing::Each(0.0));
    }
  }
}

TEST(BlackBoxEngine, CountsThePlayersThatDiffer) {
  FunctionPredictor predictor(product_and_sum);
  Table const rows = {{{1, kMissing, 3, 4}, {1, 2, 3, 4}, {0, 2, 0, 4}}};
  Table const background = {{{1, kMissing, 3, 4}, {1, kMissing, 3, 5}}};
  auto const found = explain(predictor, features(4), estimating(), rows, background);
  EXPECT_EQ(found.largest, (std::vector<std::int32_t>{1, 2, 4}));
  auto const grouped = explain(predictor, players_of({0, 0, 1, 1}), estimating(), rows, background);
  EXPECT_EQ(grouped.largest, (std::vector<std::int32_t>{1, 2, 2}));
}

TEST(BlackBoxEngine, SendsTheSameRowOnceAndNeverMoreThanAskedFor) {
  FunctionPredictor predictor(product_and_sum);
  Table const twins = {std::vector<std::vector<double>>(300, {1, 2, 3})};
  Table const zeros = {std::vector<std::vector<double>>(20, {0, 0, 0})};
  static_cast<void>(explain(predictor, features(3), estimating(), twins, zeros));
  EXPECT_EQ(predictor.costs().rows, 1 + 1 + 6);  // the background, the rows, and one game
  std::vector<std::vector<double>> many;
  many.reserve(300);
  for (int i = 0; i < 300; ++i) many.push_back({i + 1.0, i + 2.0, i + 3.0});
  static_cast<void>(explain(predictor, features(3), estimating(), Table(many), zeros));
  EXPECT_EQ(predictor.largest_call, 100);
}

TEST(BlackBoxEngine, TextsAreComparedByTheirBytes) {
  // Texts in another order on each side: codes differ, texts decide.
  FunctionPredictor predictor([](std::vector<double> const& row) { return std::vector<double>{row[0] * row[1]}; });
  Table rows = {{{0, 2}, {1, 2}}};
  rows.texts = {{"four", "sixsix"}, {}};
  Table background = {{{0, 1}, {1, 1}}};
  background.texts = {{"sixsix", "a"}, {}};
  auto const found = explain(predictor, features(2), estimating(), rows, background);
  // Row 0: z = (6, 1): phi = (-2 * 1.5, 5); z = (1, 1): (3 * 1.5, 2.5). Row 1: z = (6, 1): text alike: (0, 6).
  expect_values(found, 0, 0, {0.75, 3.75});
  expect_values(found, 1, 0, {(0 + 5 * 1.5) / 2, (6 + 3.5) / 2});
  EXPECT_EQ(found.largest, (std::vector<std::int32_t>{2, 2}));
}

TEST(BlackBoxEngine, EstimatesAboveTheBudget) {
  for (auto const kind : {EstimatorKind::kGp, EstimatorKind::kWls}) {
    FunctionPredictor predictor(neighbours);
    Table const rows = random_rows(6, 10, 1);
    Table const background = random_rows(5, 10, 2);
    auto question = estimating(150);
    question.estimator->kind = kind;
    auto const found = explain(predictor, features(10), question, rows, background);
    std::int64_t covered = 0;
    for (std::int64_t r = 0; r < 6; ++r) {
      EXPECT_GT(found.estimated[static_cast<std::size_t>(r)], 0);
      auto const truth = by_definition(neighbours, features(10), rows, r, background, {}, 0);
      expect_values(found, r, 0, truth, 0.02);
      for (std::size_t p = 0; p < 10; ++p) {
        auto const at = p * static_cast<std::size_t>(found.stride) + static_cast<std::size_t>(r);
        covered += std::abs(found.values[at] - truth[p]) <= 1.96 * found.errors[at] + 1e-9;
      }
    }
    EXPECT_GE(covered, kind == EstimatorKind::kWls ? 51 : 36) << "of 60";
  }
}

std::vector<double> two_classes(std::vector<double> const& row) {
  double const p = neighbours(row)[0];
  return {p, 1.0 - p};
}

TEST(BlackBoxEngine, TakesTheLogOddsOfTheMean) {
  Table const rows = random_rows(5, 6, 7);
  Table const background = random_rows(4, 6, 8);
  std::vector<double> const weights{1, 2, 0.5, 4};
  for (std::int64_t const bytes : {std::int64_t{1}, std::int64_t{1} << 30U}) {
    FunctionPredictor predictor(two_classes);
    auto question = estimating();
    question.mean_link = MeanLink::kLogit;
    question.memory_bytes = bytes;
    auto const found = explain(predictor, features(6), question, rows, background, weights);
    for (std::int64_t r = 0; r < 5; ++r) {
      auto const truth = reference::shapley(6, [&](std::uint64_t coalition) {
        double sum = 0.0;
        for (std::int64_t z = 0; z < 4; ++z) {
          std::vector<double> hybrid;
          for (std::size_t c = 0; c < 6; ++c) {
            hybrid.push_back((coalition >> c & 1U) != 0 ? rows.at(r, c) : background.at(z, c));
          }
          sum += weights[static_cast<std::size_t>(z)] * neighbours(hybrid)[0];
        }
        return std::log(sum / 7.5) - std::log(1.0 - sum / 7.5);
      });
      expect_values(found, r, 0, truth);
      std::vector<double> negative;
      negative.reserve(truth.size());
      for (double const value : truth) negative.push_back(-value);
      expect_values(found, r, 1, negative);
    }
  }
}

TEST(BlackBoxEngine, LogOddsNeedProbabilities) {
  for (double const score : {1.5, -0.1, 0.0, 1.0}) {
    FunctionPredictor predictor([score](std::vector<double> const&) { return std::vector<double>{score}; });
    auto question = estimating();
    question.mean_link = MeanLink::kLogit;
    EXPECT_THROW(static_cast<void>(explain(predictor, features(4), question, kRows, kBackground)), Error) << score;
  }
}

TEST(BlackBoxEngine, NoBitDependsOnTheMemory) {
  Table const rows = random_rows(9, 12, 3);
  Table const background = random_rows(4, 12, 4);
  std::vector<double> const weights{1, 0.1, 3, 0.7};
  FunctionPredictor predictor(neighbours);
  auto const expected = explain(predictor, features(12), estimating(70), rows, background, weights);
  for (std::int64_t const bytes : {1, 3000, 20000, 100000}) {
    auto question = estimating(70);
    question.memory_bytes = bytes;
    auto const found = explain(predictor, features(12), question, rows, background, weights);
    EXPECT_EQ(found.values, expected.values) << bytes;
    EXPECT_EQ(found.errors, expected.errors) << bytes;
  }
}

TEST(BlackBoxEngine, ExactRefusesByCountingAlone) {
  FunctionPredictor predictor(product_and_sum);
  BlackBoxQuestion question;
  question.max_exact_players = 3;
  auto const engine = make_black_box_engine(predictor, features(4), question, kBackground.view(), {});
  auto const before = predictor.costs().rows;
  Explanation out;
  engine->make_worker()->explain(kRows.view(), false, out);
  EXPECT_EQ(out.largest, (std::vector<std::int32_t>{4, 4, 4}));
  EXPECT_EQ(predictor.costs().rows, before);
}

TEST(BlackBoxEngine, ExactEnumeratesBeyondAnyBudget) {
  FunctionPredictor predictor(neighbours);
  Table const rows = random_rows(2, 12, 5);
  Table const background = random_rows(2, 12, 6);
  auto const found = explain(predictor, features(12), BlackBoxQuestion{}, rows, background);
  expect_values(found, 1, 0, by_definition(neighbours, features(12), rows, 1, background, {}, 0));
  EXPECT_TRUE(found.errors.empty());
}

TEST(BlackBoxEngine, APollThatThrowsEndsItAndTheNextChunkStartsClean) {
  FunctionPredictor predictor(product_and_sum);
  auto const engine = make_black_box_engine(predictor, features(4), estimating(), kBackground.view(), {});
  auto const worker = engine->make_worker();
  Explanation expected;
  worker->explain(kRows.view(), false, expected);
  int calls = 0;
  worker->poll = [&](std::int64_t) {
    if (++calls > 2) throw std::runtime_error("stop");
  };
  Explanation out;
  EXPECT_THROW(worker->explain(kRows.view(), false, out), std::runtime_error);
  worker->poll = {};
  worker->explain(kRows.view(), false, out);
  EXPECT_EQ(out.values, expected.values);
}

TEST(BlackBoxEngine, NoRowsAreNoWork) {
  FunctionPredictor predictor(product_and_sum);
  auto const engine = make_black_box_engine(predictor, features(4), estimating(), kBackground.view(), {});
  Explanation out;
  engine->make_worker()->explain({kRows.values.data(), kRows.stride, 0}, false, out);
  EXPECT_EQ(out.rows, 0);
}

}  // namespace
}  // namespace limpid
