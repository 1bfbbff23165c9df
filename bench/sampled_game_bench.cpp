// Estimated pairs: 500 trees of depth 6, 30 features, one background row, 2,048 coalitions. `kernel` is sampled_game
// alone on ready patterns and estimators, `engine` everything from raw values. items = pairs.
#include <benchmark/benchmark.h>

#include <vector>

#include "explain/engine.h"
#include "explain/engine_common.h"
#include "explain/estimators.h"
#include "kernels/sampled_game.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

constexpr std::int64_t kRows = 64;
constexpr std::int32_t kFeatures = 30;
constexpr std::int32_t kLimit = 8;  ///< every pair is estimated

struct Workload {
  reference::Random random{3};
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows background;
  reference::Rows rows;
  EstimatorChoice choice;

  explicit Workload(EstimatorKind kind) {
    reference::ModelShape shape;
    shape.trees = 500;
    shape.depth = 6;
    shape.features = kFeatures;
    shape.leaf_early = 0.05;
    shape.leaf_scale = 0.05;
    shape.link = Link::kSigmoid;
    ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
    background = reference::random_rows(ensemble, 1, random);
    rows = reference::random_rows(ensemble, kRows, random);
    choice.kind = kind;
    choice.coalitions = 2048;
  }
};

void sampled_engine(benchmark::State& state, EstimatorKind kind) {
  Workload const work(kind);
  Question question{Space::kResponse, Method::kInterventional, Algorithm::kLattice, kLimit};
  question.estimator = work.choice;
  auto const engine = make_cpu_engine(work.model, question, work.background.view(), serial_for);
  auto const worker = engine->make_worker();
  Explanation out;
  worker->explain(work.rows.view(), false, out);  // the estimators are solved here
  double players = 0.0;
  for (std::int64_t r = 0; r < kRows; ++r) {
    if (out.estimated[static_cast<std::size_t>(r)] != 1) return state.SkipWithError("a pair was not estimated");
    players += out.largest[static_cast<std::size_t>(r)];
  }
  for (auto _ : state) worker->explain(work.rows.view(), false, out);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kRows);
  state.counters["V"] = players / kRows;
}

void sampled_kernel(benchmark::State& state, EstimatorKind kind) {
  Workload const work(kind);
  BinnedRows rows;
  BinnedRows background;
  bin_rows(work.model, work.rows.view(), serial_for, rows);
  bin_rows(work.model, work.background.view(), serial_for, background);
  Patterns row_patterns;
  Patterns background_patterns;
  make_patterns(work.model, rows.view(), serial_for, row_patterns);
  make_patterns(work.model, background.view(), serial_for, background_patterns);
  DesignEstimators estimators(work.choice);
  std::vector<std::int32_t> largest(kRows, kFeatures);
  std::vector<std::int32_t> estimated(kRows);
  std::vector<double> sums(kRows * kFeatures);
  std::vector<double> squares(sums.size());
  SampledGameArgs args;
  args.lattice = lattice_args(work.model, row_patterns, background_patterns);
  args.lattice.rows = kRows;
  args.lattice.background_rows = 1;
  args.lattice.max_players = kLimit;
  args.lattice.value_stride = kRows;
  args.lattice.largest = largest.data();
  args.estimators = &estimators;
  args.sums = sums.data();
  args.squares = squares.data();
  args.estimated = estimated.data();
  sampled_game_cpu(args);
  for (auto _ : state) sampled_game_cpu(args);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kRows);
}

BENCHMARK_CAPTURE(sampled_kernel, gp, EstimatorKind::kGp)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sampled_kernel, wls, EstimatorKind::kWls)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sampled_engine, gp, EstimatorKind::kGp)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limpid
