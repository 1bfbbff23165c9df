// Which estimator a pair gets, and how much.
#include "explain/estimator_choice.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace limpid {
namespace {

EstimatorChoice choice(EstimatorKind kind, std::int64_t coalitions) {
  EstimatorChoice made;
  made.kind = kind;
  made.coalitions = coalitions;
  return made;
}

TEST(EstimatorChoice, FocusesWhereTheBudgetHoldsALevel) {
  EXPECT_TRUE(choice(EstimatorKind::kFocus, 2).focuses(1000));
  EXPECT_FALSE(choice(EstimatorKind::kGp, 1 << 20).focuses(2));
  EXPECT_FALSE(choice(EstimatorKind::kWls, 0).focuses(2));
  EXPECT_TRUE(choice(EstimatorKind::kAuto, 0).focuses(1000));
  for (std::int64_t const coalitions : {2, 3, 40, 64, 191, 192, 193, 512, 2088, 100000}) {
    auto const made = choice(EstimatorKind::kAuto, coalitions);
    std::int32_t const most = made.most_focus_players();
    EXPECT_LE(focus_coalitions(kLeastFocusLevel, most), coalitions) << coalitions;
    EXPECT_GT(focus_coalitions(kLeastFocusLevel, most + 1), coalitions) << coalitions;
  }
}

TEST(EstimatorChoice, GrowsByLevelsOrByDoublings) {
  auto const focus = choice(EstimatorKind::kFocus, 0);
  EXPECT_EQ(focus.focus_effort(0).level(30), FocusEffort::kDefaultLevel);
  EXPECT_EQ(focus.focus_effort(1).level(30), FocusEffort::kDefaultLevel + 1);
  EXPECT_TRUE(focus.grows(30, 0));
  EXPECT_FALSE(focus.grows(30, kMostFocusLevel - FocusEffort::kDefaultLevel));
  auto bounded = choice(EstimatorKind::kFocus, focus_coalitions(9, 30));
  bounded.max_coalitions = focus_coalitions(10, 30);
  EXPECT_TRUE(bounded.grows(30, 0));
  EXPECT_FALSE(bounded.grows(30, 1));
  auto const gp = choice(EstimatorKind::kGp, 600);
  EXPECT_TRUE(gp.grows(30, 0));
  EXPECT_EQ(gp.pairs(30, 1), 600);
}

}  // namespace
}  // namespace limpid
