/// Trees written by hand, node by node.
#pragma once

#include <cstdint>
#include <vector>

#include "limpid/ensemble.h"

namespace limpid::reference {

/// Adds nodes to a tree; children must be added after their parent.
class TreeBuilder {
 public:
  /// value < threshold goes left.
  std::int32_t numeric(std::int32_t feature, double threshold, bool missing_left, double cover = 1.0) {
    std::int32_t const node = add(cover);
    tree_.feature.back() = feature;
    tree_.threshold.back() = threshold;
    tree_.missing_left.back() = missing_left ? 1 : 0;
    return node;
  }
  /// Codes of `right` go right.
  std::int32_t categorical(std::int32_t feature, std::vector<std::int32_t> right, bool missing_left,
                           double cover = 1.0) {
    std::int32_t const node = numeric(feature, 0.0, missing_left, cover);
    tree_.category_set.back() = static_cast<std::int32_t>(tree_.sets.size());
    tree_.sets.push_back(std::move(right));
    return node;
  }
  std::int32_t leaf(double value, double cover = 1.0) {
    std::int32_t const node = add(cover);
    tree_.value.back() = value;
    return node;
  }
  void children(std::int32_t node, std::int32_t left, std::int32_t right) {
    tree_.left[static_cast<std::size_t>(node)] = left;
    tree_.right[static_cast<std::size_t>(node)] = right;
  }
  [[nodiscard]] Tree const& tree() const noexcept { return tree_; }

 private:
  std::int32_t add(double cover) {
    tree_.left.push_back(-1);
    tree_.right.push_back(-1);
    tree_.feature.push_back(-1);
    tree_.threshold.push_back(0.0);
    tree_.missing_left.push_back(0);
    tree_.category_set.push_back(-1);
    tree_.value.push_back(0.0);
    tree_.cover.push_back(cover);
    return static_cast<std::int32_t>(tree_.left.size()) - 1;
  }
  Tree tree_;
};

[[nodiscard]] inline Ensemble ensemble_of(std::vector<Tree> trees, std::size_t features,
                                          std::vector<double> base_margin = {0.0}) {
  Ensemble ensemble;
  ensemble.base_margin = std::move(base_margin);
  ensemble.features.resize(features);
  ensemble.trees = std::move(trees);
  return ensemble;
}

/// 4 where x0 >= 0.5 and x1 >= 0.5, else 0; a quarter of the cover goes right at x0, half of that at x1.
[[nodiscard]] inline Tree both_tree() {
  TreeBuilder b;
  std::int32_t const root = b.numeric(0, 0.5, true, 8.0);
  std::int32_t const none = b.leaf(0.0, 6.0);
  std::int32_t const second = b.numeric(1, 0.5, true, 2.0);
  std::int32_t const one = b.leaf(0.0, 1.0);
  std::int32_t const both = b.leaf(4.0, 1.0);
  b.children(root, none, second);
  b.children(second, one, both);
  return b.tree();
}

}  // namespace limpid::reference
