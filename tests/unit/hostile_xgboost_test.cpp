/// Damaged and hostile XGBoost models beyond the scalar trees of JSON: the legacy binary format, vector leaves and the
/// re-coder's categories.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
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

void expect_error(std::string const& bytes, std::string const& format, std::string const& code,
                  std::string const& message) {
  try {
    auto const ensemble = model::read_model(bytes, "m.bin", {.format = format});
    FAIL() << "no error; expected " << code << ": " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << "found: " << error.what();
    EXPECT_NE(error.where().find("m.bin"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

/// A file of 1.7 with its places: "binf", 136 bytes of parameters, two texts, 160 bytes of the forest's, tree 0.
struct Legacy {
  std::string bytes;
  std::size_t objective = 4 + 136;
  std::size_t booster = 0;
  std::size_t forest = 0;
  std::size_t tree = 0;   ///< its parameters
  std::size_t nodes = 0;  ///< of tree 0, 20 bytes each
  std::int32_t count = 0;

  explicit Legacy(std::string const& name) : bytes(read_fixture(name)) {
    booster = objective + 8 + get<std::uint64_t>(objective);
    forest = booster + 8 + get<std::uint64_t>(booster);
    tree = forest + 160;
    nodes = tree + 148;
    count = get<std::int32_t>(tree + 4);
  }

  template <class T>
  T get(std::size_t at) const {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }
  template <class T>
  void set(std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
  }
  [[nodiscard]] std::size_t node(std::size_t n) const { return nodes + 20 * n; }
  [[nodiscard]] std::size_t leaf() const {
    std::size_t n = 0;
    while (get<std::int32_t>(node(n) + 4) != -1) ++n;
    return n;
  }
};

struct Damage {
  char const* name;
  std::function<void(Legacy&)> apply;
  char const* code;
  char const* message;
};

std::vector<Damage> const kDamages = {
    {"Cycle", [](Legacy& l) { l.set(l.node(1) + 4, 0); }, "model.tree", "node 0 is reached twice"},
    {"TwoParents", [](Legacy& l) { l.set(l.node(1) + 4, 2); }, "model.tree", "a cycle or two parents"},
    {"ChildOutside", [](Legacy& l) { l.set(l.node(0) + 8, 1 << 30); }, "model.tree", "node 0 is 1073741824"},
    {"ChildNegative", [](Legacy& l) { l.set(l.node(0) + 8, -7); }, "model.tree", "the right child of node 0 is -7"},
    {"FeatureOutside", [](Legacy& l) { l.set(l.node(0) + 12, 6); }, "model.tree", "splits on feature 6"},
    {"FeatureHuge", [](Legacy& l) { l.set(l.node(0) + 12, -1); }, "model.tree", "splits on feature 2147483647"},
    {"ThresholdNaN", [](Legacy& l) { l.set(l.node(0) + 16, std::nanf("")); }, "model.tree",
     "the threshold of node 0 is NaN"},
    {"LeafInfinite", [](Legacy& l) { l.set(l.node(l.leaf()) + 16, std::numeric_limits<float>::infinity()); },
     "model.tree", "is not finite"},
    {"CoverNaN", [](Legacy& l) { l.set(l.nodes + 20 * static_cast<std::size_t>(l.count) + 4, std::nanf("")); },
     "model.tree", "the cover of node 0 is not finite"},
    {"NodesNone", [](Legacy& l) { l.set(l.tree + 4, 0); }, "model.format", "num_nodes is 0"},
    {"NodesNegative", [](Legacy& l) { l.set(l.tree + 4, INT32_MIN); }, "model.format", "num_nodes is -2147483648"},
    {"NodesHuge", [](Legacy& l) { l.set(l.tree + 4, INT32_MAX); }, "model.format", "truncated"},
    {"Deleted", [](Legacy& l) { l.set(l.tree + 8, 3); }, "model.tree", "but num_deleted is 3"},
    {"LeafVectors", [](Legacy& l) { l.set(l.tree + 20, 2); }, "model.format", "leaves of 2 values"},
    {"TreesHuge", [](Legacy& l) { l.set(l.forest, INT32_MAX); }, "model.format", "truncated"},
    {"TreesNegative", [](Legacy& l) { l.set(l.forest, -1); }, "model.format", "-1 trees"},
    {"TreesFewer", [](Legacy& l) { l.set(l.forest, 1); }, "model.format", ""},
    {"ParallelZero", [](Legacy& l) { l.set(l.forest + 4, -4); }, "model.format", "num_parallel_tree is '-4'"},
    {"ParallelHuge", [](Legacy& l) { l.set(l.forest + 4, 1 << 30); }, "model.format", "num_parallel_tree is"},
    {"FeaturesNone", [](Legacy& l) { l.set(8, 0); }, "model.format", "num_feature is '0'"},
    {"FeaturesHuge", [](Legacy& l) { l.set(8, -1); }, "model.format", "num_feature is '4294967295'"},
    {"ClassesNegative", [](Legacy& l) { l.set(12, -1); }, "model.format", "num_class is '-1'"},
    {"ClassesHuge", [](Legacy& l) { l.set(12, INT32_MAX); }, "model.format", "num_class is"},
    {"TargetsHuge", [](Legacy& l) { l.set(32, INT32_MAX); }, "model.format", "num_target is"},
    {"BaseScoreNaN", [](Legacy& l) { l.set(4, std::nanf("")); }, "model.format", "base_score is 'nan'"},
    {"BaseScoreOutside", [](Legacy& l) { l.set(4, 2.0F); }, "model.format", "a probability between 0 and 1"},
    {"MajorNew", [](Legacy& l) { l.set(24, 4); }, "model.version", "written by XGBoost 4.7"},
    {"MajorNegative", [](Legacy& l) { l.set(24, -1); }, "model.format", "'version' should be"},
    {"ObjectiveHuge", [](Legacy& l) { l.set(l.objective, UINT64_MAX); }, "model.format", "truncated"},
    {"ObjectiveEmpty", [](Legacy& l) { l.set(l.objective, std::uint64_t{0}); }, "model.format", ""},
    {"BoosterHuge", [](Legacy& l) { l.set(l.booster, std::uint64_t{1} << 40U); }, "model.format", "truncated"},
    {"Booster", [](Legacy& l) { l.set(l.booster + 8, 'x'); }, "model.format", "the booster is 'xart'"},
    {"Behind", [](Legacy& l) { l.bytes += "abc"; }, "model.format", "3 bytes behind the model"},
};

class HostileLegacy : public testing::TestWithParam<Damage> {};

TEST_P(HostileLegacy, IsRefused) {
  Legacy legacy("1.7.6/dart.bin");
  GetParam().apply(legacy);
  expect_error(legacy.bytes, "auto", GetParam().code, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(All, HostileLegacy, testing::ValuesIn(kDamages),
                         [](auto const& damage) { return std::string(damage.param.name); });

TEST(DamagedLegacy, UndamagedFilesAreReadWithAndWithoutTheMagic) {
  auto const bytes = read_fixture("1.7.6/dart.bin");
  EXPECT_EQ(model::read_model(bytes, "m").trees.size(), 6U);
  EXPECT_EQ(model::read_model(bytes.substr(4), "m").trees.size(), 6U);
  EXPECT_EQ(model::read_model("binf" + read_fixture("0.90/multi.bin"), "m").trees.size(), 9U);
}

/// 0.90 stores the names under which its GPU objectives were asked for.
TEST(DamagedLegacy, NamesOfGpuObjectivesMeanTheSame) {
  auto bytes = read_fixture("0.90/binary.bin");
  bytes[136] = 19;
  bytes.insert(136 + 8, "gpu:");
  auto const ensemble = model::read_model(bytes, "m");
  EXPECT_EQ(ensemble.objective, "binary:logistic");
  EXPECT_EQ(ensemble.link, Link::kSigmoid);
  EXPECT_EQ(ensemble.trees.size(), 4U);
}

TEST(DamagedLegacy, TruncationSaysWhere) {
  for (char const* const name : {"0.90/poisson.bin", "0.90/dart_multi.bin", "1.7.6/dart.bin", "3.0.5/multi.bin"}) {
    auto const whole = read_fixture(name);
    for (std::size_t size = 4; size < whole.size(); size += 3)
      expect_error(whole.substr(0, size), "xgboost-binary", "model.format",
                   "the model is truncated: it ends at byte " + std::to_string(size));
  }
}

/// Every length of the attributes and of the weights, behind the trees.
TEST(DamagedLegacy, HugeLengthsBehindTheTreesAreRefused) {
  auto const whole = read_fixture("1.7.6/dart.bin");
  auto const attributes = whole.rfind("best_iteration") - 16;  // the count of pairs, before the first one's length
  for (std::size_t const at : {attributes, attributes + 8}) {
    for (std::uint64_t const length : {UINT64_MAX, std::uint64_t{1} << 63U, std::uint64_t{1} << 20U}) {
      auto bytes = whole;
      std::memcpy(bytes.data() + at, &length, sizeof length);
      expect_error(bytes, "auto", "model.format", "truncated");
    }
  }
}

Json vector_leaf(std::string const& version) { return Json::parse(read_fixture(version + "/vector_leaf.json")); }
Json& tree_of(Json& document) { return document["learner"]["gradient_booster"]["model"]["trees"][0]; }
void expect_refused(Json const& document, std::string const& code, std::string const& message) {
  expect_error(document.dump(), "auto", code, message);
}

TEST(HostileVectorLeaves, AreRefused) {
  auto document = vector_leaf("3.0.5");
  tree_of(document)["base_weights"].erase(0);
  expect_refused(document, "model.tree", "base_weights has 29 values for leaves of 2");
  document = vector_leaf("3.0.5");
  tree_of(document).erase("base_weights");
  expect_refused(document, "model.tree", "base_weights has 0 values");
  document = vector_leaf("3.0.5");
  tree_of(document)["base_weights"] = "x";
  expect_refused(document, "model.format", "expected an array");
  document = vector_leaf("3.4.1");
  tree_of(document)["leaf_weights"].erase(0);
  expect_refused(document, "model.tree", "leaf_weights has 15 values for leaves of 2");
  document = vector_leaf("3.4.1");
  tree_of(document)["right_children"][14] = 8;
  expect_refused(document, "model.tree", "leaf 14 has vector 8 of 8");
  document = vector_leaf("3.4.1");
  tree_of(document)["right_children"][14] = -1;
  expect_refused(document, "model.tree", "leaf 14 has vector -1 of 8");
  document = vector_leaf("3.4.1");
  tree_of(document)["leaf_weights"][3] = 1e39;
  expect_refused(document, "model.tree", "value 1 of a leaf is not finite");
  document = vector_leaf("3.4.1");
  tree_of(document)["tree_param"]["size_leaf_vector"] = "2147483647";
  expect_refused(document, "model.tree", "size_leaf_vector is 2147483647");
  document = vector_leaf("3.4.1");
  tree_of(document)["tree_param"]["size_leaf_vector"] = "-2";
  expect_refused(document, "model.tree", "size_leaf_vector is -2");
  document = vector_leaf("3.4.1");
  tree_of(document)["tree_param"]["size_leaf_vector"] = "1";
  expect_refused(document, "model.tree", "tree 1 has leaves of 2 values, the trees before it 1");
  document = vector_leaf("3.4.1");
  document["learner"]["learner_model_param"]["num_target"] = "3";
  document["learner"]["learner_model_param"]["base_score"] = "[0E0]";
  expect_refused(document, "model.format", "leaves of 2 values, but the model has 3 outputs");
  document = vector_leaf("3.4.1");
  document["learner"]["gradient_booster"]["model"]["tree_info"][0] = 1;
  expect_refused(document, "model.format", "tree_info gives tree 0 to output 1");
}

Json strings() { return Json::parse(read_fixture("3.4.1/strings.json")); }
Json& category_of(Json& document, std::size_t feature) {
  return document["learner"]["gradient_booster"]["model"]["cats"]["enc"][feature];
}

TEST(HostileCategories, AreRefused) {
  for (auto const& [at, value] : {std::pair<int, std::int64_t>{1, -1}, {1, 1000}, {12, 1 << 30}, {0, 20}}) {
    auto document = strings();
    category_of(document, 5)["offsets"][static_cast<std::size_t>(at)] = value;
    expect_refused(document, "model.format", "of 98 bytes");
  }
  auto document = strings();
  category_of(document, 5)["values"] = "region";
  expect_refused(document, "model.format", "expected an array");
  document = strings();
  document["learner"]["gradient_booster"]["model"]["cats"]["enc"].erase(0);
  expect_refused(document, "model.format", "cats has 5 entries, but num_feature is 6");
  document = strings();
  category_of(document, 5)["novelty"] = 1;
  expect_refused(document, "model.version", "cats/enc/novelty'");
  document = strings();
  category_of(document, 5)["offsets"][1] = 8.5;
  expect_refused(document, "model.format", "expected a whole number");
}

/// UBJSON keeps the bits of unsigned numbers in signed ones.
TEST(HostileCategories, UnsignedNumbersKeepTheirBits) {
  for (auto const& [type, text] :
       {std::pair<int, char const*>{10, "255"}, {12, "65535"}, {14, "4294967295"}, {13, "-1"}}) {
    auto document = strings();
    category_of(document, 2) = {{"type", type}, {"values", std::vector<int>(40, -1)}};
    auto const model = model::read_model(document.dump(), "m");
    EXPECT_EQ(model.features[2].categories[0], text) << type;
  }
}

}  // namespace
}  // namespace limpid
