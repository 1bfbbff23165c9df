// Margins by the trees on bins, one thread: rows/s.
#include "kernels/predict.h"

#include <benchmark/benchmark.h>

#include <cmath>

#include "leaf_table_case.h"
#include "reference/tree_walk.h"

namespace limpid::bench {
namespace {

void predict(benchmark::State& state) {
  LeafTableCase const& it = leaf_table_case();
  std::int64_t const rows = state.range(0);
  std::vector<std::uint8_t> const bins = it.bins(rows);
  std::vector<double> margins(static_cast<std::size_t>(it.model.outputs() * stride_of(rows)));
  PredictArgs args;
  args.trees = it.model.trees_view();
  args.bins = {bins.data(), rows, stride_of(rows)};
  args.predictions = margins.data();
  args.stride = stride_of(rows);
  for (auto _ : state) {
    predict_cpu(args);
    benchmark::DoNotOptimize(margins.data());
  }
  reference::Random random(2);
  reference::Rows const raw = reference::random_rows(it.ensemble, rows, random);
  double const exact = reference::margin(it.ensemble, raw.row(rows - 1))[0];
  double const error = std::fabs(margins[static_cast<std::size_t>(rows - 1)] - exact);
  if (!(error <= 1e-9 * it.model.margin_range[0])) state.SkipWithError("not the tree walk's margin");
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(predict)->Arg(4096)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
