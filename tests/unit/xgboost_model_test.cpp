/// Every fixture that tests/fixtures/make_xgboost.py made: the loaded trees, walked with XGBoost's own float32 sums,
/// give the library's margins bit for bit, and the link gives its predictions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "explain/library_prediction.h"
#include "limpid/ensemble.h"
#include "limpid/error.h"
#include "pipeline/comparison.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<double>>;

std::string const kFolder = std::string(LIMPID_FIXTURES) + "/xgboost/";

/// "3.2.0/binary.json", ...: every model file but the two kinds that are refused.
std::vector<std::string> fixtures() {
  std::vector<std::string> names;
  for (auto const& entry : fs::recursive_directory_iterator(kFolder)) {
    std::string const name = fs::relative(entry.path(), kFolder).string();
    bool const is_model = name.ends_with(".ubj") || (name.ends_with(".json") && !name.ends_with(".expected.json"));
    bool const is_refused = name.find("vector_leaf") != std::string::npos || name.find("linear") != std::string::npos;
    if (is_model && !is_refused) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Rows read_csv(std::string const& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  Rows rows;
  while (std::getline(in, line)) {
    auto& row = rows.emplace_back();
    std::size_t begin = 0;
    while (begin <= line.size()) {
      std::size_t const end = std::min(line.find(',', begin), line.size());
      row.push_back(end == begin ? std::numeric_limits<double>::quiet_NaN()
                                 : std::strtod(line.substr(begin, end - begin).c_str(), nullptr));
      begin = end + 1;
    }
  }
  return rows;
}

nlohmann::json read_expected(std::string const& name) {
  std::ifstream in(kFolder + name.substr(0, name.rfind('.')) + ".expected.json");
  return nlohmann::json::parse(in);
}

float as_float(nlohmann::json const& value) { return static_cast<float>(value.get<double>()); }

/// [R x G] margins, or responses.
std::vector<std::vector<double>> predict(Ensemble const& ensemble, Rows const& rows, bool response) {
  std::vector<std::vector<double>> predictions;
  for (auto const& row : rows) {
    std::vector<double> out(static_cast<std::size_t>(ensemble.outputs()));
    library_margins(ensemble, {row.data(), 1, 1}, 1, out.data());
    if (response) library_responses(ensemble, 1, 1, out.data());
    predictions.push_back(out);
  }
  return predictions;
}

class XgboostFixture : public testing::TestWithParam<std::string> {};

TEST_P(XgboostFixture, GivesTheLibrarysMargins) {
  auto const ensemble = load_model(kFolder + GetParam());
  auto const expected = read_expected(GetParam());
  auto const rows = read_csv(kFolder + expected["data"].get<std::string>() + ".csv");
  auto const& margins = expected["margin"];
  ASSERT_EQ(margins.size(), 40U);
  auto const predictions = predict(ensemble, rows, false);
  for (std::size_t r = 0; r < margins.size(); ++r) {
    auto const& found = predictions[r];
    ASSERT_EQ(margins[r].size(), found.size());
    for (std::size_t k = 0; k < found.size(); ++k)
      EXPECT_EQ(static_cast<float>(found[k]), as_float(margins[r][k])) << "row " << r << ", output " << k;
  }
}

TEST_P(XgboostFixture, LinkGivesTheLibrarysPrediction) {
  auto const ensemble = load_model(kFolder + GetParam());
  auto const expected = read_expected(GetParam());
  if (!ensemble.has_response) GTEST_SKIP() << ensemble.objective << " is explained in margin space only";
  auto const rows = read_csv(kFolder + expected["data"].get<std::string>() + ".csv");
  auto const& wanted = expected["predict"];
  auto const predictions = predict(ensemble, rows, true);
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    auto const& found = predictions[r];
    if (ensemble.objective == "multi:softmax") {
      auto const best = std::max_element(found.begin(), found.end()) - found.begin();
      EXPECT_EQ(static_cast<double>(best), wanted[r][0].get<double>()) << "row " << r;
      continue;
    }
    ASSERT_EQ(found.size(), wanted[r].size());
    for (std::size_t k = 0; k < found.size(); ++k) {
      // Bit for bit on the machine that made the fixtures; another C library's expf may round an ulp away.
      EXPECT_LE(ulps_between(found[k], wanted[r][k].get<double>(), true), 2.0) << "row " << r << ", output " << k;
    }
  }
}

TEST_P(XgboostFixture, HasTreesInLimpidsForm) {
  auto const ensemble = load_model(kFolder + GetParam());
  EXPECT_EQ(ensemble.library, "xgboost");
  EXPECT_EQ(ensemble.version, GetParam().substr(0, GetParam().find('/')));
  EXPECT_EQ(ensemble.format, GetParam().ends_with(".ubj") ? "ubjson" : "json");
  EXPECT_TRUE(ensemble.warnings.empty());
  for (auto const& tree : ensemble.trees) {
    std::size_t const nodes = tree.left.size();
    EXPECT_EQ(tree.cover.size(), nodes);
    for (std::size_t n = 0; n < nodes; ++n) {
      auto const self = static_cast<std::int32_t>(n);
      bool const is_leaf = tree.left[n] == -1;
      EXPECT_EQ(tree.right[n] == -1, is_leaf);
      EXPECT_TRUE(is_leaf || (tree.left[n] > self && tree.right[n] > self)) << "children come after their parent";
      EXPECT_EQ(tree.feature[n] == -1, is_leaf);
    }
    for (auto const& set : tree.sets) {
      EXPECT_TRUE(std::is_sorted(set.begin(), set.end()));
      EXPECT_EQ(std::adjacent_find(set.begin(), set.end()), set.end());
    }
  }
}

std::string test_name(testing::TestParamInfo<std::string> const& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, XgboostFixture, testing::ValuesIn(fixtures()), test_name);

TEST(XgboostModel, JsonAndUbjsonGiveTheSameEnsemble) {
  for (auto const& name : fixtures()) {
    if (!name.ends_with(".ubj")) continue;
    auto const a = load_model(kFolder + name.substr(0, name.size() - 4) + ".json");
    auto const b = load_model(kFolder + name);
    ASSERT_EQ(a.trees.size(), b.trees.size()) << name;
    EXPECT_EQ(a.base_margin, b.base_margin) << name;
    for (std::size_t t = 0; t < a.trees.size(); ++t) {
      EXPECT_EQ(a.trees[t].threshold, b.trees[t].threshold) << name;
      EXPECT_EQ(a.trees[t].value, b.trees[t].value) << name;
      EXPECT_EQ(a.trees[t].cover, b.trees[t].cover) << name;
      EXPECT_EQ(a.trees[t].sets, b.trees[t].sets) << name;
      EXPECT_EQ(a.trees[t].round, b.trees[t].round) << name;
    }
  }
}

TEST(XgboostModel, ReadsFeatureNamesAndKinds) {
  auto const ensemble = load_model(kFolder + "3.4.1/categorical.ubj");
  ASSERT_EQ(ensemble.features.size(), 6U);
  EXPECT_TRUE(ensemble.named_features);
  EXPECT_EQ(ensemble.features[2].name, "größe");
  EXPECT_EQ(ensemble.features[3].name, "a \"quoted\", name");
  EXPECT_EQ(ensemble.features[2].kind, FeatureKind::kCategorical);
  EXPECT_EQ(ensemble.features[3].kind, FeatureKind::kNumeric);
  EXPECT_EQ(load_model(kFolder + "3.4.1/categorical.json").features[3].name, "a \"quoted\", name");
  EXPECT_FALSE(load_model(kFolder + "1.0.2/binary.json").named_features);  // older files do not carry them
}

TEST(XgboostModel, CountsRoundsOutputsAndParallelTrees) {
  for (char const* version : {"1.0.2", "1.7.6", "3.4.1"}) {
    auto const model = load_model(kFolder + version + "/forest_multi.json");
    EXPECT_EQ(model.outputs(), 3) << version;
    EXPECT_EQ(model.trees_per_round, 6) << version;
    EXPECT_EQ(model.rounds, 2) << version;
    EXPECT_EQ(model.trees[3].output, 1) << version;
    EXPECT_EQ(model.trees[5].round, 0) << version;
    EXPECT_EQ(model.trees[6].round, 1) << version;
  }
}

TEST(XgboostModel, KnowsTheBestRoundOfEarlyStopping) {
  for (char const* version : {"1.0.2", "1.3.3", "1.7.6", "2.1.4", "3.2.0", "3.4.1"}) {
    auto model = load_model(kFolder + version + "/early_stopping.json");
    EXPECT_EQ(model.best_rounds, 1) << version;
    EXPECT_EQ(model.rounds, 4) << version;
    select_rounds(model, 0, model.best_rounds);
    EXPECT_EQ(model.trees.size(), 1U) << version;
  }
}

TEST(XgboostModel, RefusesRoundsOutsideTheModel) {
  auto model = load_model(kFolder + "3.4.1/binary.json");
  for (auto const& [begin, end] : {std::pair{0, 5}, {-1, 2}, {2, 2}, {3, 1}}) {
    try {
      select_rounds(model, begin, end);
      FAIL() << begin << ":" << end;
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), "usage.value");
      EXPECT_EQ(error.exit_code(), 2);
    }
  }
  select_rounds(model, 1, 4);
  EXPECT_EQ(model.trees.size(), 3U);
  EXPECT_EQ(model.trees[0].round, 1);
}

