// Rows/s of GPUTreeShap and of limpid's engine on GPU 0, same model and rows, from host memory to host memory: medians
// of five. limpid's answer is compared with the CPU's first, number by number, and GPUTreeShap's, which is in single
// precision, within a tolerance; exit code 1 when one differs.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "explain/engine.h"
#include "gpu_case.h"
#include "gputreeshap.h"
#include "kernels/device.h"
#include "reference/random_model.h"
#include "tree_elements.h"

namespace limpid {
namespace {

constexpr std::int32_t kFeatures = 30;
constexpr std::int64_t kChecked = 64;      ///< rows that the CPU explains too
constexpr double kSinglePrecision = 1e-3;  ///< of the row's largest number; a wrong path is off by far more

/// Asks GPUTreeShap the same: rows, background, values.
using Peer = std::function<void(bench::FloatRows const&, bench::FloatRows const&, std::vector<double>&)>;

struct Case {
  std::string name;
  Method method = Method::kPathDependent;
  bool interactions = false;
  std::int64_t rows = 0;
  Peer peer;
};

/// Number n of row r of an explanation: a value, or pair n of the interactions in GPUTreeShap's square matrix.
double number_of(Explanation const& explanation, bool pairs, std::int64_t r, std::int64_t i, std::int64_t j) {
  std::int64_t const players = explanation.players;
  std::int64_t const low = std::min(i, j);
  std::int64_t const index = low * players - low * (low - 1) / 2 + (std::max(i, j) - low);
  return pairs ? explanation.interactions[static_cast<std::size_t>(index * explanation.stride + r)]
               : explanation.values[static_cast<std::size_t>(i * explanation.stride + r)];
}

/// Largest difference of a row's numbers to the expected ones, over the row's largest; NaN counts as infinite.
double worst_difference(Explanation const& expected, bool pairs,
                        std::function<double(std::int64_t, std::int64_t, std::int64_t)> const& found) {
  double worst = 0.0;
  for (std::int64_t r = 0; r < expected.rows; ++r) {
    double largest = 0.0;
    double difference = 0.0;
    for (std::int64_t i = 0; i < expected.players; ++i) {
      for (std::int64_t j = 0; j < (pairs ? expected.players : 1); ++j) {
        double const number = number_of(expected, pairs, r, i, j);
        double const off = std::abs(found(r, i, j) - number);
        largest = std::max(largest, std::abs(number));
        difference = std::isnan(off) ? HUGE_VAL : std::max(difference, off);
      }
    }
    worst = std::max(worst, difference == 0.0 ? 0.0 : difference / largest);
  }
  return worst;
}

bool run_case(Ensemble const& ensemble, Case const& each) {
  reference::Random random(4);
  auto raw = reference::random_rows(ensemble, each.rows, random);
  constexpr double kLargest = 3e38;  // what float_rows() would change is the same for both
  for (double& value : raw.values) value = value > kLargest ? kLargest : value;
  auto const background = reference::random_rows(ensemble, 100, random);
  CompiledModel const model = compile(ensemble);
  Question question{Space::kMargin, each.method, Algorithm::kLeafTables, 16};
  question.interactions = each.interactions;

  Explanation expected;
  RowsView few = raw.view();
  few.rows = kChecked;
  make_cpu_engine(model, question, background.view(), serial_for)->make_worker()->explain(few, false, expected);
  Explanation ours;
  auto const engine = make_cuda_engine(model, question, background.view(), 0);
  auto const worker = engine->make_worker();
  double const our_seconds = bench::median_seconds([&] { worker->explain(raw.view(), false, ours); });
  bool const is_same =
      worst_difference(expected, each.interactions, [&](std::int64_t r, std::int64_t i, std::int64_t j) {
        return number_of(ours, each.interactions, r, i, j);
      }) == 0.0;

  auto const rows = bench::float_rows(raw.view(), kFeatures);
  auto const references = bench::float_rows(background.view(), kFeatures);
  std::vector<double> theirs;
  double const seconds = bench::median_seconds([&] { each.peer(rows, references, theirs); });
  std::int64_t const columns = kFeatures + 1;
  double const worst =
      worst_difference(expected, each.interactions, [&](std::int64_t r, std::int64_t i, std::int64_t j) {
        return theirs[static_cast<std::size_t>(each.interactions ? (r * columns + i) * columns + j : r * columns + i)];
      });
  bool const agrees = worst <= kSinglePrecision;
  auto const count = static_cast<double>(each.rows);
  fmt::print("{:24} gputreeshap {:>12.0f} rows/s ({} to {:.0e}), limpid {:>12.0f} rows/s ({}): {:.1f} times\n",
             each.name, count / seconds, agrees ? "same" : "DIFFERENT", worst, count / our_seconds,
             is_same ? "same as the CPU" : "DIFFERENT", seconds / our_seconds);
  return is_same && agrees;
}

int run() {
  if (device::profiles().empty()) {
    fmt::print("no cuda device: {}\n", device::unavailable_reason());
    return EXIT_SUCCESS;
  }
  Ensemble const ensemble = bench::example_ensemble(kFeatures, Link::kSigmoid);
  bench::GpuTreeShap const peer(bench::path_elements(ensemble), ensemble.outputs());
  Case const cases[] = {
      {"path-dependent", Method::kPathDependent, false, 1 << 16,
       [&](auto const& rows, auto const&, auto& values) { peer.path_dependent(rows, values); }},
      {"interventional, B = 100", Method::kInterventional, false, 1 << 12,
       [&](auto const& rows, auto const& background, auto& values) { peer.interventional(rows, background, values); }},
      {"interactions", Method::kPathDependent, true, 1 << 12,
       [&](auto const& rows, auto const&, auto& values) { peer.interactions(rows, values); }}};
  bool all = true;
  for (Case const& each : cases) all = run_case(ensemble, each) && all;
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace limpid

int main() { return limpid::run(); }
