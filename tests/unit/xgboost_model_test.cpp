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

/// "3.2.0/binary.json", ...: every model file but those of linear boosters, which are refused.
std::vector<std::string> fixtures() {
  std::vector<std::string> names;
  for (auto const& entry : fs::recursive_directory_iterator(kFolder)) {
    std::string const name = fs::relative(entry.path(), kFolder).string();
    bool const is_model = name.ends_with(".ubj") || name.ends_with(".bin") ||
                          (name.ends_with(".json") && !name.ends_with(".expected.json"));
    bool const is_refused = name.find("linear") != std::string::npos;
    if (is_model && !is_refused) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A number, or the code of a category by name as make_xgboost.py numbers them: "region 7", and 107 in column 2.
double read_cell(std::string const& cell, std::size_t column, bool names) {
  if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (names && column == 5) return std::strtod(cell.c_str() + std::string("region ").size(), nullptr);
  return std::strtod(cell.c_str(), nullptr) - (names && column == 2 ? 100.0 : 0.0);
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
      bool const names = path.find("strings") != std::string::npos;
      row.push_back(read_cell(line.substr(begin, end - begin), row.size(), names));
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
  auto const version = GetParam().substr(0, GetParam().find('/'));
  bool const legacy = GetParam().ends_with(".bin");
  EXPECT_EQ(ensemble.version, !legacy ? version : version == "0.90" ? "0.90 or older" : version.substr(0, 3));
  EXPECT_EQ(ensemble.format, legacy ? "binary" : GetParam().ends_with(".ubj") ? "ubjson" : "json");
  bool const damaged = GetParam().find("utf8") != std::string::npos && version != "3.4.1";
  EXPECT_EQ(ensemble.warnings.size(), damaged ? 1U : 0U);
  EXPECT_TRUE(ensemble.sums_float32);
  bool const has_cover = ensemble.outputs_per_tree == 1 || version >= "3.2";
  for (auto const& tree : ensemble.trees) {
    std::size_t const nodes = tree.left.size();
    EXPECT_EQ(tree.cover.size(), has_cover ? nodes : 0U);
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

TEST(XgboostModel, EveryFormatGivesTheSameEnsemble) {
  for (auto const& name : fixtures()) {
    if (name.ends_with(".json") || name.starts_with("0.90")) continue;
    auto const a = load_model(kFolder + name.substr(0, name.size() - 4) + ".json");
    auto const b = load_model(kFolder + name);
    ASSERT_EQ(a.trees.size(), b.trees.size()) << name;
    EXPECT_EQ(a.base_margin, b.base_margin) << name;
    EXPECT_EQ(a.objective, b.objective) << name;
    EXPECT_EQ(a.link, b.link) << name;
    EXPECT_EQ(a.rounds, b.rounds) << name;
    EXPECT_EQ(a.best_rounds, b.best_rounds) << name;
    EXPECT_EQ(a.trees_per_round, b.trees_per_round) << name;
    EXPECT_EQ(a.base_last, b.base_last) << name;
    for (std::size_t t = 0; t < a.trees.size(); ++t) {
      EXPECT_EQ(a.trees[t].left, b.trees[t].left) << name;
      EXPECT_EQ(a.trees[t].threshold, b.trees[t].threshold) << name;
      EXPECT_EQ(a.trees[t].missing_left, b.trees[t].missing_left) << name;
      EXPECT_EQ(a.trees[t].value, b.trees[t].value) << name;
      EXPECT_EQ(a.trees[t].cover, b.trees[t].cover) << name;
      EXPECT_EQ(a.trees[t].sets, b.trees[t].sets) << name;
      EXPECT_EQ(a.trees[t].weight, b.trees[t].weight) << name;
      EXPECT_EQ(a.trees[t].output, b.trees[t].output) << name;
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

TEST(XgboostModel, NamesLinks) {
  EXPECT_STREQ(name_of(Link::kIdentity), "identity");
  EXPECT_STREQ(name_of(Link::kSigmoid), "sigmoid");
  EXPECT_STREQ(name_of(Link::kSoftmax), "softmax");
  EXPECT_STREQ(name_of(Link::kExp), "exp");
}

}  // namespace
}  // namespace limpid
