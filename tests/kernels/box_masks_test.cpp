// Boxes of models and box_masks: hand-worked sets, the same leaves in every row as the leaf paths have, the bits of the
// task on every SIMD target.
#include "kernels/box_masks.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "compile/boxes.h"
#include "kernels/bin_rows.h"
#include "kernels/box_masks.task.h"
#include "kernels/each_simd_target.h"
#include "kernels/leaf_patterns.task.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

using reference::Random;

/// A compiled model, its boxes and rows in bins.
struct Case {
  Ensemble ensemble;
  CompiledModel model;
  Boxes boxes;
  reference::Rows rows;
  std::vector<std::uint8_t> bins;

  Case(reference::ModelShape const& shape, std::int64_t count, Random& random)
      : ensemble(reference::random_ensemble(shape, random)),
        model(compile(ensemble)),
        boxes(make_boxes(model)),
        rows(reference::random_rows(ensemble, count, random)),
        bins(static_cast<std::size_t>(model.columns_view().count * rows.stride)) {
    bin_rows_cpu({model.columns_view(), rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride});
  }

  [[nodiscard]] BoxMasksArgs args(std::uint8_t* masks) const {
    return {boxes.view(), {bins.data(), rows.rows, rows.stride}, player_set_bytes(model.players), masks};
  }
};

reference::ModelShape shape_of(std::int32_t features) {
  reference::ModelShape shape;
  shape.trees = 12;
  shape.depth = features > 16 ? 10 : 5;
  shape.features = features;
  shape.leaf_early = 0.2;
  shape.categorical = 2;
  return shape;
}

TEST(BoxMasks, EveryTargetEqualsTheTask) {
  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  Random random(7);
  for (std::int32_t const features : {3, 16, 17, 32, 33, 64}) {
    for (std::int64_t const rows : {0, 1, 63, 64, 65, 130}) {
      SCOPED_TRACE(std::to_string(features) + " features, " + std::to_string(rows) + " rows");
      Case const it(shape_of(features), rows, random);
      auto const bytes = static_cast<std::size_t>(player_set_bytes(features));
      std::size_t const size = static_cast<std::size_t>(rows * it.boxes.boxes()) * bytes;
      std::vector<Line> masks(size / sizeof(Line) + 1);
      BoxMasksTask const task{it.args(masks[0].bytes)};
      on_each_simd_target([&] {
        std::fill_n(masks[0].bytes, size, std::uint8_t{0xCD});
        box_masks_cpu(task.args);
        std::uint8_t const* at = masks[0].bytes;
        for (std::int64_t r = 0; r < rows; ++r) {
          for (std::int64_t box = 0; box < it.boxes.boxes(); ++box) {
            for (std::size_t byte = 0; byte < bytes; ++byte) {
              ASSERT_EQ(*at++, static_cast<std::uint8_t>(task(box, r) >> (8 * byte))) << "box " << box << ", row " << r;
            }
          }
        }
      });
    }
  }
}

/// Sums of fixed points by output and by the set of players who fail: of leaves as of boxes.
TEST(Boxes, HoldWhatTheLeavesHold) {
  using Sums = std::map<std::pair<std::uint32_t, std::uint64_t>, std::int64_t>;
  Random random(11);
  auto shape = shape_of(6);
  shape.outputs = 3;
  Case const it(shape, 40, random);
  LeafPatternsArgs patterns;
  patterns.bins = {it.bins.data(), it.rows.rows, it.rows.stride};
  BoxMasksTask const task{it.args(nullptr)};
  for (std::int64_t r = 0; r < it.rows.rows; ++r) {
    Sums of_leaves;
    PathsView const paths = it.model.short_paths.view();
    ASSERT_EQ(it.model.long_paths.leaves(), 0);
    for (std::int64_t leaf = 0; leaf < paths.leaves; ++leaf) {
      std::uint64_t const pattern = pattern_of(paths, leaf, patterns.bins, r);
      std::uint64_t failed = 0;
      for (std::uint32_t p = paths.player_begin[leaf]; p < paths.player_begin[leaf + 1]; ++p) {
        if ((pattern >> (p - paths.player_begin[leaf]) & 1) == 0) failed |= std::uint64_t{1} << paths.players[p];
      }
      of_leaves[{paths.output[leaf], failed}] += paths.fixed[leaf];
    }
    Sums of_boxes;
    for (std::uint32_t g = 0; g < 3; ++g) {
      for (std::int64_t box = it.boxes.output_begin[g]; box < it.boxes.output_begin[g + 1]; ++box) {
        std::uint64_t const failed = task(box, r);
        if (failed != ~std::uint64_t{0}) of_boxes[{g, failed}] += it.boxes.fixed[static_cast<std::size_t>(box)];
      }
    }
    EXPECT_EQ(of_boxes, of_leaves);
  }
}

/// Two equal trees x0 < 1 ? 1 : 2: two boxes, of twice the leaf values; the set of the right one has player 0 below 1.
TEST(Boxes, MergeLeavesWithEqualTests) {
  Ensemble ensemble;
  ensemble.features.resize(2);
  ensemble.base_margin = {0.0};
  Tree tree;
  tree.left = {1, -1, -1};
  tree.right = {2, -1, -1};
  tree.feature = {0, -1, -1};
  tree.threshold = {1.0, 0.0, 0.0};
  tree.missing_left = {0, 0, 0};
  tree.category_set = {-1, -1, -1};
  tree.value = {0.0, 1.0, 2.0};
  ensemble.trees = {tree, tree};
  CompiledModel const model = compile(ensemble);
  Boxes const boxes = make_boxes(model);

  ASSERT_EQ(boxes.boxes(), kBoxPadding);
  EXPECT_EQ(boxes.tests.size(), 2U);
  EXPECT_EQ(boxes.terms.size(), 2U);
  EXPECT_EQ(boxes.fixed[0], 2 * model.short_paths.fixed[0]);
  EXPECT_EQ(boxes.fixed[1], 2 * model.short_paths.fixed[1]);
  EXPECT_EQ(boxes.fixed[2], 0);
  std::uint8_t const bins[64] = {0, 1};
  BoxMasksTask const task{{boxes.view(), {bins, 2, 64}, 2, nullptr}};
  EXPECT_EQ(task(0, 0), 0U);
  EXPECT_EQ(task(0, 1), 1U);
  EXPECT_EQ(task(1, 0), 1U);
  EXPECT_EQ(task(1, 1), 0U);
  EXPECT_EQ(task(2, 0), ~std::uint64_t{0});
}

}  // namespace
}  // namespace limpid
