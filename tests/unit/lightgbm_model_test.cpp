/// Every fixture that tests/fixtures/make_lightgbm.py made: the loaded trees, walked and added up in doubles from 0 in
/// file order, give the library's raw scores bit for bit, the link gives its predictions, and the path-dependent values
/// by definition are its contributions.
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

#include "limpid/ensemble.h"
#include "reference/shapley.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;
using Cells = std::vector<std::string>;
using Row = std::vector<double>;

std::string const kFolder = std::string(LIMPID_FIXTURES) + "/lightgbm/";
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// "4.7.0/binary", ...: every model but the linear ones, which are refused.
std::vector<std::string> fixtures() {
  std::vector<std::string> names;
  for (auto const& entry : fs::recursive_directory_iterator(kFolder)) {
    std::string const name = fs::relative(entry.path(), kFolder).string();
    if (name.ends_with(".txt") && name.find("linear") == std::string::npos)
      names.push_back(name.substr(0, name.size() - 4));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A quote opens and closes a part in which commas are text; two of them there are one.
Cells split(std::string const& line) {
  Cells cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back().push_back(line[++i]);
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(line[i]);
    }
  }
  return cells;
}

/// A category that the model does not know is missing to LightGBM.
double value_of(Feature const& feature, std::string const& cell) {
  if (cell.empty()) return kMissing;
  if (feature.categories.empty()) return std::strtod(cell.c_str(), nullptr);
  auto const& all = feature.categories;
  auto const found = std::find(all.begin(), all.end(), cell);
  return found == all.end() ? kMissing : static_cast<double>(found - all.begin());
}

std::vector<Row> read_rows(std::string const& data, Ensemble const& ensemble) {
  std::ifstream in(kFolder + data + ".csv");
  std::string line;
  std::getline(in, line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    auto const cells = split(line);
    auto& row = rows.emplace_back();
    for (std::size_t f = 0; f < cells.size(); ++f) row.push_back(value_of(ensemble.features.at(f), cells[f]));
  }
  return rows;
}

struct Case {
  Ensemble ensemble;
  std::vector<Row> rows;
  std::vector<Row> margin, predict, contribs;  // [rows x G], [rows x G], [rows x G * (M + 1)]
};

Case load(std::string const& name) {
  Case out;
  out.ensemble = load_model(kFolder + name + ".txt");
  std::ifstream in(kFolder + name + ".expected.json");
  auto const expected = nlohmann::json::parse(in);
  out.rows = read_rows(expected["data"].get<std::string>(), out.ensemble);
  out.margin = expected["margin"].get<std::vector<Row>>();
  out.predict = expected["predict"].get<std::vector<Row>>();
  out.contribs = expected["contribs"].get<std::vector<Row>>();
  return out;
}

class LightgbmFixture : public testing::TestWithParam<std::string> {};

TEST_P(LightgbmFixture, MarginIsTheRawScoreBitForBit) {
  auto const fixture = load(GetParam());
  ASSERT_EQ(fixture.margin.size(), 40U);
  ASSERT_EQ(fixture.rows.size(), 40U);
  for (std::size_t r = 0; r < fixture.rows.size(); ++r)
    EXPECT_EQ(reference::margin(fixture.ensemble, fixture.rows[r]), fixture.margin[r]) << "row " << r;
}

TEST_P(LightgbmFixture, LinkGivesTheLibrarysPrediction) {
  auto const fixture = load(GetParam());
  auto const& ensemble = fixture.ensemble;
  ASSERT_TRUE(ensemble.has_response);
  for (std::size_t r = 0; r < fixture.rows.size(); ++r) {
    Row margins = fixture.margin[r];
    for (double& m : margins) m = (ensemble.average_response ? m / ensemble.rounds : m) * ensemble.link_scale;
    auto const found = reference::link(ensemble.link, margins);
    ASSERT_EQ(found.size(), fixture.predict[r].size());
    for (std::size_t g = 0; g < found.size(); ++g) {
      double const wanted = fixture.predict[r][g];
      EXPECT_TRUE(std::abs(found[g] - wanted) <= 1e-15 * std::max(1.0, std::abs(wanted))) << "row " << r;
    }
  }
}

TEST_P(LightgbmFixture, PathDependentValuesAreItsContributions) {
  auto const fixture = load(GetParam());
  auto const& ensemble = fixture.ensemble;
  std::size_t const features = ensemble.features.size();
  for (std::size_t r = 0; r < fixture.rows.size(); ++r) {
    auto const values = reference::path_dependent_values(ensemble, fixture.rows[r]);  // [G x M]
    auto const& wanted = fixture.contribs[r];
    std::size_t const outputs = ensemble.base_margin.size();
    ASSERT_EQ(wanted.size(), outputs * (features + 1));
    for (std::size_t g = 0; g < outputs; ++g) {
      double const* const row = wanted.data() + g * (features + 1);
      double largest = 1.0;
      for (std::size_t f = 0; f <= features; ++f) largest = std::max(largest, std::abs(row[f]));
      for (std::size_t f = 0; f < features; ++f)
        EXPECT_TRUE(std::abs(values[g * features + f] - row[f]) <= 1e-10 * largest) << "row " << r << ", feature " << f;
      double const none = reference::path_dependent_game(ensemble, fixture.rows[r], g)(0);
      EXPECT_TRUE(std::abs(none - row[features]) <= 1e-10 * largest) << "row " << r;
    }
  }
}

