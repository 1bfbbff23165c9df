// load_model() of the file that the environment variable LIMPID_BENCH_MODEL names, once in a fresh process, as
// bench/load_model.py runs it beside XGBoost. bytes = the file's; peak = the growth of the resident set's maximum.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "limpid/ensemble.h"

namespace limpid {
namespace {

/// The largest resident set so far. Not ru_maxrss, which a process inherits from the one that started it.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == "VmHWM:") break;
  double kibibytes = 0.0;
  status >> kibibytes;
  return kibibytes * 1024.0;
}

void load_model_file(benchmark::State& state) {
  char const* const path = std::getenv("LIMPID_BENCH_MODEL");
  if (path == nullptr) {
    state.SkipWithError("LIMPID_BENCH_MODEL names no model");
    return;
  }
  double const before = peak_bytes();
  std::size_t nodes = 0;
  for (auto _ : state) {
    Ensemble const ensemble = load_model(path);
    state.PauseTiming();
    for (auto const& tree : ensemble.trees) nodes += tree.left.size();
    state.counters["trees"] = static_cast<double>(ensemble.trees.size());
    state.ResumeTiming();
  }
  state.counters["nodes"] = static_cast<double>(nodes);
  state.counters["bytes"] = static_cast<double>(std::filesystem::file_size(path));
  state.counters["peak"] = peak_bytes() - before;
}
BENCHMARK(load_model_file)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid
