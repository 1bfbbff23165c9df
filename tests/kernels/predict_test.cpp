#include "kernels/predict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/bin_rows.h"
#include "kernels/each_simd_target.h"
#include "kernels/predict.task.h"
#include "reference/random_model.h"
#include "reference/tree_walk.h"

namespace limpid {
namespace {

using reference::Random;

/// A compiled model and rows in bins.
struct Case {
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows rows;
  std::vector<std::uint8_t> bins;

  Case(reference::ModelShape const& shape, std::int64_t count, Random& random)
      : ensemble(reference::random_ensemble(shape, random)),
        model(compile(ensemble)),
        rows(reference::random_rows(ensemble, count, random)),
        bins(static_cast<std::size_t>(model.columns_view().count * rows.stride)) {
    bin_rows_cpu({model.columns_view(), rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride});
  }

  [[nodiscard]] PredictArgs args(bool apply_link, std::vector<double>& out) const {
    out.assign(static_cast<std::size_t>(model.outputs() * rows.stride), -1.0);
    PredictArgs args;
    args.trees = model.trees_view();
    args.bins = {bins.data(), rows.rows, rows.stride};
    args.apply_link = apply_link;
    args.link = model.link;
    args.predictions = out.data();
    args.stride = rows.stride;
    return args;
  }

  [[nodiscard]] double at(std::vector<double> const& out, std::int64_t g, std::int64_t r) const {
    return out[static_cast<std::size_t>(g * rows.stride + r)];
  }
};

void expect_equal_rows(Case const& it, std::vector<double> const& a, std::vector<double> const& b) {
  for (std::int64_t g = 0; g < it.model.outputs(); ++g) {
    for (std::int64_t r = 0; r < it.rows.rows; ++r) ASSERT_EQ(it.at(a, g, r), it.at(b, g, r)) << g << ", row " << r;
  }
}

TEST(Predict, MarginEqualsTheTreeWalkBitForBit) {
  Random random(2);
  for (std::uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    Case const it(reference::grid_shape(i, random, 4000), 70, random);
    std::vector<double> out;
    predict_cpu(it.args(false, out));
    for (std::int64_t r = 0; r < it.rows.rows; ++r) {
      std::vector<double> const expected = reference::margin(it.ensemble, it.rows.row(r));
      for (std::int64_t g = 0; g < it.model.outputs(); ++g) {
        ASSERT_EQ(it.at(out, g, r), expected[static_cast<std::size_t>(g)]) << "output " << g << ", row " << r;
      }
    }
  }
}

TEST(Predict, EveryTargetEqualsTheTask) {
  Random random(3);
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 63, 64, 65, 1000}) {
    for (Link const link :
         {Link::kIdentity, Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kSignedSquare, Link::kSoftplus}) {
      SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(static_cast<int>(link)));
      reference::ModelShape shape;
      shape.link = link;
      shape.outputs = link == Link::kSoftmax ? 3 : 1;
      shape.categorical = 2;
      Case const it(shape, rows, random);
      std::vector<double> expected;
      PredictTask const task{it.args(true, expected)};
      for (std::int64_t r = 0; r < rows; ++r) task(r);
      on_each_simd_target([&] {
        std::vector<double> out;
        predict_cpu(it.args(true, out));
        expect_equal_rows(it, out, expected);
      });
    }
  }
}

TEST(Predict, LinkIsTheObjectives) {
  Random random(4);
  for (Link const link :
       {Link::kIdentity, Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kSignedSquare, Link::kSoftplus}) {
    reference::ModelShape shape;
    shape.link = link;
    shape.outputs = 3;
    Case const it(shape, 20, random);
    std::vector<double> out;
    predict_cpu(it.args(true, out));
    for (std::int64_t r = 0; r < it.rows.rows; ++r) {
      auto const expected = reference::link(link, reference::margin(it.ensemble, it.rows.row(r)));
      for (std::int64_t g = 0; g < 3; ++g) {
        EXPECT_NEAR(it.at(out, g, r), expected[static_cast<std::size_t>(g)], 1e-14);
      }
    }
  }
}

/// A chain: node after node, each with one leaf.
Ensemble chain(std::int32_t depth) {
  Ensemble ensemble;
  ensemble.base_margin = {0.25};
  ensemble.features.resize(1);
  Tree tree;
  auto const add = [&](std::int32_t left, std::int32_t right, double threshold, double value) {
    tree.left.push_back(left);
    tree.right.push_back(right);
    tree.feature.push_back(left < 0 ? -1 : 0);
    tree.threshold.push_back(threshold);
    tree.missing_left.push_back(0);
    tree.category_set.push_back(-1);
    tree.value.push_back(value);
  };
  for (std::int32_t d = 0; d < depth; ++d) {
    add(2 * d + 1, 2 * d + 2, d, 0.0);  // x < d goes left, to a leaf
    add(-1, -1, 0.0, d);
  }
  add(-1, -1, 0.0, depth);
  ensemble.trees.push_back(tree);
  return ensemble;
}

TEST(Predict, DeepChainNeedsNoRecursion) {
  Ensemble const ensemble = chain(10000);
  CompiledModel const model = compile(ensemble);
  EXPECT_EQ(model.short_paths.leaves(), 10001);
  EXPECT_EQ(model.tree_depth, 10001);
  std::vector<double> values(64);
  for (std::size_t r = 0; r < 64; ++r) values[r] = 157.0 * static_cast<double>(r) - 0.5;
  std::vector<std::uint8_t> bins(64 * model.columns.size());
  bin_rows_cpu({model.columns_view(), values.data(), 64, 64, bins.data(), 64});
  std::vector<double> out(64);
  PredictArgs args;
  args.trees = model.trees_view();
  args.bins = {bins.data(), 64, 64};
  args.predictions = out.data();
  args.stride = 64;
  predict_cpu(args);
  for (std::size_t r = 0; r < 64; ++r) EXPECT_EQ(out[r], 0.25 + std::ceil(values[r]));
}

}  // namespace
}  // namespace limpid
