// Rows/s and pairs/s of single kernels on GPU 0, inputs on the device: medians of five, beside the bound that
// kernels/README.md counts. An answer is compared with the CPU's bytes before it is timed; exit code 1 when one
// differs.
#include <fmt/core.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "compile/fold_leaves.h"
#include "explain/device_model.h"
#include "explain/engine_common.h"
#include "gpu_case.h"
#include "kernels/device.h"
#include "kernels/lattice_game.h"
#include "kernels/sum_leaf_tables.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

template <class T>
device::Buffer<T> upload(device::Exec const& exec, std::vector<T> const& host) {
  return {exec, std::span<T const>(host)};
}

bool same_bytes(device::Exec const& exec, device::Buffer<double> const& found, std::vector<double> const& expected) {
  std::vector<double> host(found.size());
  exec.copy_out(host.data(), found.data(), host.size() * sizeof(double));
  exec.wait();
  return std::memcmp(host.data(), expected.data(), expected.size() * sizeof(double)) == 0;
}

/// Bounds of kernels/README.md, items/s.
struct Bound {
  double h100;
  double l4;
};

bool report(device::Exec const& exec, std::string const& name, bool is_same, double rate, char const* items,
            Bound const& bound) {
  std::string const& gpu = exec.profile().name;
  bool const is_hopper = gpu.find("H100") != std::string::npos || gpu.find("H200") != std::string::npos;
  double const of = is_hopper ? bound.h100 : gpu.find("L4") != std::string::npos ? bound.l4 : 0.0;
  fmt::print("{:32} {:11} {:>14.0f} {}{}\n", name, is_same ? "same-bytes" : "DIFFERENT", rate, items,
             of > 0.0 ? fmt::format(", {:.1f} % of the bound", 100.0 * rate / of) : "");
  return is_same;
}

/// Look-ups of folded leaves, in tables of any numbers.
bool leaf_tables(device::Exec const& exec) {
  constexpr std::int64_t kRows = std::int64_t{1} << 18U;
  Ensemble const ensemble = bench::example_ensemble(30, Link::kSigmoid);
  CompiledModel const model = compile(ensemble);
  FoldedLeaves const folded = fold_leaves(model.short_paths);
  reference::Random random(2);
  auto const rows = reference::random_rows(ensemble, kRows, random);
  BinnedRows bins;
  bin_rows(model, rows.view(), serial_for, bins);
  std::vector<float> tables(static_cast<std::size_t>(folded.paths.table_size()));
  for (float& entry : tables) entry = static_cast<float>(random.uniform() - 0.5);
  auto const players = static_cast<std::int32_t>(model.features);
  std::vector<double> values(static_cast<std::size_t>(players * kRows), 0.0);
  DevicePaths const paths(exec, folded.paths);
  auto const device_bins = upload(exec, bins.bins);
  auto const device_tables = upload(exec, tables);
  auto const device_values = upload(exec, values);
  SumLeafTablesArgs args;
  args.paths = folded.paths.view();
  args.tables = tables.data();
  args.bins = bins.view();
  args.players = players;
  args.values = values.data();
  args.value_stride = kRows;
  args.few_players = true;
  sum_leaf_tables_cpu(args);
  args.paths = paths.view();
  args.tables = device_tables.data();
  args.bins.data = device_bins.data();
  args.values = device_values.data();
  sum_leaf_tables_cuda(exec, args);
  bool const is_same = same_bytes(exec, device_values, values);
  double const seconds = bench::median_seconds([&] {
    sum_leaf_tables_cuda(exec, args);
    exec.wait();
  });
  return report(exec, "sum_leaf_tables", is_same, static_cast<double>(kRows) / seconds, "rows/s", {53e6, 28e6});
}

/// The game of every pair of rows with one background row, on ready patterns.
bool lattices(device::Exec const& exec, std::int32_t features, Bound const& bound) {
  constexpr std::int64_t kRows = 4096;
  constexpr std::int64_t kBackground = 32;
  Ensemble const ensemble = bench::example_ensemble(features, Link::kSigmoid);
  CompiledModel const model = compile(ensemble);
  reference::Random random(3);
  BinnedRows bins;
  Patterns rows;
  Patterns background;
  bin_rows(model, reference::random_rows(ensemble, kRows, random).view(), serial_for, bins);
  make_patterns(model, bins.view(), serial_for, rows);
  bin_rows(model, reference::random_rows(ensemble, kBackground, random).view(), serial_for, bins);
  make_patterns(model, bins.view(), serial_for, background);
  auto args = lattice_args(model, rows, background);
  std::vector<double> values(static_cast<std::size_t>(args.players) * kRows, 0.0);
  std::vector<std::int32_t> largest(kRows, 0);
  DeviceModel const on_device(exec, model);
  auto const row_bytes = upload(exec, rows.bytes);
  auto const background_bytes = upload(exec, background.bytes);
  auto const device_values = upload(exec, values);
  auto const device_largest = upload(exec, largest);
  args.rows = 64;  // what the CPU plays for comparison
  args.background_rows = kBackground;
  args.values = values.data();
  args.value_stride = args.rows;
  args.largest = largest.data();
  lattice_game_cpu(args);
  values.resize(static_cast<std::size_t>(args.players * args.rows));
  args.short_paths = on_device.short_paths();
  args.long_paths = on_device.long_paths();
  args.row_bytes = row_bytes.data();
  args.background_bytes = background_bytes.data();
  args.base_margin = on_device.path_base();
  args.step = on_device.step();
  args.values = device_values.data();
  args.largest = device_largest.data();
  lattice_game_cuda(exec, args);
  bool const is_same = same_bytes(exec, device_values, values);
  args.rows = args.value_stride = kRows;
  double const seconds = bench::median_seconds([&] {
    lattice_game_cuda(exec, args);
    exec.wait();
  });
  return report(exec, fmt::format("lattice_game, V <= {}", features), is_same,
                static_cast<double>(kRows * kBackground) / seconds, "pairs/s", bound);
}

int run() {
  if (device::profiles().empty()) {
    fmt::print("no cuda device: {}\n", device::unavailable_reason());
    return 0;
  }
  device::Exec const exec(0);
  bool all = leaf_tables(exec);
  all = lattices(exec, 8, {0.0, 0.0}) && all;
  all = lattices(exec, 10, {40e6, 19e6}) && all;
  all = lattices(exec, 12, {34e6, 17e6}) && all;
  all = lattices(exec, 14, {0.0, 0.0}) && all;
  return all ? 0 : 1;
}

}  // namespace
}  // namespace limpid

int main() { return limpid::run(); }
