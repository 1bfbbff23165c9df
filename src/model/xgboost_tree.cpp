/// One XGBoost tree: arrays of the file -> limpid::Tree, everything checked that a walk relies on.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limpid/error.h"
#include "model/xgboost_document.h"

namespace limpid::model {
namespace {

constexpr std::int64_t kMaxNodes = std::numeric_limits<std::int32_t>::max() - 1;
constexpr std::int64_t kMaxCategory = std::int64_t{1} << 24;  // XGBoost reads a category from a float32

class Converter {
 public:
  Converter(XgboostRawTree const& raw, std::int64_t number, std::string const& file)
      : raw_(raw), number_(number), file_(file) {}

  Tree convert() {
    check_header();
    check_sizes();
    order_nodes();
    Tree tree;
    find_sets(tree);
    fill(tree);
    return tree;
  }

 private:
  [[noreturn]] void fail(std::string const& message) const {
    throw Error("model.tree", fmt::format("tree {}: {}", number_, message), file_,
                "the file is damaged or was changed: save the model again with booster.save_model(\"model.json\")");
  }

  void check_header() const {
    if (raw_.id >= 0 && raw_.id != number_)
      fail(fmt::format("its id is {}, expected {} (trees must be in order)", raw_.id, number_));
    if (raw_.leaf_size > 1)
      throw Error("model.tree",
                  fmt::format("tree {} has vector leaves of {} values, which this version cannot explain", number_,
                              raw_.leaf_size),
                  file_, "train with multi_strategy=\"one_output_per_tree\" (XGBoost's default)");
    if (raw_.num_nodes < 1 || raw_.num_nodes > kMaxNodes)
      fail(fmt::format("num_nodes is {}, expected 1 to {}", raw_.num_nodes, kMaxNodes));
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
  }

  /// Breadth first from the root, without recursion: order_[new] = old. A node met twice is a cycle or has two
  /// parents; deleted nodes are never met.
  void order_nodes() {
    renumbered_.assign(static_cast<std::size_t>(raw_.num_nodes), -1);
    renumbered_[0] = 0;
    order_.assign(1, 0);
    for (std::size_t next = 0; next < order_.size(); ++next) {
      std::size_t const node = order_[next];
      if (raw_.left[node] == -1) continue;
      adopt(raw_.left[node], node, "left");
      adopt(raw_.right[node], node, "right");
    }
    auto const unreached = raw_.num_nodes - static_cast<std::int64_t>(order_.size());
    if (raw_.num_deleted >= 0 && unreached != raw_.num_deleted)
      fail(fmt::format("{} nodes cannot be reached from the root, but num_deleted is {}", unreached, raw_.num_deleted));
  }

  void adopt(std::int64_t child, std::size_t node, char const* side) {
    if (child < 0 || child >= raw_.num_nodes)
      fail(fmt::format("the {} child of node {} is {}, expected 0 to {}", side, node, child, raw_.num_nodes - 1));
    auto& slot = renumbered_[static_cast<std::size_t>(child)];
    if (slot != -1) fail(fmt::format("node {} is reached twice (a cycle or two parents), from node {}", child, node));
    slot = static_cast<std::int32_t>(order_.size());
    order_.push_back(static_cast<std::size_t>(child));
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

  void fill(Tree& tree) const {
    std::size_t const n = order_.size();
    tree.left.assign(n, -1);
    tree.right.assign(n, -1);
    tree.feature.assign(n, -1);
    tree.threshold.assign(n, 0.0);
    tree.missing_left.assign(n, 0);
    tree.category_set.assign(n, -1);
    tree.value.assign(n, 0.0);
    if (!raw_.hessian.empty()) tree.cover.assign(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t const node = order_[i];
      if (!raw_.hessian.empty()) {
        if (!std::isfinite(raw_.hessian[node])) fail(fmt::format("sum_hessian of node {} is not finite", node));
        tree.cover[i] = static_cast<double>(raw_.hessian[node]);
      }
      if (raw_.left[node] == -1) {
        if (!std::isfinite(raw_.conditions[node])) fail(fmt::format("the value of leaf {} is not finite", node));
        tree.value[i] = static_cast<double>(raw_.conditions[node]);
      } else {
        fill_split(tree, i, node);
      }
    }
  }

  void fill_split(Tree& tree, std::size_t i, std::size_t node) const {
    tree.left[i] = renumbered_[static_cast<std::size_t>(raw_.left[node])];
    tree.right[i] = renumbered_[static_cast<std::size_t>(raw_.right[node])];
    std::int64_t const feature = raw_.feature[node];
    if (feature < 0 || feature > kMaxNodes) fail(fmt::format("node {} splits on feature {}", node, feature));
    tree.feature[i] = static_cast<std::int32_t>(feature);
    if (raw_.default_left[node] != 0 && raw_.default_left[node] != 1)
      fail(fmt::format("default_left of node {} is {}, expected 0 or 1", node, raw_.default_left[node]));
    tree.missing_left[i] = static_cast<std::uint8_t>(raw_.default_left[node]);
    std::int64_t const type = raw_.split_type.empty() ? 0 : raw_.split_type[node];
    if (type != 0 && type != 1) fail(fmt::format("split_type of node {} is {}, expected 0 or 1", node, type));
    if (type == 1) {
      tree.category_set[i] = sets_[node];
      if (sets_[node] == -1) fail(fmt::format("node {} is categorical, but categories_nodes lacks it", node));
      return;
    }
    if (std::isnan(raw_.conditions[node])) fail(fmt::format("the threshold of node {} is NaN", node));
    tree.threshold[i] = static_cast<double>(raw_.conditions[node]);
  }

  XgboostRawTree const& raw_;
  std::int64_t number_;
  std::string const& file_;
  std::vector<std::size_t> order_;
  std::vector<std::int32_t> renumbered_;
  std::vector<std::int32_t> sets_;
};

}  // namespace

Tree convert_tree(XgboostRawTree const& raw, std::int64_t number, std::string const& file) {
  return Converter(raw, number, file).convert();
}

}  // namespace limpid::model
