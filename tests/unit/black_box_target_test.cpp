// --target-error of black boxes: rows get more coalitions until their errors are small, and only new ones are scored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/black_box_case.h"
#include "unit/black_box_rows.h"

namespace limpid {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

Table const kRows = random_rows(6, 12, 11);
Table const kBackground = random_rows(5, 12, 12);

BlackBoxQuestion targeting(double error, std::int64_t coalitions, std::int64_t most) {
  auto question = estimating(coalitions);
  question.estimator->kind = EstimatorKind::kGp;
  question.estimator->target_error = error;
  question.estimator->max_coalitions = most;
  return question;
}

/// A row's values and errors.
std::vector<double> of_row(Explanation const& found, std::int64_t r) {
  std::vector<double> out;
  for (auto const& from : {found.values, found.errors}) {
    for (auto at = static_cast<std::size_t>(r); at < from.size(); at += static_cast<std::size_t>(found.stride)) {
      out.push_back(from[at]);
    }
  }
  return out;
}

/// Pairs that the larger design enumerates are added up in another order.
auto same_numbers(std::vector<double> const& expected) {
  return testing::Pointwise(testing::DoubleNear(1e-13), expected);
}

/// The standard error that is largest beside the spread of the row's values.
double largest_error(Explanation const& found, std::int64_t r) {
  auto const all = of_row(found, r);
  auto const middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  auto const [least, most] = std::minmax_element(all.begin(), middle);
  return *std::max_element(middle, all.end()) / (*most - *least);
}

TEST(BlackBoxTarget, EveryRowStopsAtItsOwnNumberOfCoalitions) {
  for (auto const design : {DesignKind::kLeverage, DesignKind::kKernel}) {
    for (auto const link : {MeanLink::kIdentity, MeanLink::kLogit}) {
      std::vector<Explanation> fixed;
      for (std::int64_t const coalitions : {100, 200, 400}) {
        FunctionPredictor predictor(neighbours);
        auto question = targeting(0.0, coalitions, 400);
        question.estimator->design = design;
        question.mean_link = link;
        fixed.push_back(explain(predictor, features(12), question, kRows, kBackground));
      }
      double const target = largest_error(fixed[1], 2) * 1.000001;
      FunctionPredictor predictor(neighbours);
      auto question = targeting(target, 100, 400);
      question.estimator->design = design;
      question.mean_link = link;
      auto const found = explain(predictor, features(12), question, kRows, kBackground);
      for (std::int64_t r = 0; r < 6; ++r) {
        std::size_t level = 0;
        while (level < 2 && !(largest_error(fixed[level], r) <= target)) ++level;
        EXPECT_THAT(of_row(found, r), same_numbers(of_row(fixed[level], r))) << "row " << r << ", level " << level;
        EXPECT_EQ(found.over_target[static_cast<std::size_t>(r)] != 0, !(largest_error(fixed[level], r) <= target));
      }
      EXPECT_LE(largest_error(found, 2), target);
    }
  }
}

/// Rows that are sent when every row plays at 60, 120 and 240 coalitions.
std::int64_t rows_sent(std::int64_t memory_bytes, Explanation& found) {
  FunctionPredictor predictor(neighbours);
  auto question = targeting(1e-9, 60, 240);
  question.memory_bytes = memory_bytes;
  found = explain(predictor, features(12), question, kRows, kBackground);
  return predictor.costs().rows;
}

TEST(BlackBoxTarget, OnlyNewCoalitionsAreScoredAndMemoryChangesNoBit) {
  Explanation kept;
  auto const sent = rows_sent(std::int64_t{1} << 30U, kept);
  EXPECT_THAT(kept.over_target, testing::Each(1));
  FunctionPredictor once(neighbours);
  auto const direct = explain(once, features(12), targeting(0.0, 240, 0), kRows, kBackground);
  EXPECT_THAT(kept.values, same_numbers(direct.values));
  EXPECT_THAT(kept.errors, same_numbers(direct.errors));
  // The designs are nested. Equal rows of two batches are sent twice, hence not the same number.
  EXPECT_LT(sent, once.costs().rows * 11 / 10);
  EXPECT_GE(sent, once.costs().rows);
  Explanation forgotten;
  EXPECT_GT(rows_sent(1, forgotten), sent * 3 / 2);
  EXPECT_EQ(forgotten.values, kept.values);
  EXPECT_EQ(forgotten.errors, kept.errors);
}

TEST(BlackBoxTarget, EveryCoalitionEndsTheSearch) {
  Table const rows = random_rows(4, 8, 13);
  Table const background = random_rows(3, 8, 14);
  FunctionPredictor predictor(neighbours);
  auto const found = explain(predictor, features(8), targeting(1e-12, 40, 1000), rows, background);
  for (std::int64_t r = 0; r < 4; ++r) {
    expect_values(found, r, 0, by_definition(neighbours, features(8), rows, r, background, {}, 0));
  }
  EXPECT_THAT(found.errors, testing::Each(0.0));
  EXPECT_THAT(found.estimated, testing::Each(0));
  EXPECT_THAT(found.over_target, testing::Each(0));
}

TEST(BlackBoxTarget, NoTargetNoFlags) {
  FunctionPredictor predictor(neighbours);
  auto const found = explain(predictor, features(12), estimating(60), kRows, kBackground);
  EXPECT_TRUE(found.over_target.empty());
}

}  // namespace
}  // namespace limpid