TEST(XgboostModel, ReadsDartWeightsInAllThreeLayouts) {
  for (char const* version : {"1.0.2", "1.7.6", "3.2.0", "3.3.0", "3.4.1"}) {
    auto const model = load_model(kFolder + version + "/dart.json");
    EXPECT_TRUE(std::any_of(model.trees.begin(), model.trees.end(), [](Tree const& t) { return t.weight != 1.0; }))
        << version;
  }
}

TEST(XgboostModel, ExplainsStackedOutputsInMarginSpaceOnly) {
  EXPECT_FALSE(load_model(kFolder + "3.4.1/expectile.json").has_response);
  EXPECT_FALSE(load_model(kFolder + "3.4.1/quantile.json").has_response);  // sorted by predict from 3.4
  EXPECT_TRUE(load_model(kFolder + "3.2.0/quantile.json").has_response);
  EXPECT_FALSE(load_model(kFolder + "3.4.1/hinge.json").has_response);
}

TEST(XgboostModel, RefusesVectorLeavesAndLinearBoostersByName) {
  for (auto const& [name, message] : {std::pair{"2.1.4/vector_leaf.json", "tree 0 has vector leaves of 2 values"},
                                      {"3.4.1/vector_leaf.ubj", "tree 0 has vector leaves of 2 values"},
                                      {"1.0.2/linear.json", "the booster is gblinear"},
                                      {"1.7.6/linear.ubj", "the booster is gblinear"},
                                      {"3.4.1/linear.json", "the booster is gblinear"}}) {
    try {
      auto const model = load_model(kFolder + name);
      FAIL() << name;
    } catch (Error const& error) {
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << name << ": " << error.what();
      EXPECT_EQ(error.exit_code(), 4);
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

TEST(XgboostModel, NamesLinks) {
  EXPECT_STREQ(name_of(Link::kIdentity), "identity");
  EXPECT_STREQ(name_of(Link::kSigmoid), "sigmoid");
  EXPECT_STREQ(name_of(Link::kSoftmax), "softmax");
  EXPECT_STREQ(name_of(Link::kExp), "exp");
}

}  // namespace
}  // namespace limpid
