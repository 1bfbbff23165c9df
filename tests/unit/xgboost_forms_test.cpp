/// What XGBoost's files have beside scalar trees and where: DART's weights, vector leaves, names of categories, the
/// forms before 1.0.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "limpid/ensemble.h"
#include "limpid/error.h"

namespace limpid {
namespace {

std::string const kFolder = std::string(LIMPID_FIXTURES) + "/xgboost/";

TEST(XgboostModel, ReadsDartWeightsInAllThreeLayouts) {
  for (char const* version : {"1.0.2", "1.7.6", "3.2.0", "3.3.0", "3.4.1"}) {
    auto const model = load_model(kFolder + version + "/dart.json");
    EXPECT_TRUE(std::any_of(model.trees.begin(), model.trees.end(), [](Tree const& t) { return t.weight != 1.0; }))
        << version;
  }
}

TEST(XgboostModel, SpreadsVectorLeavesOverOneTreePerOutput) {
  for (char const* const version : {"2.1.4", "3.0.5", "3.2.0", "3.3.0", "3.4.1"}) {
    auto const model = load_model(kFolder + version + "/vector_forest.json");
    EXPECT_EQ(model.outputs_per_tree, 3) << version;
    EXPECT_EQ(model.trees_per_round, 6) << version;
    EXPECT_EQ(model.rounds, 2) << version;
    ASSERT_EQ(model.trees.size(), 12U) << version;
    for (std::size_t t = 0; t < model.trees.size(); ++t) {
      EXPECT_EQ(model.trees[t].output, static_cast<std::int32_t>(t % 3)) << version;
      EXPECT_EQ(model.trees[t].round, t < 6 ? 0 : 1) << version;
      EXPECT_EQ(model.trees[t].left, model.trees[t / 3 * 3].left) << version;
      EXPECT_EQ(model.trees[t].threshold, model.trees[t / 3 * 3].threshold) << version;
    }
    EXPECT_NE(model.trees[0].value, model.trees[1].value) << version;
  }
}

TEST(XgboostModel, KnowsTheCategoriesOfTheReCoder) {
  for (char const* const version : {"3.2.0", "3.3.0", "3.4.1"}) {
    for (char const* const extension : {".json", ".ubj"}) {
      auto const model = load_model(kFolder + version + "/strings" + extension);
      EXPECT_EQ(model.unseen_category, UnseenCategory::kError);
      ASSERT_EQ(model.features[5].categories.size(), 12U) << version;
      EXPECT_EQ(model.features[5].categories[10], "region 10");
      EXPECT_FALSE(model.features[5].numeric_categories);
      ASSERT_EQ(model.features[2].categories.size(), 40U) << version;
      EXPECT_EQ(model.features[2].categories[7], "107");
      EXPECT_TRUE(model.features[2].numeric_categories);
      EXPECT_TRUE(model.features[0].categories.empty());
      EXPECT_EQ(model.features[0].kind, FeatureKind::kNumeric);
    }
  }
  EXPECT_TRUE(load_model(kFolder + "3.4.1/categorical.json").features[5].categories.empty());
}

/// 3.2 and 3.3 count the characters of "region 0 ß" where they have to count bytes.
TEST(XgboostModel, DropsCategoriesThatXgboostWroteDamaged) {
  for (char const* const version : {"3.2.0", "3.3.0"}) {
    auto const model = load_model(kFolder + version + "/strings_utf8.json");
    EXPECT_TRUE(model.features[5].categories.empty());
    EXPECT_EQ(model.features[5].kind, FeatureKind::kCategorical);
    EXPECT_EQ(model.features[2].categories.size(), 40U);
    ASSERT_EQ(model.warnings.size(), 1U);
    EXPECT_NE(model.warnings[0].find("the categories of feature 'region' damaged"), std::string::npos)
        << model.warnings[0];
  }
  auto const repaired = load_model(kFolder + "3.4.1/strings_utf8.ubj");
  ASSERT_EQ(repaired.features[5].categories.size(), 12U);
  EXPECT_EQ(repaired.features[5].categories[11], "region 11 ß");
}

TEST(XgboostModel, ReadsWhatVersionsBeforeOneWrite) {
  auto const binary = load_model(kFolder + "0.90/binary.bin");  // base_score 0.3 is stored as its margin
  EXPECT_EQ(static_cast<float>(binary.base_margin[0]), -std::log(1.0F / 0.3F - 1.0F));
  EXPECT_FALSE(binary.named_features);
  EXPECT_TRUE(binary.base_last);
  EXPECT_EQ(load_model(kFolder + "0.90/early_stopping.bin").best_rounds, 1);
  EXPECT_EQ(load_model(kFolder + "0.90/forest_multi.bin").trees_per_round, 6);
  EXPECT_EQ(load_model(kFolder + "0.90/poisson.bin").link, Link::kExp);
}

TEST(XgboostModel, RefusesLinearBoostersByName) {
  for (char const* const name :
       {"0.90/linear.bin", "1.0.2/linear.json", "1.0.2/linear.bin", "1.7.6/linear.ubj", "3.4.1/linear.json"}) {
    try {
      auto const model = load_model(kFolder + name);
      FAIL() << name;
    } catch (Error const& error) {
      EXPECT_NE(std::string(error.what()).find("the booster is gblinear"), std::string::npos)
          << name << ": " << error.what();
      EXPECT_EQ(error.exit_code(), 4);
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

TEST(XgboostModel, ExplainsStackedOutputsInMarginSpaceOnly) {
  EXPECT_FALSE(load_model(kFolder + "3.4.1/expectile.json").has_response);
  EXPECT_FALSE(load_model(kFolder + "3.4.1/quantile.json").has_response);  // sorted by predict from 3.4
  EXPECT_TRUE(load_model(kFolder + "3.2.0/quantile.json").has_response);
  EXPECT_FALSE(load_model(kFolder + "3.4.1/hinge.json").has_response);
}

}  // namespace
}  // namespace limpid
