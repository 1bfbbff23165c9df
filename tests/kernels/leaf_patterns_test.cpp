#include "kernels/leaf_patterns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/bin_rows.h"
#include "kernels/each_simd_target.h"
#include "kernels/leaf_patterns.task.h"
#include "reference/random_model.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using reference::Random;

struct Patterns {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint64_t> words;
  bool operator==(Patterns const&) const = default;
};

/// A compiled model and rows in bins.
struct Case {
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows rows;
  std::vector<std::uint8_t> bins;
  std::int64_t byte_stride;

  Case(reference::ModelShape const& shape, std::int64_t count, Random& random)
      : ensemble(reference::random_ensemble(shape, random)),
        model(compile(ensemble)),
        rows(reference::random_rows(ensemble, count, random)),
        bins(static_cast<std::size_t>(model.columns_view().count * rows.stride)),
        byte_stride((model.short_paths.leaves() + 63) / 64 * 64) {
    bin_rows_cpu({model.columns_view(), rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride});
  }

  [[nodiscard]] LeafPatternsArgs args(Patterns& out) const {
    out.bytes.assign(static_cast<std::size_t>(rows.rows * byte_stride), 0xCD);
    out.words.assign(static_cast<std::size_t>(rows.rows * model.long_paths.leaves()), 0xCDCDCDCDCDCDCDCDU);
    LeafPatternsArgs args;
    args.short_paths = model.short_paths.view();
    args.long_paths = model.long_paths.view();
    args.bins = {bins.data(), rows.rows, rows.stride};
    args.bytes = out.bytes.data();
    args.byte_stride = byte_stride;
    args.words = out.words.data();
    return args;
  }
};

Patterns by_task(Case const& it) {
  Patterns out;
  LeafPatternsTask const task{it.args(out)};
  for (std::int64_t r = 0; r < it.rows.rows; ++r) {
    for (std::int64_t leaf = 0; leaf < it.byte_stride; ++leaf) task.byte(leaf, r);
    for (std::int64_t leaf = 0; leaf < it.model.long_paths.leaves(); ++leaf) task.word(leaf, r);
  }
  return out;
}

TEST(LeafPatterns, EveryTargetEqualsTheTask) {
  Random random(5);
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 63, 64, 65, 1000}) {
    for (int variant = 0; variant < 4; ++variant) {
      SCOPED_TRACE(std::to_string(rows) + " rows, variant " + std::to_string(variant));
      reference::ModelShape shape;
      shape.depth = variant == 0 ? 3 : 13;
      shape.features = variant < 2 ? 6 : 60;
      shape.trees = variant == 0 ? 20 : 2;
      shape.leaf_early = variant == 3 ? 0.1 : 0.3;
      shape.categorical = variant == 2 ? 20 : 0;
      Case const it(shape, rows, random);
      Patterns const expected = by_task(it);
      on_each_simd_target([&] {
        Patterns out;
        leaf_patterns_cpu(it.args(out));
        EXPECT_TRUE(out == expected);
      });
    }
  }
}

/// Leaf value, output and players of every leaf whose pattern is all ones, as a sorted list.
std::vector<double> reached_by_pattern(Case const& it, Patterns const& patterns, std::int64_t r) {
  std::vector<double> values;
  for (std::int64_t leaf = 0; leaf < it.model.short_paths.leaves(); ++leaf) {
    if (patterns.bytes[static_cast<std::size_t>(r * it.byte_stride + leaf)] == 0xFF) {
      values.push_back(it.model.short_paths.value[static_cast<std::size_t>(leaf)]);
    }
  }
  for (std::int64_t leaf = 0; leaf < it.model.long_paths.leaves(); ++leaf) {
    if (patterns.words[static_cast<std::size_t>(r * it.model.long_paths.leaves() + leaf)] == ~std::uint64_t{0}) {
      values.push_back(it.model.long_paths.value[static_cast<std::size_t>(leaf)]);
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

TEST(LeafPatterns, AllOnesIffTheTreeWalkReachesTheLeaf) {
  Random random(6);
  for (std::uint64_t i = 0; i < 120; ++i) {
    SCOPED_TRACE(i);
    Case const it(reference::grid_shape(i, random, 2000), 70, random);
    Patterns patterns;
    leaf_patterns_cpu(it.args(patterns));
    for (std::int64_t r = 0; r < it.rows.rows; ++r) {
      std::vector<double> expected;  // leaf values are all different: they name the leaves
      for (Tree const& tree : it.ensemble.trees) {
        std::size_t const leaf = reference::leaf_of(it.ensemble, tree, it.rows.row(r));
        if (leaf != 0) expected.push_back(tree.value[leaf] * tree.weight);
      }
      std::sort(expected.begin(), expected.end());
      ASSERT_EQ(reached_by_pattern(it, patterns, r), expected) << "row " << r;
    }
  }
}

}  // namespace
}  // namespace limpid
