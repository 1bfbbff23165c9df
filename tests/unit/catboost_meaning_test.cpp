/// What the parts of a CatBoost file mean, on small documents written by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "model/catboost_categories.h"
#include "model/read_model.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Two float features and a categorical one between them; one tree of the splits x0 > 0.5 and x2 > 1.5.
Json example() {
  return Json::parse(R"({
    "oblivious_trees": [{"splits": [
        {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5, "split_index": 0},
        {"split_type": "FloatFeature", "float_feature_index": 1, "border": 1.5, "split_index": 1}],
      "leaf_values": [1, 2, 3, 4], "leaf_weights": [1, 0, 5, 2]}],
    "scale_and_bias": [1, [10]],
    "model_info": {"params": {"loss_function": {"type": "RMSE", "params": {}}}, "mine": [{"a": {"b": 1}}]},
    "features_info": {
      "float_features": [
        {"feature_index": 0, "flat_feature_index": 0, "feature_id": "", "nan_value_treatment": "AsIs",
         "has_nans": false, "borders": [0.5]},
        {"feature_index": 1, "flat_feature_index": 2, "feature_id": "", "nan_value_treatment": "AsTrue",
         "has_nans": true, "borders": [1.5]}],
      "categorical_features": [{"feature_index": 0, "flat_feature_index": 1, "feature_id": ""}]},
    "ctr_data": null})");
}

Json& info(Json& document) { return document["model_info"]; }

Ensemble read(Json const& document) { return model::read_model(document.dump(), "m.json"); }

double raw(Ensemble const& ensemble, std::vector<double> const& row) {
  return reference::margin(ensemble, row).front();
}

/// By hand: leaf = (x0 > 0.5) + 2 (x2 > 1.5).
TEST(CatboostMeaning, FirstSplitIsTheLowestBitOfTheLeaf) {
  auto const ensemble = read(example());
  EXPECT_EQ(raw(ensemble, {0.0, 0.0, 1.0}), 11.0);
  EXPECT_EQ(raw(ensemble, {1.0, 0.0, 1.0}), 12.0);
  EXPECT_EQ(raw(ensemble, {0.0, 0.0, 2.0}), 13.0);
  EXPECT_EQ(raw(ensemble, {1.0, 0.0, 2.0}), 14.0);
}

TEST(CatboostMeaning, LastSplitIsTheRoot) {
  auto const ensemble = read(example());
  auto const& tree = ensemble.trees.front();
  EXPECT_EQ(tree.feature, (std::vector<std::int32_t>{2, 0, 0, -1, -1, -1, -1}));
  EXPECT_EQ(tree.cover, (std::vector<double>{8, 1, 7, 1, 0, 5, 2}));
}

TEST(CatboostMeaning, ValuesOnBordersGoLeftAsFloats) {
  auto document = example();
  document["oblivious_trees"][0]["splits"][0]["border"] = 0.10000000149011612;  // float32 of 0.1
  auto const ensemble = read(document);
  EXPECT_EQ(raw(ensemble, {0.1, 0.0, 1.0}), 11.0);                   // the same float
  EXPECT_EQ(raw(ensemble, {0.10000000149011612, 0.0, 1.0}), 11.0);   // the border itself
  EXPECT_EQ(raw(ensemble, {0.100000008940696716, 0.0, 1.0}), 12.0);  // the next float
  EXPECT_EQ(raw(ensemble, {0.100000002, 0.0, 1.0}), 11.0);           // above the border in double, not as a float
}

TEST(CatboostMeaning, MissingValuesGoWhereTheFeatureSendsThem) {
  auto document = example();
  for (auto const& [treatment, expected] :
       std::vector<std::pair<char const*, double>>{{"AsIs", 11.0}, {"AsFalse", 11.0}, {"AsTrue", 13.0}}) {
    document["features_info"]["float_features"][1]["nan_value_treatment"] = treatment;
    EXPECT_EQ(raw(read(document), {kNan, 0.0, kNan}), expected) << treatment;
  }
}

TEST(CatboostMeaning, ScaleMultipliesLeavesAndNotTheBias) {
  auto document = example();
  document["scale_and_bias"] = Json::parse("[0.5, 3]");  // a bias without brackets, as older versions wrote it
  EXPECT_EQ(raw(read(document), {1.0, 0.0, 2.0}), 5.0);
  document.erase("scale_and_bias");
  EXPECT_EQ(raw(read(document), {1.0, 0.0, 2.0}), 4.0);
}