TEST_P(LightgbmFixture, HasTreesInLimpidsForm) {
  auto const ensemble = load_model(kFolder + GetParam() + ".txt");
  EXPECT_EQ(ensemble.library, "lightgbm");
  EXPECT_EQ(ensemble.version, GetParam().starts_with("3.") ? "v3" : "v4");
  EXPECT_EQ(ensemble.format, "text");
  EXPECT_EQ(ensemble.input_cast, InputCast::kFloat64);
  EXPECT_EQ(ensemble.category_cut, CategoryCut::kTowardsZero);
  EXPECT_EQ(ensemble.unseen_category, UnseenCategory::kMissing);
  EXPECT_TRUE(ensemble.named_features);
  EXPECT_TRUE(ensemble.labels.empty());
  EXPECT_EQ(ensemble.best_rounds, 0);
  EXPECT_EQ(ensemble.warnings.size(), GetParam().ends_with("/custom") ? 1U : 0U);
  for (auto const& tree : ensemble.trees) {
    EXPECT_EQ(tree.cover.size(), tree.left.size());
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      auto const self = static_cast<std::int32_t>(n);
      EXPECT_EQ(tree.right[n] == -1, tree.left[n] == -1);
      EXPECT_TRUE(tree.left[n] == -1 || (tree.left[n] > self && tree.right[n] > self));
    }
  }
}

std::string test_name(testing::TestParamInfo<std::string> const& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, LightgbmFixture, testing::ValuesIn(fixtures()), test_name);

Ensemble of(std::string const& name) { return load_model(kFolder + "4.7.0/" + name + ".txt"); }

TEST(LightgbmModel, ObjectivesBecomeLinks) {
  EXPECT_EQ(of("regression").link, Link::kIdentity);
  EXPECT_EQ(of("sqrt").link, Link::kSignedSquare);
  EXPECT_EQ(of("l1_sqrt").link, Link::kSignedSquare);
  EXPECT_EQ(of("huber").link, Link::kIdentity);  // trained with reg_sqrt, which it drops
  EXPECT_EQ(of("cross_entropy").link, Link::kSigmoid);
  EXPECT_EQ(of("cross_entropy_lambda").link, Link::kSoftplus);
  EXPECT_EQ(of("multiclass").link, Link::kSoftmax);
  EXPECT_EQ(of("multiclassova").link, Link::kSigmoid);
  EXPECT_EQ(of("multiclassova").link_scale, 0.5);
  EXPECT_EQ(of("sigmoid").link_scale, 1.75);
  EXPECT_EQ(of("gamma").link, Link::kExp);
  EXPECT_EQ(of("custom").link, Link::kIdentity);
  EXPECT_EQ(of("custom").objective, "custom");
  EXPECT_EQ(of("sigmoid").objective, "binary sigmoid:1.75");
}

TEST(LightgbmModel, ForestsAverageTheirResponseAlone) {
  auto const forest = of("forest");
  EXPECT_TRUE(forest.average_response);
  EXPECT_EQ(forest.divisor, 1.0);
  EXPECT_EQ(forest.rounds, 4);
  EXPECT_FALSE(of("binary").average_response);
}

TEST(LightgbmModel, RoundsHaveATreePerClass) {
  auto const model = of("multiclass");
  EXPECT_EQ(model.outputs(), 3);
  EXPECT_EQ(model.trees_per_round, 3);
  EXPECT_EQ(model.rounds, 3);
  EXPECT_EQ(model.trees[5].output, 2);
  EXPECT_EQ(model.trees[5].round, 1);
}

TEST(LightgbmModel, PandasCategoriesGetTheirTexts) {
  auto const model = of("pandas");
  EXPECT_EQ(model.features[5].categories,
            (std::vector<std::string>{"north", "süd", "east, far", "the \"west\"", "1", "none of these"}));
  EXPECT_FALSE(model.features[5].numeric_categories);
  EXPECT_EQ(model.features[6].categories, (std::vector<std::string>{"10", "25", "40", "100"}));
  EXPECT_TRUE(model.features[6].numeric_categories);
  EXPECT_EQ(model.features[5].kind, FeatureKind::kCategorical);
  EXPECT_TRUE(model.features[0].categories.empty());
  EXPECT_EQ(of("categorical").features[5].kind, FeatureKind::kCategorical);
  EXPECT_TRUE(of("categorical").features[5].categories.empty());
}

/// What the fixtures are there for is in them.
TEST(LightgbmModel, FixturesMixMissingTypesOnOneFeature) {
  auto const nodes = [](Ensemble const& model, auto const& is) {
    std::vector<int> of_feature(model.features.size());
    for (auto const& tree : model.trees)
      for (std::size_t n = 0; n < tree.left.size(); ++n)
        if (tree.left[n] != -1 && is(tree, n)) ++of_feature[static_cast<std::size_t>(tree.feature[n])];
    return of_feature;
  };
  auto const zero = [](Tree const& t, std::size_t n) { return !t.zero_missing.empty() && t.zero_missing[n] != 0; };
  auto const other = [&](Tree const& t, std::size_t n) { return !zero(t, n); };
  auto const model = of("mixed_zeros");
  auto const zeros = nodes(model, zero);
  auto const others = nodes(model, other);
  int both = 0;
  for (std::size_t f = 0; f < zeros.size(); ++f) both += zeros[f] > 0 && others[f] > 0 ? 1 : 0;
  EXPECT_GT(both, 0);
  EXPECT_EQ(of("stump").trees[0].left.size(), 1U);
}

}  // namespace
}  // namespace limpid
