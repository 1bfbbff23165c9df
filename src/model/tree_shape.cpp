#include "model/tree_shape.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>
#include <vector>

#include "limpid/error.h"

namespace limpid::model {
namespace {

class Shaper {
 public:
  Shaper(Tree& tree, TreePlace const& place) : tree_(tree), place_(place), nodes_(tree.left.size()) {}

  std::size_t shape() {
    if (is_in_order()) {
      for (std::size_t node = 0; node < nodes_; ++node) settle(node);
      return 0;
    }
    order_nodes();
    for (auto const node : order_) settle(node);
    renumber();
    return nodes_ - order_.size();
  }

 private:
  /// Whether each split's children are the next two nodes that no split before it has: then the order is limpid's and
  /// every node is reached once. So most libraries write; the rest, faulty trees among them, order_nodes looks at.
  bool is_in_order() const {
    std::int64_t depth = 0;
    std::size_t level_end = 1;  // of the nodes at `depth`
    std::size_t next = 1;       // the first that is no child yet
    for (std::size_t node = 0; node < next; ++node) {
      if (node == level_end) {
        level_end = next;
        ++depth;
      }
      if (tree_.left[node] == -1) continue;
      if (static_cast<std::size_t>(tree_.left[node]) != next || static_cast<std::size_t>(tree_.right[node]) != next + 1)
        return false;
      next += 2;
      if (next > nodes_) return false;
    }
    return next == nodes_ && depth <= kMaxTreeDepth;
  }

  /// Breadth first from the root, without recursion: order_[new] = old. A node met twice is a cycle or has two
  /// parents; a node that is never met was deleted by the library.
  void order_nodes() {
    renumbered_.assign(nodes_, -1);
    renumbered_[0] = 0;
    order_.reserve(nodes_);
    order_.push_back(0);
    std::int64_t depth = 0;
    std::size_t level_end = 1;  // of the nodes at `depth`
    for (std::size_t next = 0; next < order_.size(); ++next) {
      if (next == level_end) {
        level_end = order_.size();
        if (++depth > kMaxTreeDepth) fail(fmt::format("it is deeper than {} levels", kMaxTreeDepth));
      }
      std::size_t const node = order_[next];
      if (tree_.left[node] == -1) continue;
      adopt(tree_.left[node], node, "left");
      adopt(tree_.right[node], node, "right");
    }
  }

  void adopt(std::int32_t child, std::size_t node, char const* side) {
    auto const index = static_cast<std::size_t>(child);
    if (child < 0 || index >= nodes_)
      fail(fmt::format("the {} child of node {} is {}, expected 0 to {}", side, node, child, nodes_ - 1));
    if (renumbered_[index] != -1)
      fail(fmt::format("node {} is reached twice (a cycle or two parents), from node {}", child, node));
    renumbered_[index] = static_cast<std::int32_t>(order_.size());
    order_.push_back(static_cast<std::uint32_t>(index));
  }

  void settle(std::size_t node) {
    tree_.left[node] == -1 ? settle_leaf(node) : settle_split(node);
    if (!tree_.cover.empty() && !std::isfinite(tree_.cover[node]))
      fail(fmt::format("the cover of node {} is not finite", node));
  }

  void settle_leaf(std::size_t node) {
    if (!std::isfinite(tree_.value[node])) fail(fmt::format("the value of leaf {} is not finite", node));
    tree_.right[node] = tree_.feature[node] = tree_.category_set[node] = -1;
    tree_.threshold[node] = 0.0;
    tree_.missing_left[node] = 0;
    if (!tree_.zero_missing.empty()) tree_.zero_missing[node] = 0;
  }

