/// Random deep trees in the form of tree_quadrature, with rows.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "compile/compiled_model.h"
#include "explain/quadrature_trees.h"
#include "kernels/bin_rows.h"
#include "reference/random_model.h"

namespace limpid {

struct QuadratureCase {
  Ensemble ensemble;
  Players players;
  CompiledModel model;
  QuadratureTrees trees;
  reference::Rows rows;
  std::vector<std::uint8_t> bins;  ///< [C x stride] and 64 more

  QuadratureCase(reference::ModelShape const& shape, std::int64_t count, reference::Random& random, bool groups = false)
      : ensemble(reference::random_ensemble(shape, random)),
        players(groups ? reference::random_players(ensemble.features.size(), random) : feature_players(ensemble)),
        model(compile(ensemble, players)),
        rows(reference::random_rows(ensemble, count, random)),
        bins(model.columns.size() * static_cast<std::size_t>(rows.stride) + 64) {
    std::vector<std::int32_t> walked;
    for (std::int32_t t = 0; t < static_cast<std::int32_t>(model.tree_output.size()); ++t) {
      if (ensemble.trees[static_cast<std::size_t>(t)].left[0] >= 0) walked.push_back(t);
    }
    trees = make_quadrature_trees(model, walked);
    bin_rows_cpu({model.columns_view(), rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride});
  }

  [[nodiscard]] std::vector<double> zeros() const {
    return std::vector<double>(static_cast<std::size_t>(model.outputs() * model.players * rows.stride));
  }
  [[nodiscard]] TreeQuadratureArgs args(std::vector<double>& values) const {
    TreeQuadratureArgs args;
    args.trees = trees.view(model.node_tests.data());
    args.bins = {bins.data(), rows.rows, rows.stride};
    args.players = model.players;
    args.values = values.data();
    args.value_stride = rows.stride;
    return args;
  }
};

/// Trees of up to 8 nodes of the rule, above it, and with few players that come again and again; zero covers,
/// categories and several outputs among them.
inline std::vector<reference::ModelShape> quadrature_shapes() {
  std::vector<reference::ModelShape> shapes(5);
  for (auto& shape : shapes) {
    shape.trees = 6;
    shape.zero_cover = 0.05;
  }
  shapes[0].depth = 3;
  shapes[0].features = 5;
  shapes[1].depth = 9;
  shapes[1].features = 16;
  shapes[1].categorical = 4;
  shapes[1].outputs = 3;
  shapes[2].depth = 14;
  shapes[2].features = 4;
  shapes[2].leaf_early = 0.35;
  shapes[3].depth = 24;
  shapes[3].features = 60;
  shapes[3].leaf_early = 0.38;
  shapes[4].depth = 1;
  return shapes;
}

}  // namespace limpid
