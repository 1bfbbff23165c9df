// Building all leaf tables of a model, one thread, by background size; 0 background rows: path-dependent.
#include "kernels/build_leaf_tables.h"

#include <benchmark/benchmark.h>

#include "leaf_table_case.h"

namespace limpid::bench {
namespace {

void build_leaf_tables(benchmark::State& state) {
  LeafTableCase const& it = leaf_table_case();
  PathsView const paths = it.model.short_paths.view();
  std::int64_t const rows = state.range(0);
  std::vector<std::uint8_t> const background = it.bins(rows);
  std::vector<float> tables(it.model.short_paths.table_size());
  TableKind const kind = rows == 0 ? TableKind::kPathDependent : TableKind::kInterventional;
  for (auto _ : state) {
    build_leaf_tables_cpu({paths, kind, {background.data(), rows, stride_of(rows)}, 0, paths.leaves, tables.data()});
    benchmark::DoNotOptimize(tables.data());
  }
  state.SetItemsProcessed(state.iterations() * paths.leaves);
}
BENCHMARK(build_leaf_tables)->Arg(0)->Arg(1)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