  void settle_split(std::size_t node) {
    auto const set = tree_.category_set[node];
    if (tree_.feature[node] < 0) fail(fmt::format("node {} splits on feature {}", node, tree_.feature[node]));
    if (set < -1 || set >= static_cast<std::int64_t>(tree_.sets.size()))
      fail(fmt::format("node {} has category set {} of {}", node, set, tree_.sets.size()));
    if (set != -1) tree_.threshold[node] = 0.0;
    if (std::isnan(tree_.threshold[node])) fail(fmt::format("the threshold of node {} is NaN", node));
    if (tree_.missing_left[node] > 1)
      fail(fmt::format("default_left of node {} is {}, expected 0 or 1", node, tree_.missing_left[node]));
    tree_.value[node] = 0.0;
  }

  void renumber() {
    gather(tree_.left);
    gather(tree_.right);
    for (auto* const children : {&tree_.left, &tree_.right})
      for (auto& child : *children)
        if (child != -1) child = renumbered_[static_cast<std::size_t>(child)];
    gather(tree_.feature);
    gather(tree_.threshold);
    gather(tree_.missing_left);
    gather(tree_.zero_missing);
    gather(tree_.category_set);
    gather(tree_.value);
    gather(tree_.cover);
  }

  template <class T>
  void gather(std::vector<T>& values) const {
    if (values.empty()) return;
    std::vector<T> ordered;
    ordered.reserve(order_.size());
    for (auto const node : order_) ordered.push_back(values[node]);
    values = std::move(ordered);
  }

  [[noreturn]] void fail(std::string const& message) const { fail_tree(place_, message); }

  Tree& tree_;
  TreePlace const& place_;
  std::size_t nodes_;
  std::vector<std::uint32_t> order_;      // [nodes reached] old index
  std::vector<std::int32_t> renumbered_;  // [nodes] new index, -1 until reached
};

class Checker {
 public:
  Checker(Ensemble& ensemble, std::string const& file, char const* advice)
      : ensemble_(ensemble),
        file_(file),
        advice_(advice),
        numeric_(ensemble.features.size(), 0),
        categorical_(ensemble.features.size(), 0) {}

  void check() {
    for (std::size_t t = 0; t < ensemble_.trees.size(); ++t) {
      Tree const& tree = ensemble_.trees[t];
      if (tree.output < 0 || tree.output >= ensemble_.outputs())
        fail(fmt::format("tree {} adds to output {}, but the model has {}", t, tree.output, ensemble_.outputs()));
      if (tree.round < 0 || tree.round >= ensemble_.rounds)
        fail(fmt::format("tree {} is of round {}, but the model has {}", t, tree.round, ensemble_.rounds));
      check_splits(tree, t);
    }
  }

 private:
  void check_splits(Tree const& tree, std::size_t t) {
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      if (tree.left[n] == -1) continue;
      auto const f = static_cast<std::size_t>(tree.feature[n]);
      if (f >= ensemble_.features.size())
        fail(fmt::format("tree {} splits on feature {}, but num_feature is {}", t, f, ensemble_.features.size()));
      (tree.category_set[n] == -1 ? numeric_ : categorical_)[f] = 1;
      if (numeric_[f] != 0 && categorical_[f] != 0)
        fail(fmt::format("feature {} has both numeric and categorical splits", f));
      if (categorical_[f] != 0) ensemble_.features[f].kind = FeatureKind::kCategorical;
    }
  }

  [[noreturn]] void fail(std::string const& message) const { throw Error("model.tree", message, file_, advice_); }

  Ensemble& ensemble_;
  std::string const& file_;
  char const* advice_;
  std::vector<std::uint8_t> numeric_, categorical_;  // [features] has such a split
};

}  // namespace

void fail_tree(TreePlace const& place, std::string const& message) {
  throw Error("model.tree", fmt::format("tree {}: {}", place.number, message), place.file, place.advice);
}

std::size_t shape_tree(Tree& tree, TreePlace const& place) { return Shaper(tree, place).shape(); }

void check_trees(Ensemble& ensemble, std::string const& file, char const* advice) {
  Checker(ensemble, file, advice).check();
}

}  // namespace limpid::model
