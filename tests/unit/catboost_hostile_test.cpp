/// Damaged and hostile CatBoost files, and what cannot be explained: each gets one error that says what was found.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "model/read_model.h"
#include "unit/model_errors.h"

namespace limpid {
namespace {

using Json = nlohmann::json;

std::string read_fixture(std::string const& name) {
  std::ifstream in(std::string(LIMPID_FIXTURES) + "/catboost/1.2.10/" + name + ".json", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json good(std::string const& name) { return Json::parse(read_fixture(name)); }
Json& tree_of(Json& document) { return document[document.contains("trees") ? "trees" : "oblivious_trees"][0]; }
Json& split_of(Json& document) {
  return document.contains("trees") ? tree_of(document)["split"] : tree_of(document)["splits"][0];
}
Json& feature_of(Json& document) { return document["features_info"]["float_features"][0]; }
Json& classes_of(Json& document) { return document["model_info"]["class_params"]; }

Ensemble read(Json const& document, bool allow_unknown = false) {
  return model::read_model(document.dump(), "m.json", {"auto", allow_unknown});
}

struct Damage {
  char const* name;
  char const* fixture;
  std::function<void(Json&)> apply;
  char const* code;
  char const* message;
};

// binary: three splits, 8 leaves of one value; multi: of three; lossguide: nodes; one_hot: 13 category texts.
std::vector<Damage> const kTreeDamages = {
    {"ValuesShort", "binary", [](Json& d) { tree_of(d)["leaf_values"].erase(0); }, "model.tree",
     "tree 0: 3 splits have 8 leaves, but leaf_values has 7 values"},
    {"ValuesNone", "binary", [](Json& d) { tree_of(d)["leaf_values"] = Json::array(); }, "model.tree", "has 0 values"},
    {"ValuesTwice", "binary",
     [](Json& d) {
       for (int i = 0; i < 8; ++i) tree_of(d)["leaf_values"].push_back(0.5);
     },
     "model.tree", "tree 1: its leaves have 1 values, those of the trees before 2"},
    {"WeightsShort", "binary", [](Json& d) { tree_of(d)["leaf_weights"].erase(0); }, "model.tree",
     "but leaf_weights has 7 values"},
    {"WeightNegative", "binary", [](Json& d) { tree_of(d)["leaf_weights"][3] = -1; }, "model.tree",
     "the weight of leaf 3 is negative"},
    {"TooDeep", "binary",
     [](Json& d) {
       for (int i = 0; i < 14; ++i) tree_of(d)["splits"].push_back(tree_of(d)["splits"][0]);
     },
     "model.tree", "tree 0: it is deeper than 16 splits"},
    {"SixteenSplitsOfEightLeaves", "binary",
     [](Json& d) {
       for (int i = 0; i < 13; ++i) tree_of(d)["splits"].push_back(tree_of(d)["splits"][0]);
     },
     "model.tree", "16 splits have 65536 leaves, but leaf_values has 8 values"},
    {"NoSplits", "binary", [](Json& d) { tree_of(d).erase("splits"); }, "model.format", "the tree has no 'splits'"},
    {"NoValues", "binary", [](Json& d) { tree_of(d).erase("leaf_values"); }, "model.format", "has no 'leaf_values'"},
    {"ValueHuge", "binary", [](Json& d) { tree_of(d)["leaf_values"][2] = "x"; }, "model.format", "expected a number"},
    {"BorderHuge", "binary", [](Json& d) { split_of(d)["border"] = 1e39; }, "model.tree", "a border that a float can"},
    {"BorderNone", "binary", [](Json& d) { split_of(d)["border"] = nullptr; }, "model.format", "expected a number"},
    {"FeatureOutside", "binary", [](Json& d) { split_of(d)["float_feature_index"] = 6; }, "model.tree",
     "it splits on float feature 6, but there are 6"},
    {"FeatureNegative", "binary", [](Json& d) { split_of(d)["float_feature_index"] = -1; }, "model.format",
     "float_feature_index' is -1, expected 0 to"},
    {"FeatureHuge", "binary", [](Json& d) { split_of(d)["float_feature_index"] = INT64_MAX; }, "model.format",
     "9223372036854775807"},
    {"NoFeature", "binary", [](Json& d) { split_of(d).erase("float_feature_index"); }, "model.tree",
     "needs float_feature_index"},
    {"CategoryNone", "binary",
     [](Json& d) {
       split_of(d) = {{"split_type", "OneHotFeature"}, {"cat_feature_index", 0}, {"value", 7}};
     },
     "model.tree", "it splits on categorical feature 0, but there are 0"},
    {"HashHuge", "binary",
     [](Json& d) {
       split_of(d) = {{"split_type", "OneHotFeature"}, {"cat_feature_index", 0}, {"value", INT64_MAX}};
     },
     "model.tree", "expected a hash of 32 bits"},
    {"NoValue", "binary",
     [](Json& d) {
       split_of(d) = {{"split_type", "OneHotFeature"}, {"cat_feature_index", 0}};
     },
     "model.tree", "needs cat_feature_index and value"},
    {"SplitType", "binary", [](Json& d) { split_of(d)["split_type"] = "Oblique"; }, "model.format",
     "tree 0 splits on an unknown kind of split ('Oblique')"},
    {"Estimated", "binary", [](Json& d) { split_of(d)["split_type"] = "EstimatedFeature"; }, "model.format",
     "estimated from text or embeddings"},
    {"NodeWithoutRight", "lossguide", [](Json& d) { tree_of(d).erase("right"); }, "model.tree",
     "tree 0: node 0 has neither a value alone nor split, left and right"},
    {"NodeWithoutSplit", "lossguide", [](Json& d) { tree_of(d).erase("split"); }, "model.tree", "node 0 has neither"},
    {"NodeWithBoth", "lossguide", [](Json& d) { tree_of(d)["value"] = 1.0; }, "model.tree", "node 0 has neither"},
    {"NodeEmpty", "lossguide", [](Json& d) { tree_of(d)["left"] = Json::object(); }, "model.tree",
     "tree 0: node 1 has neither"},
    {"LeafOfTwoValues", "lossguide",
     [](Json& d) {
       tree_of(d)["right"] = {{"value", {1.0, 2.0}}, {"weight", 3}};
     },
     "model.tree", "has 2 values, unlike the one before"},
    {"LeafOfNoValue", "lossguide",
     [](Json& d) {
       tree_of(d)["left"] = {{"value", Json::array()}, {"weight", 3}};
     },
     "model.tree", "leaf 0 has 0 values"},
    {"LeafWithoutWeight", "lossguide",
     [](Json& d) {
       tree_of(d)["right"] = {{"value", 1.0}};
     },
     "model.tree", "leaves have a weight"},
};

std::vector<Damage> const kDocumentDamages = {
    {"NoTrees", "binary", [](Json& d) { d.erase("oblivious_trees"); }, "model.format", "neither oblivious_trees nor"},
    {"BothTrees", "binary", [](Json& d) { d["trees"] = Json::array(); }, "model.format", "both oblivious_trees and"},
    {"NoFeatures", "binary", [](Json& d) { d.erase("features_info"); }, "model.format", "has no features_info"},
    {"FeaturesEmpty", "binary", [](Json& d) { d["features_info"]["float_features"] = Json::array(); }, "model.format",
     "has no features"},
    {"Treatment", "binary", [](Json& d) { feature_of(d)["nan_value_treatment"] = "AsZero"; }, "model.format",
     "nan_value_treatment is 'AsZero'"},
    {"ColumnOutside", "binary", [](Json& d) { feature_of(d)["flat_feature_index"] = 6; }, "model.format",
     "flat_feature_index 6, but there are 6 float and categorical features"},
    {"ColumnTwice", "binary", [](Json& d) { feature_of(d)["flat_feature_index"] = 1; }, "model.format",
     "two features have flat_feature_index 1"},
    {"NoColumn", "binary", [](Json& d) { feature_of(d).erase("flat_feature_index"); }, "model.format",
     "flat_feature_index -1"},
    {"IndexTwice", "binary", [](Json& d) { feature_of(d)["feature_index"] = 1; }, "model.format", "feature_index 1"},
    {"IndexHuge", "binary", [](Json& d) { feature_of(d)["feature_index"] = 4000000; }, "model.format",
     "feature_index 4000000 comes twice or is not below 6"},
    {"NamesTwin", "binary", [](Json& d) { feature_of(d)["feature_id"] = feature_of(d)["feature_name"] = "income"; },
     "model.format", "two features are named 'income'"},
    {"BiasCount", "binary", [](Json& d) { d["scale_and_bias"] = Json::parse("[1, [0, 0]]"); }, "model.format",
     "scale_and_bias has 2 biases, but the leaves have 1 values"},
    {"ScaleEmpty", "binary", [](Json& d) { d["scale_and_bias"] = Json::array(); }, "model.format", "is empty"},
    {"ScaleAlone", "binary", [](Json& d) { d["scale_and_bias"] = {1}; }, "model.format", "has no bias"},
    {"ScaleHuge", "binary", [](Json& d) { d["scale_and_bias"] = Json::parse("[1, [0], 2]"); }, "model.format",
     "more than two entries"},
    {"Softmax", "binary", [](Json& d) { d["model_info"]["params"]["loss_function"]["type"] = "MultiClass"; },
     "model.format", "MultiClass with leaves of one value"},
    {"ParametersText", "binary", [](Json& d) { d["model_info"]["params"] = "{"; }, "model.format",
     "'model_info/params' is a text that should hold JSON"},
    {"ClassOutside", "multi", [](Json& d) { classes_of(d)["class_to_label"][2] = 3; }, "model.format",
     "class_to_label has 3, but there are 3 class_names"},
    {"ClassFraction", "multi", [](Json& d) { classes_of(d)["class_to_label"][2] = 1.5; }, "model.format",
     "class_to_label has 1.5"},
    {"ClassTwin", "multi", [](Json& d) { classes_of(d)["class_names"][2] = "low"; }, "model.format",
     "two classes are named 'low'"},
    {"HashTwice", "one_hot",
     [](Json& d) {
       auto& texts = d["features_info"]["cat_features_hash"];
       texts[1]["hash"] = texts[0]["hash"];
     },
     "model.format", "cat_features_hash has two texts for the hash"},
    {"HashNone", "one_hot", [](Json& d) { d["features_info"]["cat_features_hash"][0].erase("hash"); }, "model.format",
     "has no 'hash'"},
    {"HashOutside", "one_hot", [](Json& d) { d["features_info"]["cat_features_hash"][0]["hash"] = -1; }, "model.format",
     "hash' is -1, expected 0 to 4294967295"},
    {"NoHashes", "one_hot", [](Json& d) { d["features_info"].erase("cat_features_hash"); }, "model.format",
     "whose text the file does not have"},
    {"UnknownKey", "binary", [](Json& d) { d["novelty"] = 1; }, "model.version", "the key 'novelty'"},
    {"UnknownTreeKey", "binary", [](Json& d) { tree_of(d)["slope"] = 1; }, "model.version", "oblivious_trees/slope'"},
    {"UnknownNodeKey", "lossguide", [](Json& d) { tree_of(d)["slope"] = 1; }, "model.version", "trees/slope'"},
    {"UnknownSplitKey", "binary", [](Json& d) { split_of(d)["slope"] = 1; }, "model.version", "split/slope'"},
    {"UnknownFeatureKey", "binary", [](Json& d) { feature_of(d)["slope"] = 1; }, "model.version",
     "features_info/slope'"},
    {"NewMajor", "binary",
     [](Json& d) { d["model_info"]["catboost_version_info"] = "Summary: CatBoost release 2.0.1. commit"; },
     "model.version", "written by CatBoost 2.0.1; this version was tested with 1.2"},
};

class HostileCatboost : public testing::TestWithParam<Damage> {};

TEST_P(HostileCatboost, IsRefused) {
  auto document = good(GetParam().fixture);
  ASSERT_NO_THROW(read(document));
  GetParam().apply(document);
  expect_error(document.dump(), GetParam().code, GetParam().message);
}

std::string name_of_damage(testing::TestParamInfo<Damage> const& damage) { return damage.param.name; }

INSTANTIATE_TEST_SUITE_P(Trees, HostileCatboost, testing::ValuesIn(kTreeDamages), name_of_damage);
INSTANTIATE_TEST_SUITE_P(Documents, HostileCatboost, testing::ValuesIn(kDocumentDamages), name_of_damage);

/// What these models need is in no file: the hint says how to train or save instead.
TEST(CatboostRefusal, SaysWhatToDoInstead) {
  auto const hint_of = [](std::string const& name, std::string const& message) {
    try {
      return std::to_string(read(good(name)).trees.size()) + " trees, no error";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), "model.format");
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << "found: " << error.what();
      return error.hint();
    }
  };
  EXPECT_NE(hint_of("ctr", "splits on target statistics of categories").find("one_hot_max_size"), std::string::npos);
  EXPECT_NE(hint_of("no_pool", "by its hash").find("pool=train_pool"), std::string::npos);
}

TEST(CatboostTruncation, SaysWhere) {
  auto const whole = read_fixture("lossguide");
  for (std::size_t size = 2; size < whole.size(); size += 7) {
    try {
      auto const ensemble = model::read_model({whole.data(), size}, "m.json", {"catboost", false});
      FAIL() << "cut at " << size;
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), "model.format") << "cut at " << size << ": " << error.what();
      auto const expected = "the model is truncated: it ends at byte " + std::to_string(size);
      EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << size << ": " << error.what();
    }
  }
}

