/// predict for one row.
#pragma once

#include "kernels/bin_test.task.h"
#include "kernels/math.task.h"
#include "kernels/predict.h"

namespace limpid {

/// The leaf that row r reaches in the tree with this root.
LIMPID_HD inline Node const& leaf_of(TreesView const& trees, std::uint32_t root, BinsView const& bins,
                                     std::int64_t r) noexcept {
  Node const* node = trees.nodes + root;
  while (node->test_count != 0) {
    bool left = true;
    for (std::uint32_t t = node->test_begin; t < node->test_begin + node->test_count; ++t) {
      left = left && passes(trees.tests[t], bin_of(bins, trees.tests[t], r));
    }
    node = trees.nodes + (left ? node->left : node->right);
  }
  return *node;
}

/// All outputs of row r.
struct PredictTask {
  PredictArgs args;

  LIMPID_HD void operator()(std::int64_t r) const noexcept {
    for (std::int32_t g = 0; g < args.trees.outputs; ++g)
      args.predictions[g * args.stride + r] = args.trees.base_margin[g];
    for (std::int32_t t = 0; t < args.trees.trees; ++t) {
      double& margin = args.predictions[static_cast<std::int64_t>(args.trees.output[t]) * args.stride + r];
      margin += leaf_of(args.trees, args.trees.root[t], args.bins, r).value;
    }
    if (args.apply_link) apply_link(args.link, args.trees.outputs, args.predictions + r, args.stride);
  }
};

}  // namespace limpid
