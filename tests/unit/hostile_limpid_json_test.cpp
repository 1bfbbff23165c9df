/// Damaged and hostile files of limpid's own JSON: each gets one error that says what was found.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "limpid_json_example.h"
#include "model/read_model.h"
#include "reference/tree_walk.h"
#include "unit/model_errors.h"

namespace limpid {
namespace {

using Json = nlohmann::json;
using limpid_json::example;
using limpid_json::good;
using limpid_json::tree_of;

struct Damage {
  char const* name;
  std::function<void(Json&)> apply;
  char const* code;
  char const* message;
};

void set(Json& document, char const* path, char const* value) {
  document[Json::json_pointer(path)] = Json::parse(value);
}

std::vector<Damage> const kHeaderDamages = {
    {"Schema", [](Json& d) { d["limpid_model"] = 2; }, "model.version", "is of version 2 of the schema"},
    {"SchemaZero", [](Json& d) { d["limpid_model"] = 0; }, "model.format", "should be the version of the schema"},
    {"SchemaText", [](Json& d) { d["limpid_model"] = "1"; }, "model.format", "expected a whole number"},
    {"UnknownKey", [](Json& d) { d["trees_"] = 1; }, "model.version", "the key 'trees_', which this version does not"},
    {"UnknownTreeKey", [](Json& d) { tree_of(d)["slope"] = 1; }, "model.version", "'trees/slope'"},
    {"UnknownFeatureKey", [](Json& d) { d["features"][0]["type"] = 1; }, "model.version", "'features/type'"},
    {"NoSplit", [](Json& d) { d.erase("split"); }, "model.format", "has no 'split', expected '<', '<='"},
    {"Split", [](Json& d) { d["split"] = ">"; }, "model.format", "'split' is '>', expected '<', '<='"},
    {"Link", [](Json& d) { d["link"] = "probit"; }, "model.format", "'link' is 'probit', expected 'identity'"},
    {"Input", [](Json& d) { d["input"] = "float16"; }, "model.format", "'input' is 'float16'"},
    {"Unseen", [](Json& d) { d["unseen"] = "left"; }, "model.format", "'unseen' is 'left'"},
    {"Missing", [](Json& d) { d["missing"] = "left"; }, "model.format", "'missing' is 'left', expected 'allowed'"},
    {"Softmax", [](Json& d) { d["link"] = "softmax"; }, "model.format", "'softmax', but there is one output"},
    {"NoBase", [](Json& d) { d.erase("base_margin"); }, "model.format", "has no 'base_margin'"},
    {"BaseNumber", [](Json& d) { d["base_margin"] = 1; }, "model.format", "expected an array"},
    {"Labels", [](Json& d) { set(d, "/labels", R"(["a", "b"])"); }, "model.format", "'labels' has 2 names"},
    {"LinkScale", [](Json& d) { d["link_scale"] = 0; }, "model.format", "'link_scale' is 0"},
    {"Divisor", [](Json& d) { d["divisor"] = -1; }, "model.format", "'divisor' is -1"},
    {"NoTrees", [](Json& d) { d.erase("trees"); }, "model.format", "has no 'trees'"},
    {"NoFeatures", [](Json& d) { d.erase("features"); }, "model.format", "has no 'features'"},
    {"FeaturesEmpty", [](Json& d) { d["features"] = Json::array(); }, "model.format", "has no 'features'"},
    {"NameMissing", [](Json& d) { d["features"][0].erase("name"); }, "model.format", "1 of 2 features have a name"},
    {"NameTwin", [](Json& d) { d["features"][0]["name"] = "plan"; }, "model.format", "two features are named 'plan'"},
    {"NameEmpty", [](Json& d) { d["features"][0]["name"] = ""; }, "model.format", "a feature's name is empty"},
    {"Kind", [](Json& d) { d["features"][0]["kind"] = "text"; }, "model.format", "'kind' is 'text'"},
    {"NumericCategories", [](Json& d) { d["features"][1].erase("kind"); }, "model.format", "kind is not categorical"},
    {"NumericFeatureWithSet", [](Json& d) { tree_of(d)["feature"][2] = 0; }, "model.tree", "both numeric and"},
    {"SetOfANumber", [](Json& d) { set(d, "/features/1", R"({"name": "plan"})"); }, "model.format",
     "tree 0 has a categorical test of feature 1, whose kind is another"},
    {"NumberOfACategory", [](Json& d) { d["features"][0]["kind"] = "categorical"; }, "model.format",
     "tree 0 has a numeric test of feature 0, whose kind is another"},
    {"CategoryTwin", [](Json& d) { d["features"][1]["categories"][0] = "pro"; }, "model.format",
     "two categories are 'pro'"},
    {"CategoryMix", [](Json& d) { d["features"][1]["categories"][1] = 3; }, "model.format", "mixes texts and numbers"},
    {"CategoriesEmpty", [](Json& d) { d["features"][1]["categories"] = Json::array(); }, "model.format", "is empty"},
};

std::vector<Damage> const kTreeDamages = {
    {"Cycle", [](Json& d) { tree_of(d)["left"][2] = 0; }, "model.tree", "node 0 is reached twice"},
    {"TwoParents", [](Json& d) { tree_of(d)["left"][2] = 4; }, "model.tree", "node 4 is reached twice"},
    {"ChildOutside", [](Json& d) { tree_of(d)["left"][0] = 5; }, "model.tree", "child of node 0 is 5"},
    {"ChildNegative", [](Json& d) { tree_of(d)["right"][0] = -1; }, "model.tree", "right child of node 0 is -1"},
    {"ChildOfSetNegative", [](Json& d) { tree_of(d)["right"][2] = -1; }, "model.tree", "right child of node 2 is -1"},
    {"ChildHuge", [](Json& d) { tree_of(d)["left"][0] = INT64_MAX; }, "model.format", "a whole number of 32 bits"},
    {"Unreachable", [](Json& d) { tree_of(d)["left"][2] = -1; }, "model.tree", "2 nodes cannot be reached"},
    {"Empty", [](Json& d) { tree_of(d) = Json::object(); }, "model.tree", "'left' is missing or empty"},
    {"RightMissing", [](Json& d) { tree_of(d).erase("right"); }, "model.tree",
     "'right' has 0 numbers, but 'left' has 5"},
    {"FeatureShort", [](Json& d) { tree_of(d)["feature"].erase(0); }, "model.tree", "'feature' has 4 numbers"},
    {"ThresholdShort", [](Json& d) { tree_of(d)["threshold"].erase(0); }, "model.tree", "'threshold' has 4 numbers"},
    {"CoverShort", [](Json& d) { tree_of(d)["cover"].erase(0); }, "model.tree", "'cover' has 4 numbers"},
    {"MissingShort", [](Json& d) { tree_of(d)["missing_left"].erase(0); }, "model.tree", "'missing_left' has 4"},
    {"ValueShort", [](Json& d) { tree_of(d)["value"].erase(0); }, "model.tree", "'value' has 4 numbers, expected 5"},
    {"ValueLong", [](Json& d) { tree_of(d)["value"].push_back(0); }, "model.tree", "'value' has 6 numbers"},
    {"ValueOfMore", [](Json& d) { set(d, "/trees/0/value", "[0,0,0,0,0,0,0,0,0,0]"); }, "model.tree",
     "it has 1 values per node, the trees before it have 2"},
    {"ValueOfTwoOutputs",
     [](Json& d) {
       set(d, "/trees/0/value", "[0,0,0,0,0,0,0,0,0,0]");
       d["trees"].erase(1);
     },
     "model.format", "the trees have 2 values per node, but 'base_margin' 1"},
    {"FeatureOutside", [](Json& d) { tree_of(d)["feature"][0] = 2; }, "model.tree", "splits on feature 2"},
    {"FeatureNegative", [](Json& d) { tree_of(d)["feature"][0] = -1; }, "model.tree", "splits on feature -1"},
    {"MissingTwo", [](Json& d) { tree_of(d)["missing_left"][2] = 2; }, "model.tree", "is 2, expected 0 or 1"},
    {"SetOutside", [](Json& d) { tree_of(d)["category_set"][2] = 1; }, "model.tree", "has category set 1 of 1"},
    {"SetNegative", [](Json& d) { tree_of(d)["category_set"][2] = -2; }, "model.tree", "has category set -2"},
    {"CodeNegative", [](Json& d) { tree_of(d)["sets"][0][0] = -1; }, "model.format", "a set has category -1"},
    {"CodeHuge", [](Json& d) { tree_of(d)["sets"][0][0] = 16777216; }, "model.format", "expected 0 to 16777215"},
    {"CodeOfNoCategory", [](Json& d) { tree_of(d)["sets"][0][0] = 3; }, "model.format", "which has 3 categories"},
    {"SetsFlat", [](Json& d) { set(d, "/trees/0/sets", "[0, 2]"); }, "model.format", "expected an array"},
    {"Output", [](Json& d) { tree_of(d)["output"] = 1; }, "model.tree", "adds to output 1, but the model has 1"},
    {"OutputNegative", [](Json& d) { tree_of(d)["output"] = -1; }, "model.format", "'output' is -1"},
    {"RoundSkipped", [](Json& d) { d["trees"][1]["round"] = 2; }, "model.format", "rounds count up from 0"},
    {"RoundFalls", [](Json& d) { tree_of(d)["round"] = 1; }, "model.format", "rounds count up from 0"},
    {"RoundHuge", [](Json& d) { tree_of(d)["round"] = INT64_MAX; }, "model.format", "'round' is 9223372036854775807"},
    {"NotATree", [](Json& d) { tree_of(d) = 5; }, "model.format", "expected an object"},
};

class HostileLimpidJson : public testing::TestWithParam<Damage> {};

TEST_P(HostileLimpidJson, IsRefused) {
  auto document = good();
  GetParam().apply(document);
  expect_error(document.dump(), GetParam().code, GetParam().message);
}

std::string name_of_damage(testing::TestParamInfo<Damage> const& damage) { return damage.param.name; }

INSTANTIATE_TEST_SUITE_P(Header, HostileLimpidJson, testing::ValuesIn(kHeaderDamages), name_of_damage);
INSTANTIATE_TEST_SUITE_P(Trees, HostileLimpidJson, testing::ValuesIn(kTreeDamages), name_of_damage);

/// Numbers that nlohmann's writer does not write.
TEST(DamagedLimpidJson, NumbersThatAreNone) {
  auto const with = [](std::string const& from, std::string const& to) {
    auto text = example();
    return text.replace(text.find(from), from.size(), to);
  };
  expect_error(with("[6, 0", "[NaN, 0"), "model.tree", "tree 0: the threshold of node 0 is NaN");
  expect_error(with("1.25", "Infinity"), "model.tree", "the value of leaf 1 is not finite");
  expect_error(with("1.25", "1e400"), "model.format", "a number that a double can hold");
  expect_error(with("[-0.5]", "[NaN]"), "model.format", "'base_margin' should be finite");
  expect_error(with("[100, 40", "[NaN, 40"), "model.tree", "the cover of node 0 is not finite");
  expect_error(with("\"round\": 1", "\"weight\": Infinity"), "model.format", "'weight' should be a finite number");
  expect_error(with("\"trees\": [", "\"trees\": [], \"trees\": ["), "model.format", "'trees' appears twice");
  expect_error(with("\"left\": [1", "\"left\": [], \"left\": [1"), "model.format", "'left' appears twice");
  auto const margin_of = [](std::string const& text, std::vector<double> const& row) {
    return reference::margin(model::read_model(text, "m"), row).at(0);
  };
  EXPECT_EQ(margin_of(with("[6, 0", "[Infinity, 0"), {1e300, 2}), 0.875);
  EXPECT_EQ(margin_of(with("[6, 0", "[-Infinity, 0"), {-1e300, 2}), 0.125);
}

TEST(DamagedLimpidJson, TruncationSaysWhere) {
  auto const whole = example();
  for (std::size_t size = 20; size < whole.rfind('}'); ++size)
    expect_error(whole.substr(0, size), "model.format", "truncated: it ends at byte " + std::to_string(size));
}

TEST(DamagedLimpidJson, LongChainsEndInAnError) {
  auto document = good();
  std::vector<int> left(20001, -1);
  std::vector<int> right(20001, -1);
  for (std::size_t n = 0; n + 2 < left.size(); n += 2) {
    left[n] = static_cast<int>(n) + 1;
    right[n] = static_cast<int>(n) + 2;
  }
  std::vector<int> const zeros(left.size(), 0);
  document["trees"] = {{{"left", left}, {"right", right}, {"feature", zeros}, {"threshold", zeros}, {"value", zeros}}};
  expect_error(document.dump(), "model.tree", "it is deeper than 4096 levels");
}

/// A few bytes must not become gigabytes: one tree of many outputs would copy its sets as often.
TEST(DamagedLimpidJson, SetsTimesOutputsAreLimited) {
  auto document = good();
  document["base_margin"] = std::vector<int>(60000, 0);
  document.erase("labels");
  std::vector<int> codes(3000);
  for (int c = 0; c < 3000; ++c) codes[static_cast<std::size_t>(c)] = c;
  document["trees"] = {{{"left", {-1}},
                        {"right", {-1}},
                        {"feature", {-1}},
                        {"threshold", {0}},
                        {"sets", {codes}},
                        {"value", std::vector<int>(60000, 0)}}};
  expect_error(document.dump(), "model.tree", "its sets are too large");
}

}  // namespace
}  // namespace limpid
