/// Every fixture that tests/fixtures/make_catboost.py made: the loaded trees, walked and added up in CatBoost's order,
/// give the library's raw values bit for bit, the link gives its predictions, the covers its contributions.
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
#include "limpid/error.h"
#include "reference/shapley.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;
using Row = std::vector<double>;

std::string const kFolder = std::string(LIMPID_FIXTURES) + "/catboost/";
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// "1.2.10/binary", ...: every model with answers.
std::vector<std::string> fixtures() {
  std::vector<std::string> names;
  for (auto const& entry : fs::recursive_directory_iterator(kFolder)) {
    std::string const name = fs::relative(entry.path(), kFolder).string();
    auto const end = name.rfind(".expected.json");
    if (end == std::string::npos) continue;
    bool const refused = name.find("ctr") != std::string::npos || name.find("no_pool") != std::string::npos;
    if (!refused) names.push_back(name.substr(0, end));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Cells behind the header; no cell of these files has a quote.
std::vector<std::vector<std::string>> read_csv(std::string const& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::vector<std::vector<std::string>> rows;
  while (std::getline(in, line)) {
    auto& row = rows.emplace_back(1);
    for (char const c : line) {
      if (c == ',')
        row.emplace_back();
      else
        row.back().push_back(c);
    }
  }
  return rows;
}

/// -1 is a category in no set: CatBoost sends it where a category goes that a split does not name.
double value_of(Feature const& feature, std::string const& cell) {
  if (feature.kind == FeatureKind::kNumeric)
    return cell.empty() ? std::numeric_limits<double>::quiet_NaN() : std::strtod(cell.c_str(), nullptr);
  auto const at = std::find(feature.categories.begin(), feature.categories.end(), cell);
  return at == feature.categories.end() ? -1.0 : static_cast<double>(at - feature.categories.begin());
}

/// CatBoost's raw value: a sum in double that starts at 0, takes the trees in file order, and is scaled and moved last.
Row raw_value(Ensemble const& ensemble, Row const& row) {
  Row sums(ensemble.base_margin.size(), 0.0);
  double const scale = ensemble.trees.empty() ? 1.0 : ensemble.trees.front().weight;
  for (Tree const& tree : ensemble.trees)
    sums[static_cast<std::size_t>(tree.output)] += tree.value[reference::leaf_of(ensemble, tree, row)];
  for (std::size_t g = 0; g < sums.size(); ++g) sums[g] = sums[g] * scale + ensemble.base_margin[g];
  return sums;
}

/// |base| + S, the scale of what rounding can do to a sum over trees.
double magnitude(Ensemble const& ensemble, std::size_t g) {
  double sum = std::abs(ensemble.base_margin[g]);
  for (Tree const& tree : ensemble.trees) {
    double largest = 0.0;
    for (double const value : tree.value) largest = std::max(largest, std::abs(value * tree.weight));
    if (static_cast<std::size_t>(tree.output) == g) sum += largest;
  }
  return sum;
}

struct Case {
  Ensemble ensemble;
  std::vector<Row> rows;
  nlohmann::json expected;
};

Case load(std::string const& name) {
  Case out{load_model(kFolder + name + ".json"), {}, {}};
  std::ifstream in(kFolder + name + ".expected.json");
  out.expected = nlohmann::json::parse(in);
  for (auto const& cells : read_csv(kFolder + out.expected["data"].get<std::string>() + ".csv")) {
    auto& row = out.rows.emplace_back();
    for (std::size_t f = 0; f < cells.size(); ++f) row.push_back(value_of(out.ensemble.features.at(f), cells[f]));
  }
  return out;
}

class CatboostFixture : public testing::TestWithParam<std::string> {};

TEST_P(CatboostFixture, GivesTheLibrarysRawValuesBitForBit) {
  auto const fixture = load(GetParam());
  auto const margins = fixture.expected["margin"].get<std::vector<Row>>();
  ASSERT_EQ(margins.size(), 40U);
  for (std::size_t r = 0; r < margins.size(); ++r) EXPECT_EQ(raw_value(fixture.ensemble, fixture.rows[r]), margins[r]);
}

/// limpid's order: every leaf times the weight, the base last. The same bits where the scale is 1.
TEST_P(CatboostFixture, WeightedLeavesAddUpToTheRawValue) {
  auto const fixture = load(GetParam());
  auto const margins = fixture.expected["margin"].get<std::vector<Row>>();
  ASSERT_TRUE(fixture.ensemble.base_last);
  for (std::size_t r = 0; r < margins.size(); ++r) {
    Row sums(margins[r].size(), 0.0);
    for (Tree const& tree : fixture.ensemble.trees)
      sums[static_cast<std::size_t>(tree.output)] +=
          tree.weight * tree.value[reference::leaf_of(fixture.ensemble, tree, fixture.rows[r])];
    for (std::size_t g = 0; g < sums.size(); ++g) {
      double const error = std::abs(sums[g] + fixture.ensemble.base_margin[g] - margins[r][g]);
      bool const scaled = GetParam().ends_with("/scaled");
      EXPECT_TRUE(error <= (scaled ? 4 * kEpsilon * magnitude(fixture.ensemble, g) : 0.0)) << r << ": " << error;
    }
  }
}

TEST_P(CatboostFixture, LinkGivesTheLibrarysPrediction) {
  auto const fixture = load(GetParam());
  if (!fixture.ensemble.has_response) GTEST_SKIP() << fixture.ensemble.objective << " has no response";
  auto const predictions = fixture.expected["predict"].get<std::vector<Row>>();
  for (std::size_t r = 0; r < predictions.size(); ++r) {
    auto const found = reference::link(fixture.ensemble.link, raw_value(fixture.ensemble, fixture.rows[r]));
    ASSERT_EQ(found.size(), predictions[r].size());
    for (std::size_t g = 0; g < found.size(); ++g) {
      double const wanted = predictions[r][g];
      bool const close = std::abs(found[g] - wanted) <= 1e-14 * std::max(1.0, std::abs(wanted));
      EXPECT_TRUE(close) << "row " << r << ", output " << g << ": " << found[g] << " != " << wanted;
    }
  }
}

/// Mean over the leaves by their weights.
double expected_value(Ensemble const& ensemble, std::size_t g) {
  double mean = ensemble.base_margin[g];
  for (Tree const& tree : ensemble.trees) {
    double sum = 0.0;
    for (std::size_t n = 0; n < tree.left.size(); ++n)
      if (tree.left[n] == -1) sum += tree.value[n] * tree.cover[n];
    if (static_cast<std::size_t>(tree.output) == g) mean += tree.weight * sum / tree.cover[0];
  }
  return mean;
}

TEST_P(CatboostFixture, LeafWeightsGiveTheLibrarysContributions) {
  auto const fixture = load(GetParam());
  if (!fixture.expected.contains("contribs")) GTEST_SKIP() << fixture.expected["contribs_error"].get<std::string>();
  auto const contributions = fixture.expected["contribs"].get<std::vector<Row>>();
  std::size_t const features = fixture.ensemble.features.size();
  for (std::size_t r = 0; r < contributions.size(); ++r) {
    auto const values = reference::path_dependent_values(fixture.ensemble, fixture.rows[r]);
    std::size_t const outputs = contributions[r].size() / (features + 1);
    ASSERT_EQ(outputs, fixture.ensemble.objective == "RMSEWithUncertainty" ? 1U : fixture.ensemble.base_margin.size());
    for (std::size_t k = 0; k < contributions[r].size(); ++k) {
      std::size_t const g = k / (features + 1);
      std::size_t const f = k % (features + 1);
      double const found = f == features ? expected_value(fixture.ensemble, g) : values[g * features + f];
      double const error = std::abs(found - contributions[r][k]);
      EXPECT_TRUE(error <= 1e-13 * std::max(1.0, magnitude(fixture.ensemble, g)))
          << "row " << r << ", output " << g << ", feature " << f << ": " << found << " != " << contributions[r][k];
    }
  }
}

TEST_P(CatboostFixture, HasTreesInLimpidsForm) {
  auto const fixture = load(GetParam());
  auto const& ensemble = fixture.ensemble;
  EXPECT_EQ(ensemble.library, "catboost");
  EXPECT_EQ(ensemble.format, "json");
  EXPECT_TRUE(ensemble.warnings.empty());
  EXPECT_EQ(ensemble.outputs_per_tree, ensemble.outputs());
  EXPECT_EQ(ensemble.trees.size(), static_cast<std::size_t>(ensemble.rounds * ensemble.outputs()));
  for (Tree const& tree : ensemble.trees) {
    ASSERT_EQ(tree.cover.size(), tree.left.size());
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      if (tree.left[n] == -1) continue;
      auto const left = static_cast<std::size_t>(tree.left[n]);
      auto const right = static_cast<std::size_t>(tree.right[n]);
      EXPECT_TRUE(left > n && right > n) << "children come after their parent";
      EXPECT_EQ(tree.cover[n], tree.cover[left] + tree.cover[right]);
    }
  }
}

std::string test_name(testing::TestParamInfo<std::string> const& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, CatboostFixture, testing::ValuesIn(fixtures()), test_name);

}  // namespace
}  // namespace limpid
