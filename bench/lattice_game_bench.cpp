// Response values by the lattice: 500 trees of depth 6, 12 features, one background row. `kernel` is lattice_game alone
// on ready patterns, `engine` everything from raw values to values, predictions and summary. items = pairs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "explain/engine.h"
#include "explain/engine_common.h"
#include "kernels/lattice_game.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

constexpr std::int64_t kRows = 512;
constexpr double kAdditivity = 1e-6;

struct Workload {
  reference::Random random{3};
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows background;
  reference::Rows rows;

  Workload(std::int32_t trees, std::int32_t depth, std::int32_t features, Link link) {
    reference::ModelShape shape;
    shape.trees = trees;
    shape.depth = depth;
    shape.features = features;
    shape.leaf_early = 0.05;
    shape.leaf_scale = 0.05;
    shape.outputs = link == Link::kSoftmax ? 3 : 1;
    shape.link = link;
    ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
    background = reference::random_rows(ensemble, 1, random);
    rows = reference::random_rows(ensemble, kRows, random);
  }
};

/// Largest |base + sum(phi) - prediction|: an answer is checked before it is timed.
double worst_additivity(Engine const& engine, Explanation const& out) {
  double worst = 0.0;
  for (std::int64_t g = 0; g < out.outputs; ++g) {
    for (std::int64_t r = 0; r < out.rows; ++r) {
      double sum = engine.expected_value()[static_cast<std::size_t>(g)];
      for (std::int64_t p = 0; p < out.players; ++p) {
        sum += out.values[static_cast<std::size_t>((g * out.players + p) * out.stride + r)];
      }
      double const exact = out.predictions[static_cast<std::size_t>(g * out.stride + r)];
      worst = std::max(worst, std::fabs(sum - exact) / std::max(1.0, std::fabs(exact)));
    }
  }
  return worst;
}

double mean_players(Explanation const& out) {
  double sum = 0.0;
  for (std::int32_t const players : out.largest) sum += players;
  return sum / static_cast<double>(out.rows);
}

void lattice_engine(benchmark::State& state, Link link) {
  Workload const work(500, 6, static_cast<std::int32_t>(state.range(0)), link);
  Question const question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, 20};
  auto const engine = make_cpu_engine(work.model, question, work.background.view(), serial_for);
  auto const worker = engine->make_worker();
  Explanation out;
  worker->explain(work.rows.view(), false, out);
  if (!(worst_additivity(*engine, out) <= kAdditivity)) return state.SkipWithError("values do not add up");
  for (auto _ : state) worker->explain(work.rows.view(), false, out);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kRows);
  state.counters["V"] = mean_players(out);
}

void lattice_kernel(benchmark::State& state, Link link) {
  Workload const work(500, 6, static_cast<std::int32_t>(state.range(0)), link);
  BinnedRows rows;
  BinnedRows background;
  bin_rows(work.model, work.rows.view(), serial_for, rows);
  bin_rows(work.model, work.background.view(), serial_for, background);
  Patterns row_patterns;
  Patterns background_patterns;
  Boxes const boxes = make_boxes(work.model);
  make_patterns(work.model, {rows.bins.data(), 64, rows.stride}, serial_for, row_patterns, &boxes);
  make_patterns(work.model, background.view(), serial_for, background_patterns, &boxes);
  Explanation out;
  shape_explanation(work.model, {}, 64, out);
  auto args = lattice_args(work.model, row_patterns, background_patterns, &boxes);
  args.rows = 64;
  args.background_rows = 1;
  args.max_players = 20;
  args.values = out.values.data();
  args.value_stride = out.stride;
  args.largest = out.largest.data();
  for (auto _ : state) lattice_game_cpu(args);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * args.rows);
  state.counters["V"] = mean_players(out);
}

BENCHMARK_CAPTURE(lattice_kernel, sigmoid, Link::kSigmoid)->Arg(12)->Arg(8)->Arg(16)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(lattice_kernel, softmax, Link::kSoftmax)->Arg(12)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(lattice_kernel, exp, Link::kExp)->Arg(12)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(lattice_engine, sigmoid, Link::kSigmoid)->Arg(12)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid
