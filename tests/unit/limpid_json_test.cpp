/// limpid's own JSON: the example of docs/model_json.md, and what every field means.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limpid_json_example.h"
#include "model/read_model.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using Json = nlohmann::json;
using limpid_json::example;
using limpid_json::good;
using limpid_json::tree_of;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

Ensemble read(Json const& document) { return model::read_model(document.dump(), "m.json"); }

double margin_of(Ensemble const& ensemble, std::vector<double> const& row, std::size_t output = 0) {
  return reference::margin(ensemble, row).at(output);
}

TEST(LimpidJson, ExampleOfThePageMeansWhatItSays) {
  auto const ensemble = model::read_model(example(), "m.json");
  EXPECT_EQ(ensemble.library, "example");
  EXPECT_EQ(ensemble.version, "1.0");
  EXPECT_EQ(ensemble.format, "limpid-json");
  EXPECT_EQ(ensemble.objective, "churn");
  EXPECT_EQ(ensemble.link, Link::kSigmoid);
  EXPECT_EQ(ensemble.input_cast, InputCast::kFloat64);
  EXPECT_EQ(ensemble.unseen_category, UnseenCategory::kMissing);
  EXPECT_EQ(ensemble.labels, std::vector<std::string>{"leaves"});
  EXPECT_TRUE(ensemble.named_features);
  ASSERT_EQ(ensemble.features.size(), 2U);
  EXPECT_EQ(ensemble.features[0].name, "months");
  EXPECT_EQ(ensemble.features[1].kind, FeatureKind::kCategorical);
  EXPECT_EQ(ensemble.features[1].categories, (std::vector<std::string>{"basic", "plus", "pro"}));
  EXPECT_EQ(ensemble.rounds, 2);
  EXPECT_EQ(ensemble.trees_per_round, 1);
  EXPECT_TRUE(ensemble.warnings.empty());
  ASSERT_EQ(ensemble.trees.size(), 2U);
  EXPECT_EQ(margin_of(ensemble, {12, 2}), 0.125);          // the page's own row
  EXPECT_EQ(margin_of(ensemble, {12, kMissing}), -1.125);  // and its second
}

TEST(LimpidJson, RowsOnThresholdsAndSets) {
  auto const ensemble = read(good());
  auto const above_six = std::nextafter(6.0, 7.0);
  EXPECT_EQ(margin_of(ensemble, {6, 1}), 0.875);  // 6 <= 6: node 1, value 1.25
  EXPECT_EQ(margin_of(ensemble, {kMissing, 1}), 0.875);
  EXPECT_EQ(margin_of(ensemble, {above_six, 0}), 0.125);
  EXPECT_EQ(margin_of(ensemble, {above_six, 1}), -1.125);
  EXPECT_EQ(margin_of(ensemble, {above_six, 7}), -1.125);  // in no set
  EXPECT_EQ(margin_of(ensemble, {above_six, -1}), -1.125);
  auto strict = good();
  strict["split"] = "<";
  EXPECT_EQ(margin_of(read(strict), {6, 1}), -1.125);
  EXPECT_EQ(margin_of(read(strict), {std::nextafter(6.0, 5.0), 1}), 0.875);
}

TEST(LimpidJson, MissingValuesOfASetGoWhereTheFileSays) {
  auto document = good();
  tree_of(document)["missing_left"][2] = 1;
  EXPECT_EQ(margin_of(read(document), {12, kMissing}), 0.125);
  EXPECT_EQ(margin_of(read(document), {12, 7}), -1.125);
  tree_of(document).erase("missing_left");
  EXPECT_EQ(margin_of(read(document), {kMissing, 2}), 0.125);  // all go right: node 2, then the set
}

TEST(LimpidJson, CoversAndNodesStayTogether) {
  auto document = good();  // the same tree with its nodes in another order
  tree_of(document) = Json::parse(R"({"left": [2, -1, -1, -1, 1], "right": [4, -1, -1, -1, 3],
    "feature": [0, 9, 9, 9, 1], "threshold": [6, 1, 1, 1, 1], "missing_left": [1, 1, 1, 1, 0],
    "category_set": [-1, 5, 5, 5, 0], "sets": [[2, 0, 2]], "value": [3, 0.5, 1.25, -0.75, 3],
    "cover": [100, 25, 40, 35, 60]})");
  auto const ensemble = read(document);
  auto const expected = read(good());
  Tree const& tree = ensemble.trees[0];
  Tree const& other = expected.trees[0];
  EXPECT_EQ(tree.left, other.left);
  EXPECT_EQ(tree.right, other.right);
  EXPECT_EQ(tree.feature, other.feature);
  EXPECT_EQ(tree.threshold, other.threshold);
  EXPECT_EQ(tree.missing_left, other.missing_left);
  EXPECT_EQ(tree.category_set, other.category_set);
  EXPECT_EQ(tree.sets, other.sets);
  EXPECT_EQ(tree.value, other.value);
  EXPECT_EQ(tree.cover, other.cover);
}

