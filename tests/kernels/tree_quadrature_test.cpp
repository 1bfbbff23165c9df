#include "kernels/tree_quadrature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/quadrature_case.h"
#include "kernels/tree_quadrature.task.h"
#include "reference/shapley.h"

namespace limpid {
namespace {

using reference::ModelShape;
using reference::Random;

/// One row through one tree by the task, its lanes one after the other at each step.
template <class T>
void add_by_task(TreeQuadratureArgs const& args, QuadratureTree const& tree, std::int64_t row, T const* table) {
  std::vector<std::uint8_t> states;
  for (std::uint32_t s = tree.split_begin; s < tree.split_end; ++s) {
    auto const state = quadrature_state(args.trees.splits[s], args.trees.tests, args.bins, row, states.data(), 1);
    states.push_back(state);
  }
  auto const size = static_cast<std::size_t>(tree.levels * quadrature_own_points(tree.points));
  std::vector<T> memory(2 * size * kQuadratureLanes);
  std::vector<T> values(tree.player_end - tree.player_begin);
  std::vector<QuadratureLane<T>> lanes(kQuadratureLanes);
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    lanes[l].states = states.data();
    lanes[l].products = memory.data() + 2 * l * size;
    lanes[l].sums = lanes[l].products + size;
    lanes[l].points = tree.points;
    lanes[l].lane = static_cast<std::int32_t>(l);
    lanes[l].start();
  }
  table += tree.table_begin;
  for (std::uint32_t i = tree.step_begin; i < tree.step_end; ++i) {
    QuadratureStep const& step = args.trees.steps[i];
    QuadratureGift<T> g[kQuadratureLanes];
    for (std::size_t l = 0; l < lanes.size(); ++l) g[l] = lanes[l].run(step, table);
    table += tables_of(step.kind) * kTableStates * tree.points;
    if (step.kind == QuadratureKind::kDown) continue;
    T& child = values[args.trees.splits[tree.split_begin + step.child].slot];
    if (step.kind == QuadratureKind::kPair) child += (g[0].child + g[1].child) + (g[2].child + g[3].child);
    values[args.trees.splits[tree.split_begin + step.split].slot] +=
        (g[0].split + g[1].split) + (g[2].split + g[3].split);
  }
  for (std::size_t s = 0; s < values.size(); ++s) {
    std::int64_t const vector =
        static_cast<std::int64_t>(tree.output) * args.players + args.trees.players[tree.player_begin + s];
    args.values[vector * args.value_stride + row] += static_cast<double>(values[s]);
  }
}

std::vector<double> by_task(QuadratureCase const& it) {
  std::vector<double> values = it.zeros();
  TreeQuadratureArgs const args = it.args(values);
  for (QuadratureTree const& tree : it.trees.trees) {
    for (std::int64_t row = 0; row < it.rows.rows; ++row) {
      if (tree.points <= kFloatPoints) {
        add_by_task(args, tree, row, args.trees.floats);
      } else {
        add_by_task(args, tree, row, args.trees.doubles);
      }
    }
  }
  return values;
}

/// Padding rows may hold anything.
void clear_padding(QuadratureCase const& it, std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (static_cast<std::int64_t>(i) % it.rows.stride >= it.rows.rows) values[i] = 0.0;
  }
}

TEST(TreeQuadrature, EveryTargetGivesTheBitsOfTheTask) {
  Random random(71);
  for (ModelShape const& shape : quadrature_shapes()) {
    for (std::int64_t const rows : {0, 1, 31, 33, 64, 65, 130}) {
      SCOPED_TRACE(std::to_string(shape.depth) + " levels, " + std::to_string(rows) + " rows");
      QuadratureCase const it(shape, rows, random);
      std::vector<double> const expected = by_task(it);
      on_each_simd_target([&] {
        std::vector<double> found = it.zeros();
        tree_quadrature_cpu(it.args(found));
        clear_padding(it, found);
        EXPECT_EQ(found, expected);
      });
    }
  }
}

/// More rows than a tile.
TEST(TreeQuadrature, RowsDoNotDependOnTheirNeighbours) {
  Random random(72);
  QuadratureCase const it(quadrature_shapes()[2], 1100, random);
  std::vector<double> all = it.zeros();
  tree_quadrature_cpu(it.args(all));
  std::vector<double> parts = it.zeros();
  for (std::int64_t begin = 0; begin < it.rows.rows; begin += 128) {
    TreeQuadratureArgs args = it.args(parts);
    args.bins.data += begin;
    args.bins.rows = std::min<std::int64_t>(128, it.rows.rows - begin);
    args.values += begin;
    tree_quadrature_cpu(args);
  }
  clear_padding(it, all);
  clear_padding(it, parts);
  EXPECT_EQ(all, parts);
}

TEST(TreeQuadrature, EqualsTheClosedForm) {
  Random random(73);
  for (bool const groups : {false, true}) {
    for (ModelShape const& shape : quadrature_shapes()) {
      SCOPED_TRACE(std::to_string(shape.depth) + " levels" + (groups ? ", groups" : ""));
      QuadratureCase const it(shape, 20, random, groups);
      bool const in_float = std::any_of(it.trees.trees.begin(), it.trees.trees.end(),
                                        [](auto const& t) { return t.points <= kFloatPoints; });
      double const tolerance = in_float ? 1e-6 : 1e-9;
      std::vector<double> values = it.zeros();
      tree_quadrature_cpu(it.args(values));
      for (std::int64_t row = 0; row < it.rows.rows; ++row) {
        auto const expected = reference::path_dependent_values(it.ensemble, it.rows.row(row), it.players.of_feature);
        for (std::size_t p = 0; p < expected.size(); ++p) {
          double const found = values[p * static_cast<std::size_t>(it.rows.stride) + static_cast<std::size_t>(row)];
          EXPECT_TRUE(std::abs(found - expected[p]) <= tolerance) << p << ": " << found << " " << expected[p];
        }
      }
    }
  }
}

/// 64 nodes of the rule: double alone, so the closed form is met to the last digits.
TEST(TreeQuadrature, ManyPlayersAreInDouble) {
  Random random(74);
  ModelShape shape;
  shape.trees = 2;
  shape.depth = 40;
  shape.features = 2000;
  shape.leaf_early = 0.44;
  QuadratureCase const it(shape, 3, random);
  std::int32_t most = 0;
  for (QuadratureTree const& tree : it.trees.trees) most = std::max(most, tree.points);
  EXPECT_GT(most, kFloatPoints);
  std::vector<double> values = it.zeros();
  tree_quadrature_cpu(it.args(values));
  for (std::int64_t row = 0; row < it.rows.rows; ++row) {
    auto const expected = reference::path_dependent_values(it.ensemble, it.rows.row(row));
    for (std::size_t p = 0; p < expected.size(); ++p) {
      double const found = values[p * static_cast<std::size_t>(it.rows.stride) + static_cast<std::size_t>(row)];
      EXPECT_TRUE(std::abs(found - expected[p]) <= 1e-7) << p;
    }
  }
}

}  // namespace
}  // namespace limpid
