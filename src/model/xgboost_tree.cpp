/// One XGBoost tree: arrays of the file -> limpid::Tree, everything checked that a walk relies on.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "limpid/error.h"
#include "model/tree_shape.h"
#include "model/xgboost_document.h"

namespace limpid::model {
namespace {

constexpr char const* kAdvice =
    "the file is damaged or was changed: save the model again with booster.save_model(\"model.json\")";
constexpr std::int64_t kMaxCategory = std::int64_t{1} << 24;  // XGBoost reads a category from a float32

class Converter {
 public:
  Converter(XgboostRawTree const& raw, std::int64_t number, std::string const& file)
      : raw_(raw), place_{number, file, kAdvice} {}

  void convert(std::vector<Tree>& out) {
    check_header();
    check_sizes();
    Tree tree;
    find_sets(tree);
    fill(tree);
    auto const unreached = static_cast<std::int64_t>(shape_tree(tree, place_));
    if (raw_.num_deleted >= 0 && unreached != raw_.num_deleted)
      fail(fmt::format("{} nodes cannot be reached from the root, but num_deleted is {}", unreached, raw_.num_deleted));
    if (raw_.leaf_size > 1)
      spread_leaves(std::move(tree), out);
    else
      out.push_back(std::move(tree));
  }

 private:
  [[noreturn]] void fail(std::string const& message) const { fail_tree(place_, message); }

  void check_header() const {
    if (raw_.id >= 0 && raw_.id != place_.number)
      fail(fmt::format("its id is {}, expected {} (trees must be in order)", raw_.id, place_.number));
    if (raw_.leaf_size < 0 || raw_.leaf_size > kMaxOutputs)
      fail(fmt::format("size_leaf_vector is {}, expected 0 to {}", raw_.leaf_size, kMaxOutputs));
    if (raw_.num_nodes < 1 || raw_.num_nodes > kMaxTreeNodes)
      fail(fmt::format("num_nodes is {}, expected 1 to {}", raw_.num_nodes, kMaxTreeNodes));
  }

  void check_size(char const* name, std::size_t size) const {
    if (size != static_cast<std::size_t>(raw_.num_nodes))
      fail(fmt::format("{} has {} values, expected num_nodes = {}", name, size, raw_.num_nodes));
  }

  void check_sizes() const {
    check_size("left_children", raw_.left.size());
    check_size("right_children", raw_.right.size());
    check_size("split_indices", raw_.feature.size());
    check_size("split_conditions", raw_.conditions.size());
    check_size("default_left", raw_.default_left.size());
    if (!raw_.hessian.empty()) check_size("sum_hessian", raw_.hessian.size());
    if (!raw_.split_type.empty()) check_size("split_type", raw_.split_type.size());
    if (raw_.leaf_size <= 1) return;
    auto const values = raw_.leaf_weights.empty() ? raw_.base_weights.size() : raw_.leaf_weights.size();
    auto const width = static_cast<std::size_t>(raw_.leaf_size);
    if (values == 0 || values % width != 0 || (raw_.leaf_weights.empty() && values / width != raw_.left.size()))
      fail(fmt::format("{} has {} values for leaves of {}", raw_.leaf_weights.empty() ? "base_weights" : "leaf_weights",
                       values, width));
  }

