// predict on the CPU, rows as lanes. A tree of at most 256 leaves is folded from the bottom: every inner node takes,
// row by row, the leaf rank of its left or its right child, one byte compare and one byte blend per node and 64 rows,
// with nothing to mispredict; then each row looks its leaf's value up. In larger trees 64 rows go down together, as a
// mask of the rows that are still in the subtree, and subtrees without rows are skipped.
#include "kernels/predict.h"

#include <algorithm>
#include <bit>
#include <memory>
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

/// A tree ready to be folded: its inner nodes from the bottom up, and its leaf values.
class FoldedTree {
 public:
  static constexpr std::uint32_t kMostLeaves = 256;

  /// False: too large.
  bool read(TreesView const& trees, std::int32_t t, std::int64_t stride) {
    Node const* const nodes = trees.nodes + trees.root[t];
    std::uint32_t const count = trees.root[t + 1] - trees.root[t];
    if (count > 2 * kMostLeaves - 1) return false;
    inner_.clear();
    for (std::uint32_t n = count; n-- != 0;) {
      Node const& node = nodes[n];
      if (node.test_count == 0) {
        values_[node.left] = node.value;
        std::fill_n(ranks_ + n * 64, 64, static_cast<std::uint8_t>(node.left));
        continue;
      }
      Test const& test = trees.tests[node.test_begin];
      inner_.push_back({static_cast<std::int64_t>(test.column) * stride, n * 64, (node.left - trees.root[t]) * 64,
                        (node.right - trees.root[t]) * 64, node.test_begin + 1, node.test_begin + node.test_count,
                        test.lo, test.width});
    }
    return true;
  }

  /// Adds the leaf values of 64 rows to their margins.
  void add(TreesView const& trees, std::uint8_t const* HWY_RESTRICT bins, std::int64_t stride,
           double* HWY_RESTRICT margins) {
    ByteTag const d;
    for (Inner const& node : inner_) {
      for (std::size_t i = 0; i < 64; i += kByteLanes) {
        auto const offset = hn::Sub(hn::LoadU(d, bins + node.bins + i), hn::Set(d, node.lo));
        auto left = hn::Eq(hn::Min(offset, hn::Set(d, node.width)), offset);
        for (std::uint32_t t = node.more_begin; t < node.more_end; ++t) {
          Test const& test = trees.tests[t];
          auto const bin = hn::LoadU(d, bins + static_cast<std::int64_t>(test.column) * stride + i);
          auto const more = hn::Sub(bin, hn::Set(d, test.lo));
          left = hn::And(left, hn::Eq(hn::Min(more, hn::Set(d, test.width)), more));
        }
        auto const rank =
            hn::IfThenElse(left, hn::Load(d, ranks_ + node.left + i), hn::Load(d, ranks_ + node.right + i));
        hn::Store(rank, d, ranks_ + node.self + i);
      }
    }
    for (std::size_t i = 0; i < 64; ++i) margins[i] += values_[ranks_[i]];
  }

 private:
  /// Offsets of the first test's column in the bins and of the ranks of the node and its children; further tests.
  struct Inner {
    std::int64_t bins;
    std::uint32_t self, left, right;
    std::uint32_t more_begin, more_end;
    std::uint8_t lo, width;
  };
  std::vector<Inner> inner_;
  double values_[kMostLeaves];
  alignas(64) std::uint8_t ranks_[(2 * kMostLeaves - 1) * 64];  ///< [nodes x 64 rows]
};

constexpr std::int64_t kBlockRows = 512;  ///< rows that share the reading of a tree
/// Fewer rows see too little of a tree to fold it; a lane at a time, folding never pays.
constexpr std::int64_t kFewestRows = kByteLanes >= 16 ? 16 : kBlockRows + 1;

/// Rows [begin, end), end - begin <= kBlockRows.
void predict_block(PredictArgs const& args, std::int64_t begin, std::int64_t end, FoldedTree& folded,
                   std::vector<Waiting>& stack) {
  TreesView const& trees = args.trees;
  for (std::int32_t g = 0; g < trees.outputs; ++g) {
    std::fill_n(args.predictions + g * args.stride + begin, (end - begin + 63) / 64 * 64, trees.base_margin[g]);
  }
  for (std::int32_t t = 0; t < trees.trees; ++t) {
    double* const margins = args.predictions + static_cast<std::int64_t>(trees.output[t]) * args.stride;
    bool const fold = end - begin >= kFewestRows && folded.read(trees, t, args.bins.stride);
    for (std::int64_t r = begin; r < end; r += 64) {
      std::uint8_t const* const bins = args.bins.data + r;
      if (fold) {
        folded.add(trees, bins, args.bins.stride, margins + r);
      } else {
        std::uint64_t const rows = ~std::uint64_t{0} >> (64 - std::min<std::int64_t>(64, end - r));
        add_tree(trees, trees.root[t], bins, args.bins.stride, rows, stack.data(), margins + r);
      }
    }
  }
  if (!args.apply_link) return;
  for (std::int64_t r = begin; r < end; ++r) apply_link(args.link, trees.outputs, args.predictions + r, args.stride);
}

void predict(PredictArgs const& args) {
  std::vector<Waiting> stack(static_cast<std::size_t>(args.trees.depth) + 1);
  auto const folded = std::make_unique<FoldedTree>();
  for (std::int64_t r = 0; r < args.bins.rows; r += kBlockRows) {
    predict_block(args, r, std::min(r + kBlockRows, args.bins.rows), *folded, stack);
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