TEST(CatboostNesting, IsLimited) {
  std::string nodes = R"({"features_info":{},"trees":[)";
  for (int i = 0; i < 100000; ++i) nodes += R"({"left":)";
  expect_error(nodes, "model.format", "nested deeper than 64 levels");
}

/// Two bytes each for trees of one leaf and 65,536 outputs: a gigabyte and more from four megabytes.
TEST(CatboostMemory, IsBoundedByTheBytes) {
  std::string tree = R"({"splits":[],"leaf_values":[0)";
  for (int i = 1; i < 65536; ++i) tree += ",0";
  tree += "]},";
  std::string document = R"({"features_info":{},"oblivious_trees":[)";
  for (int i = 0; i < 32; ++i) document += tree;
  expect_error(document, "model.tree", "tree 8: the trees so far need 311 MiB");
}

TEST(CatboostVersion, IsAWarningWhereThatIsAllowed) {
  auto document = good("binary");
  document["model_info"]["catboost_version_info"] = "Branch: tags/v2.1\nAuthor: x";
  document["novelty"] = 1;
  auto const model = read(document, true);
  EXPECT_EQ(model.version, "2.1");
  ASSERT_EQ(model.warnings.size(), 2U);
  EXPECT_NE(model.warnings[0].find("written by CatBoost 2.1"), std::string::npos);
  EXPECT_NE(model.warnings[1].find("'novelty'"), std::string::npos);
}

}  // namespace
}  // namespace limpid