  /// sets_[old node] = index into tree.sets, or -1. Every set has its own part of `categories`, so that together
  /// they are no larger than the file.
  void find_sets(Tree& tree) {
    if (raw_.split_type.empty() && raw_.categories_nodes.empty()) return;
    check_size("split_type", raw_.split_type.size());
    std::size_t const sets = raw_.categories_nodes.size();
    if (raw_.categories_sizes.size() != sets || raw_.categories_segments.size() != sets)
      fail(fmt::format("categories_nodes has {} values, categories_sizes {}, categories_segments {}", sets,
                       raw_.categories_sizes.size(), raw_.categories_segments.size()));
    sets_.assign(static_cast<std::size_t>(raw_.num_nodes), -1);
    std::int64_t begin = 0;
    for (std::size_t s = 0; s < sets; ++s) {
      std::int64_t const node = raw_.categories_nodes[s];
      std::int64_t const size = raw_.categories_sizes[s];
      auto const all = static_cast<std::int64_t>(raw_.categories.size());
      if (node < 0 || node >= raw_.num_nodes || sets_[static_cast<std::size_t>(node)] != -1)
        fail(fmt::format("categories_nodes names node {}, which is not there or comes twice", node));
      if (raw_.categories_segments[s] != begin || size < 0 || size > all - begin)
        fail(fmt::format("the categories of node {} are {} from position {}, expected position {} and {} in all", node,
                         size, raw_.categories_segments[s], begin, all));
      sets_[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(s);
      tree.sets.push_back(make_set(node, begin, begin + size));
      begin += size;
    }
  }

  std::vector<std::int32_t> make_set(std::int64_t node, std::int64_t begin, std::int64_t end) const {
    std::vector<std::int32_t> set;
    set.reserve(static_cast<std::size_t>(end - begin));
    for (std::int64_t i = begin; i < end; ++i) {
      std::int64_t const category = raw_.categories[static_cast<std::size_t>(i)];
      if (category < 0 || category >= kMaxCategory)
        fail(fmt::format("node {} has category {}, expected 0 to {}", node, category, kMaxCategory - 1));
      set.push_back(static_cast<std::int32_t>(category));
    }
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    return set;
  }

  /// In the file's order; what is at nodes that the root does not reach is never looked at.
  void fill(Tree& tree) const {
    tree.left = raw_.left;
    tree.right = raw_.right;
    tree.feature = raw_.feature;
    tree.threshold.assign(raw_.conditions.begin(), raw_.conditions.end());
    tree.missing_left = raw_.default_left;
    if (raw_.leaf_size > 1)
      place_vectors(tree);
    else
      tree.value = tree.threshold;
    tree.cover.assign(raw_.hessian.begin(), raw_.hessian.end());
    tree.category_set = sets_;
    tree.category_set.resize(raw_.left.size(), -1);
    for (std::size_t node = 0; node < raw_.split_type.size(); ++node) {
      auto const type = raw_.split_type[node];
      if (raw_.left[node] == -1 || (type == 1 && sets_[node] != -1)) continue;
      if (type > 1) fail(fmt::format("split_type of node {} is {}, expected 0 or 1", node, type));
      if (type == 1) fail(fmt::format("node {} is categorical, but categories_nodes lacks it", node));
      tree.category_set[node] = -1;
    }
  }

  /// value[leaf] = which vector of leaf_weights or base_weights is the leaf's, until the nodes have their order.
  void place_vectors(Tree& tree) const {
    std::size_t const vectors = raw_.leaf_weights.size() / static_cast<std::size_t>(raw_.leaf_size);
    tree.value.resize(raw_.left.size());
    for (std::size_t node = 0; node < raw_.left.size(); ++node) {
      tree.value[node] = static_cast<double>(node);
      if (raw_.leaf_weights.empty() || raw_.left[node] != -1) continue;
      if (raw_.right[node] < 0 || static_cast<std::size_t>(raw_.right[node]) >= vectors)
        fail(fmt::format("leaf {} has vector {} of {}", node, raw_.right[node], vectors));
      tree.value[node] = static_cast<double>(raw_.right[node]);
    }
  }

  /// One tree per value of a leaf, side by side.
  void spread_leaves(Tree&& shape, std::vector<Tree>& out) const {
    auto const& values = raw_.leaf_weights.empty() ? raw_.base_weights : raw_.leaf_weights;
    auto const width = static_cast<std::size_t>(raw_.leaf_size);
    for (std::size_t k = 0; k < width; ++k) {
      Tree& tree = out.emplace_back(shape);
      for (std::size_t n = 0; n < tree.left.size(); ++n) {
        if (tree.left[n] != -1) continue;
        float const value = values[static_cast<std::size_t>(shape.value[n]) * width + k];
        if (!std::isfinite(value)) fail(fmt::format("value {} of a leaf is not finite", k));
        tree.value[n] = static_cast<double>(value);
      }
    }
  }

  XgboostRawTree const& raw_;
  TreePlace place_;
  std::vector<std::int32_t> sets_;
};

}  // namespace

void convert_tree(XgboostRawTree const& raw, std::int64_t number, std::string const& file, std::vector<Tree>& out) {
  Converter(raw, number, file).convert(out);
}

}  // namespace limpid::model
