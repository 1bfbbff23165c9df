/// Damaged, hostile and unusual LightGBM text: each damage gets one error that says what was found, and what LightGBM
/// reads in other spellings is read.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "model/read_model.h"

namespace limpid {
namespace {

/// Two features, one of them categorical; a tree of three leaves and a single leaf.
std::string good() {
  return "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\n"
         "objective=binary sigmoid:1\nfeature_names=age region\nfeature_infos=[18:70] 0:2:1\ntree_sizes=1 1\n\n"
         "Tree=0\nnum_leaves=3\nnum_cat=1\nsplit_feature=0 1\nsplit_gain=2 1\nthreshold=0.1 0\ndecision_type=8 1\n"
         "left_child=1 -1\nright_child=-2 -3\nleaf_value=0.5 -0.25 1e-3\nleaf_weight=1 1 1\nleaf_count=3 5 2\n"
         "internal_value=0 0\ninternal_weight=1 1\ninternal_count=10 5\ncat_boundaries=0 1\ncat_threshold=6\n"
         "is_linear=0\nshrinkage=1\n\n\n"
         "Tree=1\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nsplit_gain=\nthreshold=\ndecision_type=\nleft_child=\n"
         "right_child=\nleaf_value=0.125\nleaf_weight=\nleaf_count=\ninternal_value=\ninternal_weight=\n"
         "internal_count=\nis_linear=0\nshrinkage=1\n\n\n"
         "end of trees\n\nfeature_importances:\nage=1\nregion=1\n\nparameters:\n[boosting: gbdt]\n"
         "[categorical_feature: 1]\n\nend of parameters\n\npandas_categorical:[[\"a\", \"b\", \"c\"]]\n";
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Ensemble read(std::string const& text, LoadOptions const& options = {}) {
  return model::read_model(text, "m.txt", options);
}

void expect_error(std::string const& text, std::string const& code, std::string const& message) {
  try {
    auto const ensemble = read(text);
    FAIL() << "no error; expected " << code << ": " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << "found: " << error.what();
    EXPECT_NE(error.where().find("m.txt"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(LightgbmText, TreeIsInLimpidsForm) {
  auto const model = read(good());
  ASSERT_EQ(model.trees.size(), 2U);
  auto const& tree = model.trees[0];
  EXPECT_EQ(tree.left, (std::vector<std::int32_t>{1, 3, -1, -1, -1}));  // the set's side is the right one
  EXPECT_EQ(tree.right, (std::vector<std::int32_t>{2, 4, -1, -1, -1}));
  EXPECT_EQ(tree.value, (std::vector<double>{0.0, 0.0, -0.25, 1e-3, 0.5}));
  EXPECT_EQ(tree.cover, (std::vector<double>{10.0, 5.0, 5.0, 2.0, 3.0}));
  EXPECT_EQ(tree.threshold[0], std::nextafter(0.1, 1.0));
  EXPECT_EQ(tree.missing_left, (std::vector<std::uint8_t>{0, 1, 0, 0, 0}));
  EXPECT_EQ(tree.category_set[1], 0);
  EXPECT_EQ(tree.sets, (std::vector<std::vector<std::int32_t>>{{1, 2}}));
  EXPECT_EQ(model.trees[1].value, std::vector<double>{0.125});
  EXPECT_EQ(model.features[1].categories, (std::vector<std::string>{"a", "b", "c"}));
}

/// decision_type -> missing_left, zero_missing; the threshold is 0.1, and -0.1.
TEST(LightgbmText, MissingTypes) {
  struct Rule {
    char const* decision;
    bool missing_left, missing_left_below, zero_missing;
  };
  for (auto const& rule :
       {Rule{"0", true, false, false}, Rule{"2", true, false, false}, Rule{"4", false, false, true},
        Rule{"6", true, true, true}, Rule{"8", false, false, false}, Rule{"10", true, true, false}}) {
    auto const text = replaced(good(), "decision_type=8", std::string("decision_type=") + rule.decision);
    auto const above = read(text).trees[0];
    auto const below = read(replaced(text, "threshold=0.1", "threshold=-0.1")).trees[0];
    EXPECT_EQ(above.missing_left[0] != 0, rule.missing_left) << rule.decision;
    EXPECT_EQ(below.missing_left[0] != 0, rule.missing_left_below) << rule.decision;
    EXPECT_EQ(!above.zero_missing.empty() && above.zero_missing[0] != 0, rule.zero_missing) << rule.decision;
  }
}

TEST(LightgbmText, OtherSpellingsAreRead) {
  std::string crlf;
  for (char const c : good()) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  auto const expected = read(good());
  auto bare = good();
  bare.pop_back();
  auto const old = replaced(replaced(good(), "version=v4", "version=v2"),
                            "end of trees\n\nfeature_importances:", "feature importances:");
  for (auto const& text : {crlf, bare, old, "\xef\xbb\xbf" + good()}) {
    auto const model = read(text);
    EXPECT_EQ(model.trees[0].value, expected.trees[0].value);
    EXPECT_EQ(model.features[1].categories, expected.features[1].categories);
    EXPECT_TRUE(model.warnings.empty());
  }
}

TEST(LightgbmText, ColumnsWithoutNamesHaveNone) {
  auto const model = read(replaced(good(), "feature_names=age region", "feature_names=Column_0 Column_1"));
  EXPECT_FALSE(model.named_features);
  EXPECT_TRUE(read(replaced(good(), "feature_names=age region", "feature_names=a=b Column_1")).named_features);
}

TEST(LightgbmText, ThresholdsAtTheEndsOfDouble) {
  auto const at = [](char const* text) {
    return read(replaced(good(), "threshold=0.1", std::string("threshold=") + text)).trees[0].threshold[0];
  };
  EXPECT_EQ(at("1.7976931348623157e+308"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(at("inf"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(at("-0"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(at("4.9406564584124654e-324"), 2 * std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(at("1e300"), std::nextafter(1e300, 2e300));
}

TEST(LightgbmText, WithoutCountsThereAreNoCovers) {
  EXPECT_TRUE(read(replaced(good(), "leaf_count=3 5 2\n", "")).trees[0].cover.empty());
}

TEST(LightgbmText, NewerVersionsAndKeysNeedLeave) {
  auto const version = replaced(good(), "version=v4", "version=v5");
  auto const header = replaced(good(), "label_index=0", "label_index=0\nnovelty=1");
  auto const tree = replaced(good(), "shrinkage=1", "shrinkage=1\nleaf_magic=1 2 3");
  expect_error(version, "model.version", "version v5");
  expect_error(header, "model.version", "'novelty'");
  expect_error(tree, "model.version", "'tree 0: leaf_magic'");
  LoadOptions leave;
  leave.allow_unknown_version = true;
  for (auto const& text : {version, header, tree}) EXPECT_EQ(read(text, leave).warnings.size(), 1U);
}

TEST(LightgbmText, UnknownObjectiveHasNoResponse) {
  auto const model = read(replaced(good(), "objective=binary sigmoid:1", "objective=novel alpha:3"));
  EXPECT_FALSE(model.has_response);
  EXPECT_EQ(model.warnings.size(), 1U);
  EXPECT_TRUE(read(replaced(good(), "objective=binary sigmoid:1", "objective=mse")).has_response);
}

struct Damage {
  char const *name, *from, *to, *code, *message;
};

std::vector<Damage> const kDamages = {
    {"Cycle", "left_child=1", "left_child=0", "model.tree", "node 0 is reached twice"},
    {"TwoParents", "right_child=-2 -3", "right_child=-2 -1", "model.tree", "a cycle or two parents"},
    {"TwoParentsOfANode", "right_child=-2", "right_child=1", "model.tree", "node 1 is reached twice"},
    {"ChildOutside", "left_child=1", "left_child=2", "model.tree", "the left child of node 0 is 2"},
    {"LeafOutside", "right_child=-2", "right_child=-4", "model.tree", "the right child of node 0 is -4"},
    {"ChildHuge", "left_child=1", "left_child=9223372036854775808", "model.format", "expected a whole number"},
    {"ChildText", "left_child=1", "left_child=x", "model.format", "left_child has 'x'"},
    {"LeavesHuge", "num_leaves=3", "num_leaves=2147483647", "model.tree", "num_leaves is 2147483647"},
    {"LeavesMany", "num_leaves=3", "num_leaves=1000000000", "model.tree", "leaf_value has 3 values"},
    {"LeavesNone", "num_leaves=3", "num_leaves=0", "model.tree", "num_leaves is 0"},
    {"LeavesOneMore", "num_leaves=3", "num_leaves=4", "model.tree", "leaf_value has 3 values, expected 4"},
    {"ListShort", "threshold=0.1 0", "threshold=0.1", "model.tree", "threshold has 1 values, expected 2"},
    {"ListMissing", "right_child=-2 -3\n", "", "model.tree", "right_child has 0 values"},
    {"ThresholdNan", "threshold=0.1", "threshold=nan", "model.tree", "the threshold of node 0 is NaN"},
    {"ThresholdHuge", "threshold=0.1", "threshold=1e999", "model.format", "a number that a double holds"},
    {"LeafInfinite", "leaf_value=0.5", "leaf_value=inf", "model.tree", "is not finite"},
    {"LeafNan", "leaf_value=0.5", "leaf_value=nan", "model.tree", "is not finite"},
    {"Feature", "split_feature=0 1", "split_feature=2 1", "model.tree", "splits on feature 2"},
    {"FeatureNegative", "split_feature=0 1", "split_feature=-1 1", "model.tree", "splits on feature -1"},
    {"BothKinds", "split_feature=0 1", "split_feature=1 1", "model.tree", "both numeric and categorical"},
    {"Decision", "decision_type=8", "decision_type=12", "model.tree", "decision_type of node 0 is 12"},
    {"CountNegative", "leaf_count=3", "leaf_count=-3", "model.tree", "a count of rows is -3"},
    {"SetOutside", "threshold=0.1 0", "threshold=0.1 1", "model.tree", "node 1 names category set 1 of 1"},
    {"SetFraction", "threshold=0.1 0", "threshold=0.1 0.5", "model.tree", "names category set 0.5"},
    {"SetNan", "threshold=0.1 0", "threshold=0.1 nan", "model.tree", "names category set nan"},
    {"Boundaries", "cat_boundaries=0 1", "cat_boundaries=0 9", "model.tree", "cat_boundaries"},
    {"BoundariesBack", "num_cat=1", "num_cat=2", "model.tree", "num_cat + 1 = 3"},
    {"Word", "cat_threshold=6", "cat_threshold=4294967296", "model.tree", "expected 32 bits"},
    {"NoSets", "num_cat=1", "num_cat=0", "model.tree", "names category set 0 of 0"},
    {"Linear", "is_linear=0", "is_linear=1", "model.tree", "linear_tree"},
    {"TreeTwice", "Tree=1", "Tree=0", "model.format", "expected Tree=1"},
    {"TreeLacking", "Tree=1\n", "", "model.format", "found 'num_leaves=1', expected a tree"},
    {"KeyTwice", "num_cat=1\n", "num_cat=1\nnum_cat=1\n", "model.format", "the key 'num_cat' comes twice"},
    {"HeaderKeyTwice", "num_class=1\n", "num_class=1\nnum_class=2\n", "model.format", "comes twice"},
    {"TreeSizes", "tree_sizes=1 1", "tree_sizes=1 1 1", "model.format", "counts 3 trees, but the file has 2"},
    {"Outputs", "num_tree_per_iteration=1", "num_tree_per_iteration=3", "model.format", "num_tree_per_iteration 3"},
    {"OutputsHuge", "num_class=1", "num_class=2147483647", "model.format", "num_class is 2147483647"},
    {"FeaturesHuge", "max_feature_idx=1", "max_feature_idx=4000000000", "model.format", "max_feature_idx is"},
    {"FeaturesMany", "max_feature_idx=1", "max_feature_idx=4000000", "model.format", "feature_names has 2 entries"},
    {"NamesTwin", "feature_names=age region", "feature_names=age age", "model.format", "two features are named"},
    {"Sigmoid", "sigmoid:1", "sigmoid:-1", "model.objective", "expected a positive number"},
    {"NoSigmoid", " sigmoid:1", "", "model.objective", "expected 'sigmoid:'"},
    {"Classes", "objective=binary sigmoid:1", "objective=multiclass num_class:3", "model.format", "does not go with"},
    {"Version", "version=v4", "version=four", "model.format", "version is 'four'"},
    {"OldVersion", "version=v4", "version=v1", "model.version", "before 2.1"},
    {"Pandas", "\"c\"]]", "\"c\"", "model.format", "pandas_categorical"},
    {"PandasNoList", "[[\"a\", \"b\", \"c\"]]", "{\"a\":1}", "model.format", "pandas_categorical"},
};

class LightgbmDamage : public testing::TestWithParam<Damage> {};

TEST_P(LightgbmDamage, GetsOneError) {
  auto const& damage = GetParam();
  expect_error(replaced(good(), damage.from, damage.to), damage.code, damage.message);
}

INSTANTIATE_TEST_SUITE_P(All, LightgbmDamage, testing::ValuesIn(kDamages),
                         [](auto const& damage) { return std::string(damage.param.name); });

/// Every beginning of the file is an error up to the end of the trees; what follows is not needed.
TEST(LightgbmText, EveryTruncationIsAnErrorOrTheModel) {
  auto const text = good();
  std::size_t const trees = text.find("end of trees") + std::string("end of trees").size();
  for (std::size_t size = std::string("tree\nversion=").size(); size < trees; ++size) {
    EXPECT_THROW((void)read(text.substr(0, size)), Error) << size;
  }
  for (std::size_t size = trees; size <= text.size(); ++size) {
    try {
      EXPECT_EQ(read(text.substr(0, size)).trees.size(), 2U);
    } catch (Error const& error) {
      EXPECT_NE(std::string(error.what()).find("pandas_categorical"), std::string::npos) << error.what();
    }
  }
}

TEST(LightgbmText, DeepChainEndsInAnError) {
  constexpr int kLeaves = 20000;
  std::string left = "left_child=";
  std::string right = "right_child=";
  std::string zeros;
  for (int n = 0; n + 1 < kLeaves; ++n) {
    left += std::to_string(n + 2 < kLeaves ? n + 1 : ~(kLeaves - 1)) + " ";
    right += std::to_string(~n) + " ";
    zeros += "0 ";
  }
  auto const text =
      "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\nfeature_names=a\nfeature_infos=[0:1]\n\nTree=0\n"
      "num_leaves=20000\nnum_cat=0\nsplit_feature=" +
      zeros + "\nthreshold=" + zeros + "\n" + left + "\n" + right + "\nleaf_value=" + zeros + "0\n\nend of trees\n";
  expect_error(text, "model.tree", "deeper than");
}

struct Lists {
  char const *infos, *parameter, *json;
  std::vector<std::size_t> sizes;  ///< categories per feature; empty: a warning and none
};

/// The lists go to the columns that can have them, where there is one way.
TEST(LightgbmCategories, AreMatchedToColumnsInOrder) {
  std::vector<Lists> const cases = {
      {"[18:70] 0:2:1", "1", "[[\"a\",\"b\",\"c\"]]", {0, 3}},
      {"[0:2] 0:2:1", "1", "[[\"a\",\"b\",\"c\"]]", {0, 3}},           // the parameter decides
      {"[0:2] -1:1:0", "1", "[[1,2,3],[\"a\",\"b\",\"c\"]]", {3, 3}},  // an ordered column is numbers
      {"none -1:1:0", "0,1", "[[true],[\"a\",\"b\",\"c\"]]", {1, 3}},  // a constant one is nothing
      {"[0:2] 0:1", "", "[[\"a\",\"b\",\"c\"]]", {}},                  // either column
      {"[0:2] 0:1", "0,1", "[[\"a\",\"b\",\"c\"]]", {}},               // as many columns as texts, and one list
      {"[0:2.5] 0:1:2:3", "1", "[[\"a\",\"b\",\"c\"]]", {}},           // too few texts
      {"[18:70] 0:2:1", "1", "null", {0, 0}},
      {"[18:70] 0:2:1", "1", "[]", {0, 0}},
  };
  for (auto const& it : cases) {
    SCOPED_TRACE(std::string(it.infos) + " " + it.json);
    auto text = replaced(good(), "feature_infos=[18:70] 0:2:1", std::string("feature_infos=") + it.infos);
    text = replaced(text, "[categorical_feature: 1]", std::string("[categorical_feature: ") + it.parameter + "]");
    text = replaced(text, "[[\"a\", \"b\", \"c\"]]", it.json);
    auto const model = read(text);
    EXPECT_EQ(model.warnings.size(), it.sizes.empty() ? 1U : 0U);
    for (std::size_t f = 0; f < 2; ++f)
      EXPECT_EQ(model.features[f].categories.size(), it.sizes.empty() ? 0U : it.sizes[f]) << f;
  }
}

}  // namespace
}  // namespace limpid
