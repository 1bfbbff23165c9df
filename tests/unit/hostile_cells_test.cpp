/// What the hostile tests of single formats leave open of the table format x hostility: NaN in a split, keys that come
/// twice, huge category sets, depth. (A CatBoost tree is nested or symmetric: it has no indices of children that could
/// make a cycle or two parents; XGBoost's binary format has no keys and no categories.)
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "limpid/error.h"
#include "model/read_model.h"
#include "unit/limpid_json_example.h"

namespace limpid {
namespace {

using Json = nlohmann::json;

Json fixture(std::string const& name) {
  std::ifstream in(std::string(LIMPID_FIXTURES) + "/" + name, std::ios::binary);
  return Json::parse(std::string{std::istreambuf_iterator<char>(in), {}});
}

void expect_error(std::string const& bytes, std::string const& code, std::string const& message) {
  try {
    auto const ensemble = model::read_model(bytes, "m");
    FAIL() << "no error; expected " << code << ": " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << "found: " << error.what();
  }
}

std::string ubjson(Json const& document) {
  auto const bytes = Json::to_ubjson(document, true, true);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

TEST(HostileCells, NaNInASplitOfUbjson) {
  auto document = fixture("xgboost/3.4.1/binary.json");
  document["learner"]["gradient_booster"]["model"]["trees"][0]["split_conditions"][0] =
      std::numeric_limits<double>::quiet_NaN();
  expect_error(ubjson(document), "model.tree", "the threshold of node 0 is NaN");
}

TEST(HostileCells, NaNInASplitOfCatboost) {
  auto document = fixture("catboost/1.2.10/binary.json");
  document["oblivious_trees"][0]["splits"][0]["border"] = 123456.5;
  auto text = document.dump();
  text.replace(text.find("123456.5"), 8, "NaN");
  expect_error(text, "model.format", "'border' is not finite");
}

TEST(HostileCells, KeysOfCatboostThatComeTwice) {
  auto const twice = [](std::string const& key) {
    auto text = fixture("catboost/1.2.10/binary.json").dump();
    auto const at = text.find('"' + key + '"');
    EXPECT_NE(at, std::string::npos) << key;
    return text.insert(at, '"' + key + "\":[],");
  };
  for (char const* const key : {"oblivious_trees", "splits", "leaf_values", "float_features"}) {
    expect_error(twice(key), "model.format", std::string(key) + "' appears twice");
  }
}

TEST(HostileCells, HugeCategorySetsTakeTheirBytesAlone) {
  auto document = limpid_json::good();
  Json codes = Json::array();
  for (int code = 0; code < 500000; ++code) codes.push_back(code);
  for (auto& tree : document["trees"])
    if (tree.contains("sets") && !tree["sets"].empty()) tree["sets"][0] = codes;
  try {
    EXPECT_FALSE(model::read_model(document.dump(), "m").trees.empty());
  } catch (Error const& error) {  // more codes than the feature has texts
    EXPECT_EQ(error.exit_code(), 4) << error.what();
  }
  auto boosted = fixture("xgboost/3.4.1/categorical.json");
  auto& tree = boosted["learner"]["gradient_booster"]["model"]["trees"][0];
  tree["categories"] = codes;
  tree["categories_sizes"][0] = codes.size() - tree["categories_sizes"].size() + 1;
  expect_error(boosted.dump(), "model.tree", "the categories of node");
  expect_error(ubjson(boosted), "model.tree", "the categories of node");
}

}  // namespace
}  // namespace limpid