TEST(LimpidJson, ValuesOfAllOutputsInOneTree) {
  auto document = good();
  document["link"] = "softmax";
  document["base_margin"] = {0.5, -1, 2};
  document["labels"] = {"a", "b", "c"};
  document["divisor"] = 2;
  document["trees"] = Json::parse(R"([{"left": [1, -1, -1], "right": [2, -1, -1], "feature": [0, -1, -1],
    "threshold": [6, 0, 0], "value": [0, 0, 0, 1, 2, 3, 4, 5, 6]}])");
  auto const ensemble = read(document);
  EXPECT_EQ(ensemble.outputs_per_tree, 3);
  EXPECT_EQ(ensemble.trees_per_round, 1);
  ASSERT_EQ(ensemble.trees.size(), 3U);
  EXPECT_EQ(reference::margin(ensemble, std::vector<double>{0, 0}), (std::vector<double>{1.0, 0.0, 3.5}));
  EXPECT_EQ(reference::margin(ensemble, std::vector<double>{7, 0}), (std::vector<double>{2.5, 1.5, 5.0}));
}

TEST(LimpidJson, FieldsOfTheHeader) {
  auto document = good();
  document["link"] = "exp";
  document["link_scale"] = -0.25;
  document["divisor"] = 4;
  document["input"] = "float32";
  document["sums"] = "float32";
  document["base_last"] = true;
  document["unseen"] = "other";
  document["missing"] = "error";
  document["features"][1]["categories"] = {3, 0.5, 20};
  tree_of(document)["weight"] = 0.1;
  tree_of(document)["zero_missing"] = {1, 0, 0, 0, 0};
  auto const ensemble = read(document);
  EXPECT_EQ(ensemble.link, Link::kExp);
  EXPECT_EQ(ensemble.link_scale, -0.25);
  EXPECT_EQ(ensemble.divisor, 4.0);
  EXPECT_EQ(ensemble.input_cast, InputCast::kFloat32);
  EXPECT_TRUE(ensemble.sums_float32);
  EXPECT_TRUE(ensemble.base_last);
  EXPECT_EQ(ensemble.unseen_category, UnseenCategory::kOther);
  EXPECT_TRUE(ensemble.refuses_missing);
  EXPECT_EQ(ensemble.features[1].categories, (std::vector<std::string>{"3", "0.5", "20"}));
  EXPECT_TRUE(ensemble.features[1].numeric_categories);
  EXPECT_EQ(ensemble.trees[0].weight, 0.1);
  EXPECT_EQ(ensemble.trees[0].zero_missing, (std::vector<std::uint8_t>{1, 0, 0, 0, 0}));
  EXPECT_TRUE(ensemble.trees[1].zero_missing.empty());
}

TEST(LimpidJson, WithoutResponse) {
  auto document = good();
  document["link"] = "none";
  EXPECT_FALSE(read(document).has_response);
}

TEST(LimpidJson, DefaultsAreThoseOfThePage) {
  std::string const least = R"({"limpid_model":1,"split":"<","base_margin":[0],"features":[{}],"trees":[]})";
  auto const ensemble = model::read_model(least, "m.json");
  EXPECT_EQ(ensemble.library, "unknown");
  EXPECT_EQ(ensemble.link, Link::kIdentity);
  EXPECT_TRUE(ensemble.has_response);
  EXPECT_EQ(ensemble.link_scale, 1.0);
  EXPECT_EQ(ensemble.divisor, 1.0);
  EXPECT_EQ(ensemble.input_cast, InputCast::kFloat64);
  EXPECT_FALSE(ensemble.sums_float32);
  EXPECT_FALSE(ensemble.base_last);
  EXPECT_EQ(ensemble.unseen_category, UnseenCategory::kError);
  EXPECT_FALSE(ensemble.refuses_missing);
  EXPECT_FALSE(ensemble.named_features);
  EXPECT_EQ(ensemble.features.at(0).kind, FeatureKind::kNumeric);
  EXPECT_EQ(ensemble.rounds, 0);
}

TEST(LimpidJson, UnknownKeysAreAllowedOnRequest) {
  auto document = good();
  document["limpid_model"] = 2;
  document["novelty"] = {1, {{"a", "]"}}};
  tree_of(document)["leaf_slope"] = 1;
  document["features"][0]["unit"] = "month";
  LoadOptions options;
  options.allow_unknown_version = true;
  auto const ensemble = model::read_model(document.dump(), "m.json", options);
  ASSERT_EQ(ensemble.warnings.size(), 4U);
  EXPECT_EQ(ensemble.warnings[0], "the model is of version 2 of the schema, this limpid reads 1");
  EXPECT_EQ(margin_of(ensemble, {12, 2}), 0.125);
}

}  // namespace
}  // namespace limpid
