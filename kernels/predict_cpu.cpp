// predict on the CPU: 64 rows go down a tree together, as a mask of the rows that are still in the subtree. Nodes and
// tests are read once per 64 rows, a test is one byte compare, and subtrees without rows are skipped.
#include "kernels/predict.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/math.task.h"
#include "kernels/predict.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/predict_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bin_test_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

/// Rows of a block that wait for a subtree.
struct Waiting {
  std::uint32_t node;
  std::uint64_t rows;
};

/// Adds the tree's leaf value of each row in `rows` (bits of the 64 rows from `bins` on) to its margin.
/// `stack`: room for one entry per level of the tree.
void add_tree(TreesView const& trees, std::uint32_t root, std::uint8_t const* bins, std::int64_t stride,
              std::uint64_t rows, Waiting* HWY_RESTRICT stack, double* HWY_RESTRICT margins) {
  std::size_t waiting = 0;
  std::uint32_t at = root;
  while (true) {
    Node const& node = trees.nodes[at];
    if (node.test_count == 0) {
      for (; rows != 0; rows &= rows - 1) margins[std::countr_zero(rows)] += node.value;
      if (waiting == 0) return;
      --waiting;
      at = stack[waiting].node;
      rows = stack[waiting].rows;
      continue;
    }
    std::uint64_t left = rows;
    for (std::uint32_t t = node.test_begin; t < node.test_begin + node.test_count; ++t) {
      left &= passing_rows(trees.tests[t], bins + static_cast<std::int64_t>(trees.tests[t].column) * stride);
    }
    std::uint64_t const right = rows & ~left;
    if (left != 0 && right != 0) stack[waiting++] = {node.right, right};
    at = left != 0 ? node.left : node.right;
    rows = left != 0 ? left : right;
  }
}

void predict(PredictArgs const& args) {
  TreesView const& trees = args.trees;
  std::vector<Waiting> stack(static_cast<std::size_t>(trees.depth) + 1);
  for (std::int64_t r = 0; r < args.bins.rows; r += 64) {
    std::int64_t const here = std::min<std::int64_t>(64, args.bins.rows - r);
    std::uint64_t const rows = ~std::uint64_t{0} >> (64 - here);
    for (std::int32_t g = 0; g < trees.outputs; ++g) {
      std::fill_n(args.predictions + g * args.stride + r, 64, trees.base_margin[g]);
    }
    for (std::int32_t t = 0; t < trees.trees; ++t) {
      double* margins = args.predictions + static_cast<std::int64_t>(trees.output[t]) * args.stride + r;
      add_tree(trees, trees.root[t], args.bins.data + r, args.bins.stride, rows, stack.data(), margins);
    }
    if (!args.apply_link) continue;
    for (std::int64_t i = r; i < r + here; ++i) apply_link(args.link, trees.outputs, args.predictions + i, args.stride);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(predict);
}  // namespace

void predict_cpu(PredictArgs const& args) { HWY_DYNAMIC_DISPATCH(predict)(args); }

}  // namespace limpid
#endif
