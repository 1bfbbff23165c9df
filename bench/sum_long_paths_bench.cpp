// Margin values of rows on paths too long for a table, one thread: rows/s. One row is checked against the task first.
#include "kernels/sum_long_paths.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/bin_rows.h"
#include "kernels/sum_long_paths.task.h"
#include "reference/random_model.h"

namespace limpid::bench {
namespace {

constexpr std::int64_t kBackgroundRows = 100;
constexpr std::int64_t kBackgroundStride = 128;

/// 20 trees of depth 14 on 16 features.
struct LongPathCase {
  Ensemble ensemble;
  CompiledModel model;

  LongPathCase() {
    reference::Random random(3);
    reference::ModelShape shape;
    shape.trees = 20;
    shape.depth = 14;
    shape.features = 16;
    shape.leaf_early = 0.2;
    ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
  }

  [[nodiscard]] std::vector<std::uint8_t> bins(std::int64_t rows) const {
    reference::Random random(4);
    reference::Rows const raw = reference::random_rows(ensemble, rows, random);
    std::vector<std::uint8_t> result(static_cast<std::size_t>(model.columns_view().count * raw.stride));
    bin_rows_cpu({model.columns_view(), raw.values.data(), raw.stride, raw.rows, result.data(), raw.stride});
    return result;
  }
};

/// Row 0 by the task, leaf by leaf.
std::vector<double> first_row(SumLongPathsArgs const& args) {
  std::vector<double> phi(static_cast<std::size_t>(args.players));
  LongConstants const constants = long_constants().view();
  std::vector<double> given(kMaxLongPlayers);
  for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
    std::uint64_t const a = path_pattern(args.paths, leaf, args.bins, 0);
    if (args.kind == TableKind::kInterventional) {
      LongInterventionalTask{args.paths, args.background, args.background_total, constants}(leaf, a, given.data());
    } else {
      LongPathDependentTask{args.paths, constants}(leaf, a, given.data());
    }
    std::uint32_t const begin = args.paths.player_begin[leaf];
    for (std::uint32_t p = begin; p < args.paths.player_begin[leaf + 1]; ++p) {
      phi[args.paths.players[p]] += given[p - begin];
    }
  }
  return phi;
}

void sum_long_paths(benchmark::State& state, TableKind kind) {
  static LongPathCase const it;
  std::int64_t const rows = state.range(0);
  std::vector<std::uint8_t> const bins = it.bins(rows);
  std::vector<std::uint8_t> const background = it.bins(kBackgroundRows);
  PathsView const paths = it.model.long_paths.view();
  auto const patterns =
      distinct_patterns(paths, {background.data(), kBackgroundRows, kBackgroundStride}, 0, kPatternBudget);
  std::vector<double> values(static_cast<std::size_t>(it.model.players * rows));
  SumLongPathsArgs args;
  args.paths = paths;
  args.kind = kind;
  args.background = patterns.view();
  args.background_total = kBackgroundRows;
  args.bins = {bins.data(), rows, rows};
  args.players = it.model.players;
  args.values = values.data();
  args.value_stride = rows;
  sum_long_paths_cpu(args);
  auto const expected = first_row(args);
  for (std::size_t p = 0; p < expected.size(); ++p) {
    if (!(std::abs(values[p * static_cast<std::size_t>(rows)] - expected[p]) <= 0.0)) {
      return state.SkipWithError("row 0 differs from the task");
    }
  }
  for (auto _ : state) {
    sum_long_paths_cpu(args);
    benchmark::DoNotOptimize(values.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.counters["leaves"] = static_cast<double>(paths.leaves);
}
BENCHMARK_CAPTURE(sum_long_paths, interventional, TableKind::kInterventional)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sum_long_paths, path_dependent, TableKind::kPathDependent)->Arg(256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
