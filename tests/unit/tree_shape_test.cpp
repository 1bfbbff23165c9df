/// Trees by hand, in the orders and with the faults that files have.
#include "model/tree_shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "limpid/error.h"

namespace limpid::model {
namespace {

std::string const kFile = "m.txt";
constexpr char const* kAdvice = "save it again";

/// Depth first, as a writer with recursion numbers its nodes, with node 4 deleted:
///            0
///         1     5
///       2   3
Tree depth_first() {
  Tree tree;
  tree.left = {1, 2, -1, -1, -1, -1};
  tree.right = {5, 3, 77, -1, -1, -1};
  tree.feature = {0, 1, 9, -1, -5, -1};
  tree.threshold = {0.5, 1.5, 6.0, 7.0, NAN, 8.0};
  tree.missing_left = {1, 0, 1, 9, 9, 1};
  tree.zero_missing = {0, 1, 1, 0, 1, 0};
  tree.category_set = {-1, 0, 5, -1, 7, -1};
  tree.value = {99.0, 98.0, 1.0, 2.0, NAN, 3.0};
  tree.cover = {6.0, 4.0, 3.0, 1.0, INFINITY, 2.0};
  tree.sets = {{1, 4}};
  return tree;
}

TEST(TreeShape, RenumbersBreadthFirstAndDropsWhatIsNotReached) {
  auto tree = depth_first();
  EXPECT_EQ(shape_tree(tree, {0, kFile, kAdvice}), 1U);
  EXPECT_EQ(tree.left, (std::vector<std::int32_t>{1, 3, -1, -1, -1}));
  EXPECT_EQ(tree.right, (std::vector<std::int32_t>{2, 4, -1, -1, -1}));
  EXPECT_EQ(tree.feature, (std::vector<std::int32_t>{0, 1, -1, -1, -1}));
  EXPECT_EQ(tree.threshold, (std::vector<double>{0.5, 0.0, 0.0, 0.0, 0.0}));
  EXPECT_EQ(tree.missing_left, (std::vector<std::uint8_t>{1, 0, 0, 0, 0}));
  EXPECT_EQ(tree.zero_missing, (std::vector<std::uint8_t>{0, 1, 0, 0, 0}));
  EXPECT_EQ(tree.category_set, (std::vector<std::int32_t>{-1, 0, -1, -1, -1}));
  EXPECT_EQ(tree.value, (std::vector<double>{0.0, 0.0, 3.0, 1.0, 2.0}));
  EXPECT_EQ(tree.cover, (std::vector<double>{6.0, 4.0, 2.0, 3.0, 1.0}));
}

TEST(TreeShape, KeepsATreeThatIsInOrder) {
  auto tree = depth_first();
  shape_tree(tree, {0, kFile, kAdvice});
  auto const once = tree;
  EXPECT_EQ(shape_tree(tree, {0, kFile, kAdvice}), 0U);
  EXPECT_EQ(tree.left, once.left);
  EXPECT_EQ(tree.value, once.value);
}

TEST(TreeShape, TakesASingleLeaf) {
  Tree tree;
  tree.left = tree.right = tree.feature = tree.category_set = {-1};
  tree.threshold = {NAN};
  tree.missing_left = {0};
  tree.value = {2.5};
  EXPECT_EQ(shape_tree(tree, {0, kFile, kAdvice}), 0U);
  EXPECT_EQ(tree.value, (std::vector<double>{2.5}));
}

struct Fault {
  char const* name;
  std::function<void(Tree&)> apply;
  char const* message;
};

std::vector<Fault> const kFaults = {
    {"Cycle", [](Tree& t) { t.left[1] = 0; }, "tree 3: node 0 is reached twice (a cycle or two parents), from node 1"},
    {"Itself", [](Tree& t) { t.right[1] = 1; }, "node 1 is reached twice"},
    {"TwoParents", [](Tree& t) { t.right[1] = 5; }, "node 5 is reached twice"},
    {"Outside", [](Tree& t) { t.right[0] = 6; }, "the right child of node 0 is 6, expected 0 to 5"},
    {"Negative", [](Tree& t) { t.left[1] = -2; }, "the left child of node 1 is -2"},
    {"OnlyLeft", [](Tree& t) { t.right[1] = -1; }, "the right child of node 1 is -1"},
    {"Feature", [](Tree& t) { t.feature[1] = -1; }, "node 1 splits on feature -1"},
    {"Threshold", [](Tree& t) { t.threshold[0] = NAN; }, "the threshold of node 0 is NaN"},
    {"Set", [](Tree& t) { t.category_set[1] = 1; }, "node 1 has category set 1 of 1"},
    {"SetNegative", [](Tree& t) { t.category_set[1] = -2; }, "node 1 has category set -2"},
    {"Missing", [](Tree& t) { t.missing_left[0] = 2; }, "default_left of node 0 is 2"},
    {"Value", [](Tree& t) { t.value[3] = NAN; }, "the value of leaf 3 is not finite"},
    {"ValueInfinite", [](Tree& t) { t.value[5] = INFINITY; }, "the value of leaf 5 is not finite"},
    {"Cover", [](Tree& t) { t.cover[1] = NAN; }, "the cover of node 1 is not finite"},
};

class FaultyTree : public testing::TestWithParam<Fault> {};

TEST_P(FaultyTree, IsRefused) {
  auto tree = depth_first();
  GetParam().apply(tree);
  try {
    shape_tree(tree, {3, kFile, kAdvice});
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "model.tree");
    EXPECT_NE(std::string(error.what()).find(GetParam().message), std::string::npos) << error.what();
    EXPECT_EQ(error.where(), kFile);
    EXPECT_EQ(error.hint(), kAdvice);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FaultyTree, testing::ValuesIn(kFaults),
                         [](auto const& fault) { return fault.param.name; });

Ensemble ensemble_of(Tree tree) {
  Ensemble ensemble;
  shape_tree(tree, {0, kFile, kAdvice});
  ensemble.base_margin = {0.0};
  ensemble.rounds = 1;
  ensemble.features.resize(2);
  ensemble.trees.push_back(std::move(tree));
  return ensemble;
}

void expect_refused(Ensemble ensemble, std::string const& message) {
  try {
    check_trees(ensemble, kFile, kAdvice);
    FAIL() << "no error; expected " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "model.tree");
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
  }
}

TEST(CheckTrees, MarksCategoricalFeatures) {
  auto ensemble = ensemble_of(depth_first());
  check_trees(ensemble, kFile, kAdvice);
  EXPECT_EQ(ensemble.features[0].kind, FeatureKind::kNumeric);
  EXPECT_EQ(ensemble.features[1].kind, FeatureKind::kCategorical);
}

TEST(CheckTrees, RefusesWhatIsOutsideTheModel) {
  auto ensemble = ensemble_of(depth_first());
  ensemble.features.resize(1);
  expect_refused(ensemble, "tree 0 splits on feature 1, but num_feature is 1");
  ensemble = ensemble_of(depth_first());
  ensemble.trees[0].output = 1;
  expect_refused(ensemble, "tree 0 adds to output 1, but the model has 1");
  ensemble = ensemble_of(depth_first());
  ensemble.trees[0].round = 1;
  expect_refused(ensemble, "tree 0 is of round 1, but the model has 1");
  auto tree = depth_first();
  tree.feature[0] = 1;
  expect_refused(ensemble_of(tree), "feature 1 has both numeric and categorical splits");
}

}  // namespace
}  // namespace limpid::model