TEST(CatboostMeaning, SeveralValuesPerLeafAreSeveralTrees) {
  auto document = example();
  document["oblivious_trees"][0]["leaf_values"] = {1, -1, 2, -2, 3, -3, 4, -4};
  document["scale_and_bias"] = Json::parse("[1, [10, 20]]");
  auto const ensemble = read(document);
  EXPECT_EQ(reference::margin(ensemble, std::vector<double>{0.0, 0.0, 2.0}), (std::vector<double>{13.0, 17.0}));
  EXPECT_EQ(ensemble.trees.size(), 2U);
  EXPECT_EQ(ensemble.rounds, 1);
  EXPECT_EQ(ensemble.outputs_per_tree, 2);
}

TEST(CatboostMeaning, TreeWithoutSplitsIsALeaf) {
  auto document = example();
  document["oblivious_trees"].push_back({{"splits", nullptr}, {"leaf_values", {0.25}}, {"leaf_weights", {8}}});
  EXPECT_EQ(raw(read(document), {0.0, 0.0, 1.0}), 11.25);
}

TEST(CatboostMeaning, ModelWithoutTreesIsItsBias) {
  auto document = example();
  document["oblivious_trees"] = nullptr;
  auto const ensemble = read(document);
  EXPECT_EQ(ensemble.rounds, 0);
  EXPECT_EQ(raw(ensemble, {0.0, 0.0, 1.0}), 10.0);
}

TEST(CatboostMeaning, NodesWithoutWeightsHaveNoCover) {
  auto document = example();
  document.erase("oblivious_trees");
  document["trees"] = Json::parse(R"([{"right": {"value": 7}, "left": {"value": 5},
    "split": {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5}}])");
  auto const ensemble = read(document);
  EXPECT_TRUE(ensemble.trees.front().cover.empty());
  EXPECT_EQ(raw(ensemble, {0.5, 0.0, 0.0}), 15.0);
  EXPECT_EQ(raw(ensemble, {0.6, 0.0, 0.0}), 17.0);
}

TEST(CatboostMeaning, OneHotSplitComparesHashesAndLimpidCodes) {
  auto document = example();
  document["oblivious_trees"][0]["splits"][0] = {
      {"split_type", "OneHotFeature"}, {"cat_feature_index", 0}, {"value", -1594449487}};
  document["features_info"]["cat_features_hash"] = Json::parse(
      R"([{"hash": 1894726013, "value": "NA"}, {"hash": 2700517809, "value": "Süd"}, {"hash": 5, "value": ""}])");
  auto const ensemble = read(document);
  auto const& feature = ensemble.features[1];
  EXPECT_EQ(feature.kind, FeatureKind::kCategorical);
  EXPECT_EQ(feature.categories, (Strings{"NA", "Süd", ""}));
  EXPECT_FALSE(feature.numeric_categories);
  EXPECT_EQ(ensemble.unseen_category, UnseenCategory::kOther);
  EXPECT_EQ(raw(ensemble, {0.0, 1.0, 1.0}), 12.0);   // Süd: 2700517809 is -1594449487 in 32 bits
  EXPECT_EQ(raw(ensemble, {0.0, 0.0, 1.0}), 11.0);   // NA
  EXPECT_EQ(raw(ensemble, {0.0, -1.0, 1.0}), 11.0);  // unseen
  EXPECT_EQ(raw(ensemble, {0.0, kNan, 1.0}), 11.0);  // missing
}

/// Data still have texts in a column that no tree tests.
TEST(CatboostMeaning, CategoricalFeatureWithoutTextsTakesAnyText) {
  EXPECT_EQ(read(example()).features[1].categories, Strings{""});
}

TEST(CatboostMeaning, FeaturesKeepOnlyWhatTheyTestOfAHugeList) {
  auto document = example();
  document["oblivious_trees"][0]["splits"][0] = {
      {"split_type", "OneHotFeature"}, {"cat_feature_index", 0}, {"value", 7}};
  auto& texts = document["features_info"]["cat_features_hash"];
  std::string const filler(model::kMaxCategoryBytes / 32, 'x');
  for (int i = 0; i < 40; ++i) texts.push_back({{"hash", i}, {"value", std::to_string(i) + filler}});
  auto const ensemble = read(document);
  EXPECT_EQ(ensemble.features[1].categories, Strings{"7" + filler});
  EXPECT_EQ(ensemble.trees[0].sets[0], std::vector<std::int32_t>{0});
  ASSERT_EQ(ensemble.warnings.size(), 1U);
  EXPECT_NE(ensemble.warnings[0].find("counted as unseen"), std::string::npos);
}

