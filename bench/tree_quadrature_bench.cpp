// Path-dependent values of rows, one thread, by quadrature over the trees and by folded leaf tables: the measured costs
// behind src/explain/tree_routes.cpp. Argument: the depth; 100 trees on 30 features (16 from depth 9 on, where only the
// quadrature runs). Both are checked against each other first.
#include "kernels/tree_quadrature.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "compile/compiled_model.h"
#include "explain/margin_tables.h"
#include "explain/quadrature_trees.h"
#include "kernels/bin_rows.h"
#include "kernels/sum_leaf_tables.h"
#include "reference/random_model.h"

namespace limpid::bench {
namespace {

constexpr std::int64_t kRows = 1024;

struct Case {
  CompiledModel model;
  std::vector<std::uint8_t> bins;
  std::vector<double> values;

  explicit Case(std::int32_t depth) {
    reference::Random random(5);
    reference::ModelShape shape;
    shape.trees = 100;
    shape.depth = depth;
    shape.features = depth > 8 ? 16 : 30;
    shape.leaf_early = depth > 8 ? 0.2 : 0.05;
    shape.thresholds = 200;
    Ensemble const ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
    reference::Rows const raw = reference::random_rows(ensemble, kRows, random);
    bins.resize(static_cast<std::size_t>(model.columns_view().count * kRows) + 64);
    bin_rows_cpu({model.columns_view(), raw.values.data(), raw.stride, kRows, bins.data(), kRows});
    values.assign(static_cast<std::size_t>(model.players * kRows), 0.0);
  }

  [[nodiscard]] TreeQuadratureArgs quadrature(QuadratureTrees const& trees) {
    TreeQuadratureArgs args;
    args.trees = trees.view(model.node_tests.data());
    args.bins = {bins.data(), kRows, kRows};
    args.players = model.players;
    args.values = values.data();
    args.value_stride = kRows;
    return args;
  }
  [[nodiscard]] SumLeafTablesArgs look_ups(MarginTables const& tables) {
    SumLeafTablesArgs args;
    args.paths = tables.folded.paths.view();
    args.tables = tables.tables.data();
    args.bins = {bins.data(), kRows, kRows};
    args.players = model.players;
    args.outputs = 1;
    args.values = values.data();
    args.value_stride = kRows;
    return args;
  }
  [[nodiscard]] QuadratureTrees trees() const {
    std::vector<std::int32_t> all(model.tree_output.size());
    std::iota(all.begin(), all.end(), 0);
    std::erase_if(
        all, [&](std::int32_t t) { return model.nodes[model.roots[static_cast<std::size_t>(t)]].test_count == 0; });
    return make_quadrature_trees(model, all);
  }
  [[nodiscard]] MarginTables tables() const {
    return make_margin_tables(model.short_paths, TableKind::kPathDependent, {}, {}, serial_for);
  }

  void report(benchmark::State& state) const {
    state.SetItemsProcessed(state.iterations() * kRows);
    auto const leaves = static_cast<double>(model.short_paths.leaves() + model.long_paths.leaves());
    state.counters["leaves"] = leaves;
    state.counters["ns_leaf_64_rows"] = benchmark::Counter(
        leaves * kRows / 64.0, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  }
};

bool is_near(std::vector<double> const& a, std::vector<double> const& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= 1e-5)) return false;
  }
  return true;
}

void by_quadrature(benchmark::State& state) {
  Case it(static_cast<std::int32_t>(state.range(0)));
  QuadratureTrees const trees = it.trees();
  auto const args = it.quadrature(trees);
  tree_quadrature_cpu(args);
  if (it.model.long_paths.leaves() == 0) {
    std::vector<double> const found = it.values;
    std::fill(it.values.begin(), it.values.end(), 0.0);
    MarginTables const tables = it.tables();
    sum_leaf_tables_cpu(it.look_ups(tables));
    if (!is_near(found, it.values)) return state.SkipWithError("tables and quadrature differ");
  }
  for (auto _ : state) {
    tree_quadrature_cpu(args);
    benchmark::DoNotOptimize(it.values.data());
  }
  it.report(state);
}

void by_tables(benchmark::State& state) {
  Case it(static_cast<std::int32_t>(state.range(0)));
  MarginTables const tables = it.tables();
  auto const args = it.look_ups(tables);
  for (auto _ : state) {
    sum_leaf_tables_cpu(args);
    benchmark::DoNotOptimize(it.values.data());
  }
  it.report(state);
}

BENCHMARK(by_quadrature)->DenseRange(1, 8)->Arg(10)->Arg(12)->Arg(14)->Unit(benchmark::kMillisecond);
BENCHMARK(by_tables)->DenseRange(1, 8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
