/// Damaged and hostile model files: each gets one error that says what was found, and none crashes, hangs or takes
/// much memory.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "model/read_model.h"

namespace limpid {
namespace {

using Json = nlohmann::json;

std::string read_fixture(std::string const& name) {
  std::ifstream in(std::string(LIMPID_FIXTURES) + "/xgboost/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json good() { return Json::parse(read_fixture("3.4.1/binary.json")); }
Json& model_of(Json& document) { return document["learner"]["gradient_booster"]["model"]; }
Json& tree_of(Json& document) { return model_of(document)["trees"][0]; }
Json& parameters_of(Json& document) { return document["learner"]["learner_model_param"]; }

void expect_error(std::string const& bytes, std::string const& code, std::string const& message) {
  try {
    auto const ensemble = model::read_model(bytes, "m.json");
    FAIL() << "no error; expected " << code << ": " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_EQ(error.exit_code(), 4);
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << "found: " << error.what();
    EXPECT_NE(error.where().find("m.json"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

struct Damage {
  char const* name;
  std::function<void(Json&)> apply;
  char const* code;
  char const* message;
};

// The tree has 13 nodes: 0 is the root with children 1 and 2.
std::vector<Damage> const kTreeDamages = {
    {"Cycle", [](Json& d) { tree_of(d)["left_children"][1] = 0; }, "model.tree", "node 0 is reached twice"},
    {"OwnChild", [](Json& d) { tree_of(d)["left_children"][0] = 0; }, "model.tree", "node 0 is reached twice"},
    {"TwoParents", [](Json& d) { tree_of(d)["left_children"][1] = 2; }, "model.tree", "a cycle or two parents"},
    {"ChildOutside", [](Json& d) { tree_of(d)["right_children"][0] = 99; }, "model.tree",
     "the right child of node 0 is 99"},
    {"ChildNegative", [](Json& d) { tree_of(d)["right_children"][0] = -1; }, "model.tree",
     "the right child of node 0 is -1"},
    {"ChildHuge", [](Json& d) { tree_of(d)["left_children"][0] = INT64_MAX; }, "model.format",
     "expected a whole number of 32 bits"},
    {"NodesHuge", [](Json& d) { tree_of(d)["tree_param"]["num_nodes"] = "2147483648"; }, "model.tree",
     "num_nodes is 2147483648"},
    {"NodesNone", [](Json& d) { tree_of(d)["tree_param"]["num_nodes"] = "0"; }, "model.tree", "num_nodes is 0"},
    {"NodesOneMore", [](Json& d) { tree_of(d)["tree_param"]["num_nodes"] = "14"; }, "model.tree",
     "expected num_nodes = 14"},
    {"NodesText", [](Json& d) { tree_of(d)["tree_param"]["num_nodes"] = "many"; }, "model.format",
     "should be a whole number, found 'many'"},
    {"ArrayShort", [](Json& d) { tree_of(d)["split_conditions"].erase(0); }, "model.tree", "split_conditions has"},
    {"HessianShort", [](Json& d) { tree_of(d)["sum_hessian"].erase(0); }, "model.tree", "sum_hessian has"},
    {"Unreachable", [](Json& d) { tree_of(d)["left_children"][1] = tree_of(d)["right_children"][1] = -1; },
     "model.tree", "cannot be reached from the root, but num_deleted is 0"},
    {"FeatureOutside", [](Json& d) { tree_of(d)["split_indices"][0] = 6; }, "model.tree",
     "splits on feature 6, but num_feature is 6"},
    {"FeatureNegative", [](Json& d) { tree_of(d)["split_indices"][0] = -1; }, "model.tree", "splits on feature -1"},
    {"DefaultLeft", [](Json& d) { tree_of(d)["default_left"][0] = 2; }, "model.tree", "expected 0 or 1"},
    {"SplitType", [](Json& d) { tree_of(d)["split_type"][0] = 2; }, "model.tree", "split_type of node 0 is 2"},
    {"NoCategories", [](Json& d) { tree_of(d)["split_type"][0] = 1; }, "model.tree", "categories_nodes lacks it"},
    {"Id", [](Json& d) { tree_of(d)["id"] = 5; }, "model.tree", "its id is 5, expected 0"},
    {"TreeWithoutKey", [](Json& d) { tree_of(d).erase("left_children"); }, "model.format",
     "the tree has no 'left_children'"},
    {"LeafNotFinite", [](Json& d) { tree_of(d)["split_conditions"][12] = 1e39; }, "model.tree",
     "the value of leaf 12 is not finite"},
    {"FloatInChildren", [](Json& d) { tree_of(d)["left_children"][0] = 1.5; }, "model.format",
     "expected a whole number"},
    {"TextInNumbers", [](Json& d) { tree_of(d)["split_conditions"][0] = "x"; }, "model.format", "expected a number"},
};

std::vector<Damage> const kDocumentDamages = {
    {"TreesNoArray", [](Json& d) { model_of(d)["trees"] = Json::object(); }, "model.format", "expected an array"},
    {"TreeInfoShort", [](Json& d) { model_of(d)["tree_info"].erase(0); }, "model.format",
     "tree_info has 3 entries for 4 trees"},
    {"TreeInfoOutside", [](Json& d) { model_of(d)["tree_info"][0] = 1; }, "model.format", "to output 1"},
    {"TreesMissing", [](Json& d) { model_of(d)["trees"].erase(0); }, "model.tree", "its id is 1, expected 0"},
    {"NumTrees", [](Json& d) { model_of(d)["gbtree_model_param"]["num_trees"] = "3"; }, "model.format",
     "num_trees is 3, but the file has 4 trees"},
    {"Pointers", [](Json& d) { model_of(d)["iteration_indptr"][1] = 9; }, "model.format", "iteration_indptr"},
    {"Weights", [](Json& d) { model_of(d)["weight_drop"] = {1.0}; }, "model.format",
     "weight_drop has 1 entries for 4 trees"},
    {"FeaturesHuge", [](Json& d) { parameters_of(d)["num_feature"] = "4000000000"; }, "model.format",
     "num_feature is '4000000000'"},
    {"ClassesHuge", [](Json& d) { parameters_of(d)["num_class"] = "2147483647"; }, "model.format", "num_class is"},
    {"NamesCount", [](Json& d) { d["learner"]["feature_names"].erase(0); }, "model.format",
     "feature_names has 5 entries, but num_feature is 6"},
    {"NamesTwin", [](Json& d) { d["learner"]["feature_names"][1] = "age"; }, "model.format",
     "two features are named 'age'"},
    {"Linear", [](Json& d) { d["learner"]["gradient_booster"]["name"] = "gblinear"; }, "model.format", "gblinear"},
    {"Booster", [](Json& d) { d["learner"]["gradient_booster"]["name"] = "gbwood"; }, "model.format", "'gbwood'"},
    {"NoTrees", [](Json& d) { d["learner"]["gradient_booster"].erase("model"); }, "model.format", "has no trees"},
    {"NoObjective", [](Json& d) { d["learner"].erase("objective"); }, "model.format", "names no objective"},
    {"NewMajor",
     [](Json& d) {
       d["version"] = {4, 0, 0};
     },
     "model.version", "written by XGBoost 4.0.0"},
    {"OldMajor",
     [](Json& d) {
       d["version"] = {0, 90, 0};
     },
     "model.version", "written by XGBoost 0.90.0"},
    {"NoVersion", [](Json& d) { d.erase("version"); }, "model.format", "'version' should be three numbers"},
    {"UnknownModelKey",
     [](Json& d) {
       model_of(d)["novelty"] = {1, {{"a", "]"}}};
     },
     "model.version", "'learner/gradient_booster/model/novelty'"},
    {"UnknownTreeKey", [](Json& d) { tree_of(d)["leaf_scale"] = 2; }, "model.version", "trees/leaf_scale'"},
    {"UnknownParameter", [](Json& d) { parameters_of(d)["offset"] = "1"; }, "model.version", "offset'"},
    {"BaseScoreText", [](Json& d) { parameters_of(d)["base_score"] = "half"; }, "model.format",
     "base_score is 'half', expected a finite number"},
    {"BaseScoreNone", [](Json& d) { parameters_of(d).erase("base_score"); }, "model.format", "base_score is ''"},
    {"BaseScoreNaN", [](Json& d) { parameters_of(d)["base_score"] = "[NaN]"; }, "model.format", "finite"},
    {"BaseScoreAbove", [](Json& d) { parameters_of(d)["base_score"] = "[1.5E0]"; }, "model.format",
     "expected a probability between 0 and 1"},
    {"BaseScoreCount", [](Json& d) { parameters_of(d)["base_score"] = "[5E-1,5E-1]"; }, "model.format",
     "2 values; expected 1"},
    {"BaseScoreZeroRate",
     [](Json& d) {
       d["learner"]["objective"]["name"] = "count:poisson";
       parameters_of(d)["base_score"] = "[0E0]";
     },
     "model.format", "expected a number above 0"},
    {"BestIteration", [](Json& d) { d["learner"]["attributes"]["best_iteration"] = "soon"; }, "model.format",
     "best_iteration is 'soon'"},
};

class HostileModel : public testing::TestWithParam<Damage> {};

TEST_P(HostileModel, IsRefusedInJson) {
  auto document = good();
  GetParam().apply(document);
  expect_error(document.dump(), GetParam().code, GetParam().message);
}

TEST_P(HostileModel, IsRefusedInUbjson) {
  auto document = good();
  GetParam().apply(document);
  auto const bytes = Json::to_ubjson(document, true, true);
  try {
    auto const ensemble = model::read_model({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, "m.ubj");
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), GetParam().code) << error.what();
  }
}

std::string name_of_damage(testing::TestParamInfo<Damage> const& damage) { return damage.param.name; }

INSTANTIATE_TEST_SUITE_P(Trees, HostileModel, testing::ValuesIn(kTreeDamages), name_of_damage);
INSTANTIATE_TEST_SUITE_P(Documents, HostileModel, testing::ValuesIn(kDocumentDamages), name_of_damage);

TEST(DamagedModel, UndamagedModelIsRead) {
  auto const document = good();
  auto const bytes = Json::to_ubjson(document, true, true);
  EXPECT_EQ(model::read_model(document.dump(), "m").trees.size(), 4U);
  EXPECT_EQ(model::read_model(document.dump(4), "m").trees.size(), 4U);  // indented by another program
  EXPECT_EQ(model::read_model("\xef\xbb\xbf" + document.dump(), "m").trees.size(), 4U);
  EXPECT_EQ(model::read_model({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, "m").trees.size(), 4U);
}

TEST(DamagedModel, TruncationSaysWhere) {
  for (char const* const name : {"3.4.1/binary.json", "3.4.1/binary.ubj"}) {
    auto const whole = read_fixture(name);
    for (std::size_t size = 2; size < whole.size(); size += 7) {
      try {
        auto const ensemble = model::read_model({whole.data(), size}, "m.json");
        FAIL() << name << " cut at " << size;
      } catch (Error const& error) {
        EXPECT_EQ(error.code(), "model.format") << name << " cut at " << size << ": " << error.what();
        auto const expected = "the model is truncated: it ends at byte " + std::to_string(size);
        EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << size << ": " << error.what();
      }
    }
  }
  expect_error(read_fixture("3.4.1/binary.json").substr(0, 3000), "model.format",
               "byte 3000, in tree 2, left_children");
}

TEST(UnknownVersion, IsReadWhereItIsAllowed) {
  auto document = good();
  document["version"] = {4, 0, 0};
  model_of(document)["novelty"] = {1, 2};
  auto const model = model::read_model(document.dump(), "m.json", {"auto", true});
  EXPECT_EQ(model.trees.size(), 4U);
  ASSERT_EQ(model.warnings.size(), 2U);
  EXPECT_NE(model.warnings[0].find("written by XGBoost 4.0.0"), std::string::npos) << model.warnings[0];
  EXPECT_NE(model.warnings[1].find("model/novelty'"), std::string::npos) << model.warnings[1];
}

TEST(DamagedModel, TextBehindTheModelIsRefused) {
  expect_error(good().dump() + "x", "model.format", "expected the end of the file, found 'x'");
}

TEST(DamagedModel, DuplicateKeysAreRefused) {
  auto twice = [](std::string const& key, std::string const& value) {
    std::string text = good().dump();
    return text.insert(text.find('"' + key + '"'), '"' + key + "\":" + value + ",");
  };
  expect_error(twice("left_children", "[]"), "model.format", "'left_children' appears twice");
  expect_error(twice("trees", "[]"), "model.format", "trees' appears twice");
  expect_error(twice("learner", "{}"), "model.format", "'learner' appears twice");
  expect_error(twice("num_nodes", "\"3\""), "model.format", "'tree_param/num_nodes' appears twice");
}

TEST(DamagedModel, DeepNestingIsRefused) {
  std::string const deep(1000000, '[');
  expect_error("{\"learner\":{\"attributes\":{\"a\":" + deep, "model.format", "nested deeper than 64 levels");
  expect_error("{\"learner\":{\"gradient_booster\":" + deep, "model.format", "expected an object");
  std::string boosters = "{\"learner\":";
  for (int i = 0; i < 100000; ++i) boosters += "{\"gradient_booster\":{\"gbtree\":";
  expect_error(boosters, "model.format", "nested deeper than 64 levels");
}

/// A chain of one long branch: the walk has no recursion.
std::string chain(std::int64_t depth) {
  auto document = good();
  Json tree = tree_of(document);
  std::int64_t const nodes = 2 * depth + 1;
  for (auto const* key : {"left_children", "right_children", "split_indices", "default_left", "split_conditions",
                          "sum_hessian", "split_type", "parents", "base_weights", "loss_changes"})
    tree[key] = std::vector<int>(static_cast<std::size_t>(nodes), 0);
  for (std::int64_t n = 0; n < nodes; ++n) {
    auto const i = static_cast<std::size_t>(n);
    bool const inner = n % 2 == 0 && n + 2 < nodes;
    tree["left_children"][i] = inner ? n + 1 : -1;
    tree["right_children"][i] = inner ? n + 2 : -1;
  }
  tree["tree_param"]["num_nodes"] = std::to_string(nodes);
  tree_of(document) = tree;
  return document.dump();
}

TEST(DamagedModel, LongChainsAreReadWithoutRecursionUpToALimit) {
  auto const ensemble = model::read_model(chain(4096), "m.json");
  EXPECT_EQ(ensemble.trees[0].left.size(), 8193U);
  expect_error(chain(4097), "model.tree", "tree 0: it is deeper than 4096 levels");
  expect_error(chain(100000), "model.tree", "tree 0: it is deeper than 4096 levels");
}

TEST(DamagedModel, NaNThresholdIsRefused) {
  auto text = read_fixture("3.4.1/binary.json");
  std::string const key = "\"split_conditions\":[";
  auto const begin = text.find(key) + key.size();
  text.replace(begin, text.find(',', begin) - begin, "NaN");
  expect_error(text, "model.tree", "the threshold of node 0 is NaN");
}

TEST(DamagedModel, CategorySetsAreChecked) {
  auto const categorical = Json::parse(read_fixture("3.4.1/categorical.json"));
  auto const with = [&](char const* key, Json const& value) {
    auto document = categorical;
    tree_of(document)[key][0] = value;
    return document.dump();
  };
  expect_error(with("categories", -1), "model.tree", "has category -1");
  expect_error(with("categories", 16777216), "model.tree", "has category 16777216, expected 0 to 16777215");
  expect_error(with("categories_sizes", INT64_MAX), "model.tree", "the categories of node");
  expect_error(with("categories_segments", 1), "model.tree", "expected position 0");
  expect_error(with("categories_nodes", 9999), "model.tree", "categories_nodes names node 9999");
  expect_error(with("categories_nodes", Json::parse("\"x\"")), "model.format", "expected a whole number");
}

TEST(DamagedModel, UbjsonLengthsAreChecked) {
  std::string const head =
      "{i\x07learner{i\x0a"
      "attributes{i\x01"
      "a";
  auto const huge = std::string("\x7f\xff\xff\xff\xff\xff\xff\xff", 8);
  expect_error(head + "[$d#L" + huge, "model.format", "truncated");
  expect_error(head + "[#L" + huge, "model.format", "truncated");
  expect_error(head + "SL" + huge, "model.format", "truncated");
  expect_error(head + "[$Z#L" + huge, "model.format", "a container of values of type 'Z'");
  expect_error(head + "[$[#i\x7f", "model.format", "truncated");
  expect_error(head + "S" + std::string("i\xff", 2), "model.format", "a negative length");
  expect_error(head + "?", "model.format", "expected a value, found marker '?'");
  expect_error(head + std::string(100000, '['), "model.format", "nested deeper than 64 levels");
}

}  // namespace
}  // namespace limpid