TEST(CatboostMeaning, LinksFollowTheLoss) {
  auto const link_of = [](char const* loss) {
    auto document = example();
    info(document)["params"]["loss_function"]["type"] = loss;
    return read(document);
  };
  for (char const* const loss : {"Logloss", "CrossEntropy", "Focal", "MultiLogloss", "MultiClassOneVsAll"})
    EXPECT_EQ(link_of(loss).link, Link::kSigmoid) << loss;
  for (char const* const loss : {"Poisson", "Tweedie"}) EXPECT_EQ(link_of(loss).link, Link::kExp) << loss;
  for (char const* const loss : {"MAE", "Quantile", "LogLinQuantile", "Cox", "YetiRank", "QueryRMSE", "SurvivalAft"}) {
    EXPECT_EQ(link_of(loss).link, Link::kIdentity) << loss;
    EXPECT_TRUE(link_of(loss).has_response) << loss;
  }
  EXPECT_FALSE(link_of("RMSEWithUncertainty").has_response);
  EXPECT_TRUE(link_of("RMSEWithUncertainty").warnings.empty());
  EXPECT_FALSE(link_of("PythonUserDefinedPerObject").has_response);
  EXPECT_EQ(link_of("PythonUserDefinedPerObject").warnings.size(), 1U);
}

TEST(CatboostMeaning, LossMayStandInTextAndInASumOfModels) {
  auto document = example();
  info(document)["params"] = R"({"loss_function": {"type": "Poisson", "params": {}}, "iterations": 3})";
  EXPECT_EQ(read(document).objective, "Poisson");
  info(document).erase("params");
  info(document)["loss_function"] = R"({"type":"Tweedie","params":{}})";
  info(document)["model0:params"] = {{"loss_function", {{"type", "RMSE"}}}};
  EXPECT_EQ(read(document).objective, "Tweedie");
  info(document) = Json::object();
  EXPECT_FALSE(read(document).has_response);
}

TEST(CatboostMeaning, ClassesNameTheOutputs) {
  auto document = example();
  document["oblivious_trees"][0]["leaf_values"] = std::vector<int>(8, 1);
  document["scale_and_bias"] = Json::parse("[1, [0, 0]]");
  auto const labels_of = [&](char const* classes, char const* loss = "MultiClass") {
    info(document)["params"]["loss_function"]["type"] = loss;
    info(document)["class_params"] = Json::parse(classes);
    return read(document).labels;
  };
  EXPECT_EQ(labels_of(R"({"class_names": ["a", "b", "c"], "class_to_label": [0, 2], "class_label_type": "String"})"),
            (Strings{"a", "c"}));
  EXPECT_EQ(labels_of(R"({"class_names": [0.5, 3.0], "class_to_label": [0, 1]})"), (Strings{"0.5", "3"}));
  EXPECT_EQ(labels_of(R"({"class_names": [false, true], "class_to_label": [0, 1]})"), (Strings{"False", "True"}));
  EXPECT_EQ(labels_of(R"({"class_names": [], "class_to_label": [0, 4], "classes_count": 6})"), (Strings{"0", "4"}));
  EXPECT_EQ(labels_of(R"({"class_names": [0, 1], "class_to_label": [0, 1]})", "MultiLogloss"), Strings{});
}

TEST(CatboostMeaning, ClassThatIsATextNamesTheOneOutput) {
  auto document = example();
  info(document)["params"]["loss_function"]["type"] = "Logloss";
  info(document)["class_params"] =
      Json::parse(R"({"class_names": ["no", "yes"], "class_to_label": [0, 1], "class_label_type": "String"})");
  EXPECT_EQ(read(document).labels, Strings{"yes"});
  info(document)["class_params"] = Json::parse(R"({"class_names": [0, 1], "class_to_label": [0, 1]})");
  EXPECT_EQ(read(document).labels, Strings{});
}

TEST(CatboostMeaning, UnnamedAmongNamedFeaturesIsCalledByItsColumn) {
  auto document = example();
  EXPECT_FALSE(read(document).named_features);
  document["features_info"]["float_features"][1]["feature_id"] = "x";
  auto const ensemble = read(document);
  EXPECT_TRUE(ensemble.named_features);
  EXPECT_EQ(ensemble.features[0].name, "0");
  EXPECT_EQ(ensemble.features[1].name, "1");
  EXPECT_EQ(ensemble.features[2].name, "x");
}

TEST(CatboostMeaning, VersionIsReadWhereTheFileHasOne) {
  auto document = example();
  EXPECT_EQ(read(document).version, "");
  info(document)["catboost_version_info"] = "Arc info:\n    Summary: No VCS\n";
  EXPECT_EQ(read(document).version, "");
  info(document)["catboost_version_info"] =
      "  Branch: tags/v1.2.10\n  Summary: CatBoost release 1.2.10. commit_hash:f8";
  EXPECT_EQ(read(document).version, "1.2.10");
  EXPECT_TRUE(read(document).warnings.empty());
  info(document)["catboost_version_info"] = "  Branch: tags/v1.3\n";
  EXPECT_EQ(read(document).warnings.size(), 1U);
}

}  // namespace
}  // namespace limpid
