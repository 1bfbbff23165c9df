// Bins to patterns of every leaf path, one thread: leaves x rows/s.
#include "kernels/leaf_patterns.h"

#include <benchmark/benchmark.h>

#include "kernels/leaf_patterns.task.h"
#include "leaf_table_case.h"

namespace limpid::bench {
namespace {

void leaf_patterns(benchmark::State& state) {
  LeafTableCase const& it = leaf_table_case();
  std::int64_t const rows = state.range(0);
  std::vector<std::uint8_t> const bins = it.bins(rows);
  LeafPatternsArgs args;
  args.short_paths = it.model.short_paths.view();
  args.long_paths = it.model.long_paths.view();
  args.bins = {bins.data(), rows, stride_of(rows)};
  args.byte_stride = stride_of(args.short_paths.leaves);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(rows * args.byte_stride));
  std::vector<std::uint64_t> words(static_cast<std::size_t>(rows * args.long_paths.leaves));
  args.bytes = bytes.data();
  args.words = words.data();
  for (auto _ : state) {
    leaf_patterns_cpu(args);
    benchmark::DoNotOptimize(bytes.data());
  }
  for (std::int64_t leaf = 0; leaf < args.short_paths.leaves; ++leaf) {
    std::uint64_t const exact = pattern_of(args.short_paths, leaf, args.bins, rows - 1) & 0xFFU;
    std::uint8_t const found = bytes[static_cast<std::size_t>((rows - 1) * args.byte_stride + leaf)];
    if (found != exact) state.SkipWithError("not the task's patterns");
  }
  state.SetItemsProcessed(state.iterations() * rows * (args.short_paths.leaves + args.long_paths.leaves));
}
BENCHMARK(leaf_patterns)->Arg(256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid::bench
