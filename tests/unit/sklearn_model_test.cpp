/// Every fixture that tests/fixtures/make_sklearn.py made: the exported trees, walked and added up in scikit-learn's
/// order, give the library's margins bit for bit, and the link gives its responses.
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
#include "reference/tree_walk.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;
using Cells = std::vector<std::string>;
using Row = std::vector<double>;

std::string const kFolder = std::string(LIMPID_FIXTURES) + "/sklearn/";

/// "1.9.1/hist_binary", ...
std::vector<std::string> fixtures() {
  std::vector<std::string> names;
  for (auto const& entry : fs::recursive_directory_iterator(kFolder)) {
    std::string const name = fs::relative(entry.path(), kFolder).string();
    auto const end = name.rfind(".expected.json");
    if (end != std::string::npos) names.push_back(name.substr(0, end));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The cells behind the header; a quote opens and closes a part in which commas are text.
std::vector<Cells> read_csv(std::string const& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::vector<Cells> rows;
  while (std::getline(in, line)) {
    auto& row = rows.emplace_back(1);
    bool quoted = false;
    for (char const c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        row.emplace_back();
      } else {
        row.back().push_back(c);
      }
    }
  }
  return rows;
}

/// A category that the model does not know is missing to scikit-learn.
double value_of(Feature const& feature, std::string const& cell) {
  double const missing = std::numeric_limits<double>::quiet_NaN();
  if (cell.empty()) return missing;
  if (feature.categories.empty()) return std::strtod(cell.c_str(), nullptr);
  for (std::size_t c = 0; c < feature.categories.size(); ++c) {
    auto const& category = feature.categories[c];
    bool const same = feature.numeric_categories
                          ? std::strtod(category.c_str(), nullptr) == std::strtod(cell.c_str(), nullptr)
                          : category == cell;
    if (same) return static_cast<double>(c);
  }
  return missing;
}

/// Boosting starts at the base and adds trees; a forest starts at 0 and divides the sum.
Row library_margin(Ensemble const& ensemble, Row const& row) {
  Row margin = ensemble.base_margin;
  for (Tree const& tree : ensemble.trees)
    margin[static_cast<std::size_t>(tree.output)] += tree.weight * tree.value[reference::leaf_of(ensemble, tree, row)];
  for (double& m : margin) m /= ensemble.divisor;
  return margin;
}

Row response(Ensemble const& ensemble, Row margin) {
  for (double& m : margin) m *= ensemble.link_scale;
  return reference::link(ensemble.link, margin);
}

struct Case {
  Ensemble ensemble;
  std::vector<Row> rows;
  std::vector<Row> margin, predict;  // [rows x G]
};

Case load(std::string const& name) {
  Case out{load_model(kFolder + name + ".json"), {}, {}, {}};
  std::ifstream in(kFolder + name + ".expected.json");
  auto const expected = nlohmann::json::parse(in);
  for (auto const& cells : read_csv(kFolder + expected["data"].get<std::string>() + ".csv")) {
    auto& row = out.rows.emplace_back();
    for (std::size_t f = 0; f < cells.size(); ++f) row.push_back(value_of(out.ensemble.features.at(f), cells[f]));
  }
  out.margin = expected["margin"].get<std::vector<Row>>();
  out.predict = expected["predict"].get<std::vector<Row>>();
  return out;
}

class SklearnFixture : public testing::TestWithParam<std::string> {};

TEST_P(SklearnFixture, MarginIsTheLibrarysBitForBit) {
  auto const fixture = load(GetParam());
  ASSERT_EQ(fixture.rows.size(), fixture.margin.size());
  bool const votes = GetParam().find("ada_") != std::string::npos;  // divides each vote, then adds
  for (std::size_t r = 0; r < fixture.rows.size(); ++r) {
    auto const margin = library_margin(fixture.ensemble, fixture.rows[r]);
    ASSERT_EQ(margin.size(), fixture.margin[r].size());
    for (std::size_t g = 0; g < margin.size(); ++g) {
      if (votes)
        EXPECT_NEAR(margin[g], fixture.margin[r][g], 1e-15) << "row " << r;
      else
        EXPECT_EQ(margin[g], fixture.margin[r][g]) << "row " << r << ", output " << g;
    }
  }
}

TEST_P(SklearnFixture, LinkGivesTheLibrarysResponse) {
  auto const fixture = load(GetParam());
  ASSERT_TRUE(fixture.ensemble.has_response);
  for (std::size_t r = 0; r < fixture.rows.size(); ++r) {
    auto const found = response(fixture.ensemble, library_margin(fixture.ensemble, fixture.rows[r]));
    ASSERT_EQ(found.size(), fixture.predict[r].size());
    for (std::size_t g = 0; g < found.size(); ++g) {
      double const expected = fixture.predict[r][g];
      EXPECT_TRUE(std::abs(found[g] - expected) <= 4e-16 * std::max(1.0, std::abs(expected)))
          << "row " << r << ", output " << g << ": " << found[g] << " != " << expected;
    }
  }
}

TEST_P(SklearnFixture, CoversOfChildrenAddUp) {
  auto const ensemble = load_model(kFolder + GetParam() + ".json");
  for (Tree const& tree : ensemble.trees) {
    ASSERT_EQ(tree.cover.size(), tree.left.size());
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      if (tree.left[n] < 0) continue;
      auto const below =
          tree.cover[static_cast<std::size_t>(tree.left[n])] + tree.cover[static_cast<std::size_t>(tree.right[n])];
      EXPECT_NEAR(below, tree.cover[n], 1e-9 * tree.cover[n]);
    }
  }
}

std::string name_of(testing::TestParamInfo<std::string> const& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '/'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, SklearnFixture, testing::ValuesIn(fixtures()), name_of);

}  // namespace
}  // namespace limpid
