// tree_quadrature on the CPU: kWalkRows rows as lanes go through a tree together, depth first, and the products and
// sums of the levels stay in the first cache. The tests are done before, 64 rows a mask.
//
// Operations per edge, node of the rule and vector: 2 table look-ups, 2 products, 2 sums; for the two edges of a split
// with two leaves 2, 2 and 2 with its tables joined. Bound on two vector pipes: 3 clocks an edge, node and vector.
#include "kernels/tree_quadrature.h"

#include <algorithm>
#include <vector>

#include "kernels/simd_targets.h"
#include "kernels/tree_quadrature.task.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tree_quadrature_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/tree_quadrature_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

/// Rows that share the reading of a tree: its tables stay in the second cache.
constexpr std::int64_t kTileRows = 1024;

/// By nodes of the rule.
constexpr decltype(&walk_rows<double, 0>) kWalks[kFloatPoints + 1] = {
    walk_rows<double, 0>, walk_rows<float, 1>, walk_rows<float, 2>, walk_rows<float, 3>, walk_rows<float, 4>,
    walk_rows<float, 5>,  walk_rows<float, 6>, walk_rows<float, 7>, walk_rows<float, 8>};

void tree_quadrature(TreeQuadratureArgs const& args) {
  QuadratureScratch scratch(args.trees);
  for (std::int64_t tile = 0; tile < args.bins.rows; tile += kTileRows) {
    std::int64_t const end = std::min(tile + kTileRows, args.bins.rows);
    for (std::int32_t t = 0; t < args.trees.count; ++t) {
      QuadratureTree const& tree = args.trees.trees[t];
      auto const walk = kWalks[tree.points <= kFloatPoints ? tree.points : 0];
      for (std::int64_t row = tile; row < end; row += kMaskRows) walk(args, tree, row, scratch);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(tree_quadrature);
}  // namespace

void tree_quadrature_cpu(TreeQuadratureArgs const& args) { HWY_DYNAMIC_DISPATCH(tree_quadrature)(args); }

}  // namespace limpid
#endif
