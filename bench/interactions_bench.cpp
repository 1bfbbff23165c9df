// Interactions of the margin, one thread: rows/s by tables, and by the recurrence (every leaf beyond the tables'
// reach).
#include <benchmark/benchmark.h>

#include "explain/engine_common.h"
#include "explain/interaction_tables.h"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_long_interactions.h"
#include "leaf_table_case.h"

namespace limpid::bench {
namespace {

void describe(benchmark::State& state, std::int64_t rows, InteractionTables const& pairs,
              std::int64_t recurrence_leaves) {
  state.SetItemsProcessed(state.iterations() * rows);
  state.counters["folds"] = static_cast<double>(pairs.pairs.paths.leaves());
  state.counters["look_ups"] = static_cast<double>(pairs.pairs.paths.players.size());
  state.counters["blocks"] = static_cast<double>(pairs.pairs.paths.blocks.size());
  state.counters["table_MB"] = static_cast<double>(pairs.tables.size()) * sizeof(float) / 1e6;
  state.counters["beyond"] = static_cast<double>(recurrence_leaves);
}

/// Tables of at most `bytes`.
void interactions(benchmark::State& state, TableKind kind, std::size_t bytes) {
  LeafTableCase const& it = leaf_table_case();
  std::int64_t const rows = state.range(0);
  std::vector<std::uint8_t> const bins = it.bins(rows);
  std::vector<std::uint8_t> const background = it.bins(100);
  BinsView const background_view{background.data(), 100, 128};
  WeightsView const weights{nullptr, 100};
  InteractionTables const pairs = make_interaction_tables(it.model, kind, background_view, weights, serial_for, bytes);
  std::int64_t const vectors = it.model.outputs() * pair_count(it.model.players);
  std::vector<double> values(static_cast<std::size_t>(vectors * stride_of(rows)));
  SumLeafTablesArgs tables;
  tables.paths = pairs.pairs.paths.view();
  tables.tables = pairs.tables.data();
  tables.bins = {bins.data(), rows, stride_of(rows)};
  tables.players = static_cast<std::int32_t>(pair_count(it.model.players));
  tables.outputs = it.model.outputs();
  tables.values = values.data();
  tables.value_stride = stride_of(rows);
  LongBackground const beyond(pairs.beyond.view(), background_view, weights, serial_for);
  LongBackground const long_paths(it.model.long_paths.view(), background_view, weights, serial_for);
  SumLongPathsArgs recurrence;
  recurrence.kind = kind;
  recurrence.background_total = 100;
  recurrence.bins = tables.bins;
  recurrence.players = it.model.players;
  recurrence.outputs = it.model.outputs();
  recurrence.values = values.data();
  recurrence.value_stride = tables.value_stride;
  for (auto _ : state) {
    sum_leaf_tables_cpu(tables);
    for (auto const* groups : {&beyond, &long_paths}) {
      groups->for_each_group([&](PathsView const& paths, PatternCountsView const& patterns) {
        recurrence.paths = paths;
        recurrence.background = patterns;
        sum_long_interactions_cpu(recurrence);
      });
    }
    benchmark::DoNotOptimize(values.data());
  }
  describe(state, rows, pairs, pairs.beyond.leaves() + it.model.long_paths.leaves());
}
BENCHMARK_CAPTURE(interactions, tables, TableKind::kPathDependent, kPairTableBytes)
    ->Arg(64)
    ->Arg(1024)
    ->Arg(4096)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(interactions, recurrence_path_dependent, TableKind::kPathDependent, 0)
    ->Arg(512)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(interactions, recurrence_interventional, TableKind::kInterventional, 0)
    ->Arg(512)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
