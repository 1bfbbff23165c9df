// compile(): 500 trees of depth 6 and 1,000 of depth 16, 30 features, about 250 thresholds each. items = leaves.
#include <benchmark/benchmark.h>

#include "compile/compiled_model.h"
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

}  // namespace
}  // namespace limpid
