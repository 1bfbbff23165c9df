// Sums of |phi| over blocks of rows, one thread: bytes/s beside what memory gives.
#include "kernels/summarise.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

namespace limpid::bench {
namespace {

void summarise(benchmark::State& state) {
  std::int64_t const rows = state.range(0);
  std::int64_t const vectors = 30;
  std::vector<double> values(static_cast<std::size_t>(vectors * rows));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i));
  std::vector<double> sums(static_cast<std::size_t>((rows + kSummaryRows - 1) / kSummaryRows * vectors));
  SummariseArgs const args{values.data(), rows, rows, vectors, sums.data()};
  for (auto _ : state) {
    summarise_cpu(args);
    benchmark::DoNotOptimize(sums.data());
  }
  double exact = 0.0;
  for (std::size_t r = 0; r < static_cast<std::size_t>(kSummaryRows); ++r) exact += std::fabs(values[r]);
  if (sums[0] != exact) state.SkipWithError("not the sum in row order");
  state.SetBytesProcessed(state.iterations() * vectors * rows * static_cast<std::int64_t>(sizeof(double)));
}
BENCHMARK(summarise)->Arg(4096)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace limpid::bench
