// Margin values of rows by look-ups, one thread: rows/s and leaves x rows/s.
#include "kernels/sum_leaf_tables.h"

#include <benchmark/benchmark.h>

#include "compile/fold_leaves.h"
#include "kernels/build_leaf_tables.h"
#include "leaf_table_case.h"

namespace limpid::bench {
namespace {

void sum_leaf_tables(benchmark::State& state, bool fold) {
  LeafTableCase const& it = leaf_table_case();
  PathsView paths = it.model.short_paths.view();
  std::int64_t const rows = state.range(0);
  std::vector<std::uint8_t> const bins = it.bins(rows);
  std::vector<std::uint8_t> const background = it.bins(100);
  std::vector<float> tables(it.model.short_paths.table_size());
  build_leaf_tables_cpu(
      {paths, TableKind::kInterventional, {background.data(), 100, 128}, 0, paths.leaves, tables.data()});
  FoldedLeaves const folded = fold_leaves(it.model.short_paths);
  if (fold) {
    tables = fold_tables(folded, it.model.short_paths, tables);
    paths = folded.paths.view();
  }
  std::int64_t const vectors = static_cast<std::int64_t>(it.model.outputs()) * it.model.players;
  std::vector<double> values(static_cast<std::size_t>(vectors * stride_of(rows)));
  SumLeafTablesArgs args;
  args.paths = paths;
  args.tables = tables.data();
  args.bins = {bins.data(), rows, stride_of(rows)};
  args.players = it.model.players;
  args.outputs = it.model.outputs();
  args.values = values.data();
  args.value_stride = stride_of(rows);
  for (auto _ : state) {
    sum_leaf_tables_cpu(args);
    benchmark::DoNotOptimize(values.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
  auto const leaves = static_cast<double>(paths.leaves);
  state.counters["leaves"] = leaves;
  state.counters["mean_K"] = static_cast<double>(paths.player_begin[paths.leaves]) / leaves;
  state.counters["leaf_groups"] =
      benchmark::Counter(leaves * static_cast<double>(rows) / 64.0, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(sum_leaf_tables, plain, false)->Arg(64)->Arg(1024)->Arg(8192)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sum_leaf_tables, folded, true)->Arg(64)->Arg(1024)->Arg(8192)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
