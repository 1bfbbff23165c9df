/// Trees of long paths, drawn: what the tests of deep trees share.
#pragma once

#include <cmath>
#include <cstdint>

#include "reference/hand_made.h"
#include "reference/random_model.h"

namespace limpid {

/// Node f tests feature f mod `features`: a chain of `levels`, a leaf at every level. Thresholds and covers drawn.
inline Tree chain(std::int32_t levels, std::int32_t features, reference::Random& random, double cover = 1e6) {
  reference::TreeBuilder b;
  std::int32_t node = b.numeric(0, random.uniform(), true, cover);
  for (std::int32_t f = 0; f < levels; ++f) {
    double const share = random.chance(0.05) ? 1.0 : 0.8 + 0.2 * random.uniform();
    bool const last = f + 1 == levels;
    std::int32_t const leaf = b.leaf(2.0 * random.uniform() - 1.0, cover - share * cover);
    cover *= share;
    std::int32_t const next =
        last ? b.leaf(2.0, cover) : b.numeric((f + 1) % features, random.uniform(), random.chance(0.5), cover);
    b.children(node, random.chance(0.5) ? leaf : next, leaf);
    std::int32_t const left = b.tree().left[static_cast<std::size_t>(node)];
    if (left == leaf) b.children(node, leaf, next);
    if (left == next) b.children(node, next, leaf);
    node = next;
  }
  return b.tree();
}

/// A chain that nineteen of twenty rows follow at every node: two rows reach its end together, but for a few features.
inline Tree followed_chain(std::int32_t levels, reference::Random& random) {
  Tree tree = chain(levels, levels, random);
  for (std::size_t n = 0; n < tree.left.size(); ++n) {
    if (tree.left[n] < 0) continue;
    bool const goes_left = tree.left[static_cast<std::size_t>(tree.left[n])] >= 0 ||
                           tree.left[static_cast<std::size_t>(tree.right[n])] < 0;
    tree.threshold[n] = goes_left ? 0.95 : 0.05;
  }
  return tree;
}

inline reference::Rows uniform_rows(std::int32_t features, std::int64_t count, reference::Random& random) {
  reference::Rows rows;
  rows.rows = count;
  rows.stride = (count + 63) / 64 * 64;
  rows.features = features;
  rows.values.resize(static_cast<std::size_t>(features * rows.stride));
  for (double& value : rows.values) value = random.chance(0.03) ? std::nan("") : random.uniform();
  return rows;
}

}  // namespace limpid
