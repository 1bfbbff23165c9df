// Raw values to bins, one thread: values/s.
#include "kernels/bin_rows.h"

#include <benchmark/benchmark.h>

#include "kernels/bin_rows.task.h"
#include "leaf_table_case.h"

namespace limpid::bench {
namespace {

void bin_rows(benchmark::State& state) {
  LeafTableCase const& it = leaf_table_case();
  reference::Random random(2);
  reference::Rows const raw = reference::random_rows(it.ensemble, state.range(0), random);
  ColumnsView const columns = it.model.columns_view();
  std::vector<std::uint8_t> bins(static_cast<std::size_t>(columns.count * raw.stride));
  std::vector<std::uint8_t> expected = bins;
  BinRowsArgs const args{columns, raw.values.data(), raw.stride, raw.rows, bins.data(), raw.stride};
  for (auto _ : state) {
    bin_rows_cpu(args);
    benchmark::DoNotOptimize(bins.data());
  }
  BinRowsArgs by_task = args;
  by_task.bins = expected.data();
  for (std::int64_t c = 0; c < columns.count; ++c) {
    for (std::int64_t r = 0; r < raw.stride; ++r) BinRowsTask{by_task}(c, r);
  }
  if (bins != expected) state.SkipWithError("not the task's bins");
  state.SetItemsProcessed(state.iterations() * columns.count * raw.rows);
}
BENCHMARK(bin_rows)->Arg(4096)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace limpid::bench
