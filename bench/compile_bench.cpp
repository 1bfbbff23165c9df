// What happens before a value is computed: compile(), and the kernels that only read bins. 500 trees of depth 6, 30
// features, about 250 thresholds each, 20,000 rows (leaf_patterns: 1,024); one thread. The kernels' answers are checked
// against their tasks by tests/kernels. items = rows, or leaves for compile.
#include <benchmark/benchmark.h>

#include <vector>

#include "compile/compiled_model.h"
#include "explain/engine_common.h"
#include "kernels/bin_rows.h"
#include "kernels/leaf_patterns.h"
#include "kernels/predict.h"
#include "kernels/summarise.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

reference::ModelShape shape_of(std::int32_t trees, std::int32_t depth) {
  reference::ModelShape shape;
  shape.trees = trees;
  shape.depth = depth;
  shape.features = 30;
  shape.thresholds = 250;
  shape.leaf_early = depth > 10 ? 0.3 : 0.05;
  return shape;
}

struct Workload {
  reference::Random random{5};
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows rows;
  BinnedRows binned;

  explicit Workload(std::int64_t count) : ensemble(reference::random_ensemble(shape_of(500, 6), random)) {
    model = compile(ensemble);
    rows = reference::random_rows(ensemble, count, random);
    bin_rows(model, rows.view(), serial_for, binned);
  }
};

void compile_model(benchmark::State& state) {
  reference::Random random(5);
  auto const shape = shape_of(static_cast<std::int32_t>(state.range(0)), static_cast<std::int32_t>(state.range(1)));
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  std::int64_t leaves = 0;
  for (auto _ : state) {
    CompiledModel const model = compile(ensemble);
    leaves = model.short_paths.leaves() + model.long_paths.leaves();
    benchmark::DoNotOptimize(leaves);
  }
  state.counters["leaves"] = static_cast<double>(leaves);
  state.SetItemsProcessed(state.iterations() * leaves);
}
BENCHMARK(compile_model)->Args({500, 6})->Args({1000, 16})->Unit(benchmark::kMillisecond);

void bin_rows_kernel(benchmark::State& state) {
  Workload work(20000);
  for (auto _ : state) {
    bin_rows(work.model, work.rows.view(), serial_for, work.binned);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * work.rows.rows);
}
BENCHMARK(bin_rows_kernel)->Unit(benchmark::kMillisecond);

void predict_kernel(benchmark::State& state) {
  Workload const work(20000);
  std::vector<double> out(static_cast<std::size_t>(work.rows.stride));
  PredictArgs args;
  args.trees = work.model.trees_view();
  args.bins = work.binned.view();
  args.predictions = out.data();
  args.stride = work.rows.stride;
  for (auto _ : state) {
    predict_cpu(args);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * work.rows.rows);
}
BENCHMARK(predict_kernel)->Unit(benchmark::kMillisecond);

void leaf_patterns_kernel(benchmark::State& state) {
  Workload const work(1024);
  Patterns patterns;
  for (auto _ : state) {
    make_patterns(work.model, work.binned.view(), serial_for, patterns);
    benchmark::ClobberMemory();
  }
  state.counters["leaves"] = static_cast<double>(work.model.short_paths.leaves());
  state.SetItemsProcessed(state.iterations() * work.rows.rows);
}
BENCHMARK(leaf_patterns_kernel)->Unit(benchmark::kMillisecond);

void summarise_kernel(benchmark::State& state) {
  std::int64_t const rows = 20480;
  std::vector<double> values(static_cast<std::size_t>(30 * rows), -0.5);
  std::vector<double> sums(static_cast<std::size_t>(rows / kSummaryRows * 30));
  for (auto _ : state) {
    summarise_cpu({values.data(), rows, rows, 30, sums.data()});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(summarise_kernel)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid
