// The engine of a GPU: a worker is a stream with page-locked buffers; a chunk goes in as raw values, everything is
// computed on the device, and values, predictions and summary come back. Workers' copies and kernels overlap.
#include <algorithm>
#include <optional>
#include <utility>

#include "explain/device_buffers.h"
#include "explain/engine_common.h"
#include "explain/engine_cuda_estimates.h"
#include "explain/engine_cuda_interactions.h"
#include "explain/engine_cuda_shared.h"
#include "explain/large_games.h"
#include "explain/mean_link.h"
#include "kernels/bin_rows.h"
#include "kernels/lattice_pairs.h"
#include "kernels/predict.h"
#include "kernels/row_game.h"
#include "kernels/solve_operator.h"
#include "kernels/sum_leaf_tables.h"
#include "kernels/summarise.h"

namespace limpid {
namespace {

/// Lattice: patterns of a chunk's rows that are in device memory at a time.
constexpr std::int64_t kPatternBytes = std::int64_t{256} << 20U;

/// A result on the device, and where it lands on the host.
template <class T>
struct Result {
  device::Buffer<T> on_device;
  Pinned<T> pinned;

  void reserve(device::Exec const& exec, std::size_t size, char const* what) {
    limpid::reserve(exec, on_device, size, what);
    limpid::reserve(pinned, size, what);
  }
  void copy_out(device::Exec const& exec, std::vector<T> const& out) const {
    exec.copy_out(pinned.data(), on_device.data(), out.size() * sizeof(T));
  }
  void hand_over(std::vector<T>& out) const { std::copy_n(pinned.data(), out.size(), out.data()); }
};

class CudaWorker final : public Engine::Worker {
 public:
  explicit CudaWorker(CudaShared const& shared) : shared_(shared), exec_(shared.device) { shared_.keep_in_l2(exec_); }

  void explain(RowsView rows, bool count_only, Explanation& out) override {
    shape_explanation(shared_.model, shared_.question, rows.rows, out);
    if (rows.rows == 0) return;
    reserve_buffers(out);
    bin_chunk(rows, out.stride);
    exec_.zero(values_.on_device.data(), out.values.size() * sizeof(double));
    exec_.zero(interactions_.on_device.data(), out.interactions.size() * sizeof(double));
    if (shared_.question.algorithm == Algorithm::kLattice) {
      play_lattice(count_only, out);
      largest_.copy_out(exec_, out.largest);
    } else if (!count_only) {
      sum_tables(out);
      if (!out.interactions.empty()) {
        shared_.interactions().add(exec_, shared_, binned_, interactions_.on_device.data(), out.stride);
      }
    }
    if (!count_only) finish_values(out);
    exec_.wait();
    largest_.hand_over(out.largest);
    if (count_only) return;
    values_.hand_over(out.values);
    interactions_.hand_over(out.interactions);
    finish_interactions(out);
    predictions_.hand_over(out.predictions);
    if (is_logit()) margins_to_logits(shared_.model, out.rows, out.stride, out.predictions.data());
    summary_.hand_over(out.summary);
    if (!shared_.question.estimator) return;
    if (is_logit()) {
      shared_.host_games()->add(rows, 0, out.rows, out, host_, poll);
    } else {
      estimate(out);
    }
    summarise(out);
  }

 private:
  void reserve_buffers(Explanation const& out) {
    auto const stride = static_cast<std::size_t>(out.stride);
    auto const raw = static_cast<std::size_t>(shared_.model.features) * stride;
    reserve(exec_, raw_, raw, "a chunk's rows");
    reserve(raw_pinned_, raw, "a chunk's rows");
    reserve(exec_, bins_, shared_.model.columns.size() * stride + 64, "a chunk's bins");
    values_.reserve(exec_, out.values.size(), "a chunk's values");
    interactions_.reserve(exec_, out.interactions.size(), "a chunk's interactions");
    predictions_.reserve(exec_, out.predictions.size(), "a chunk's predictions");
    summary_.reserve(exec_, out.summary.size(), "a chunk's summary");
    largest_.reserve(exec_, out.largest.size(), "a chunk's player counts");
  }

  /// The last chunk's wait() freed raw_pinned_.
  void bin_chunk(RowsView rows, std::int64_t stride) {
    auto const count = static_cast<std::size_t>(rows.rows);
    for (std::int64_t f = 0; f < shared_.model.features; ++f) {
      std::copy_n(rows.data + f * rows.stride, count, raw_pinned_.data() + f * stride);
      std::fill_n(raw_pinned_.data() + f * stride + rows.rows, stride - rows.rows, 0.0);
    }
    exec_.copy_in(raw_.data(), raw_pinned_.data(),
                  static_cast<std::size_t>(shared_.model.features * stride) * sizeof(double));
    BinRowsArgs args;
    args.columns = shared_.on_device().columns();
    args.values = raw_.data();
    args.value_stride = stride;
    args.rows = rows.rows;
    args.bins = bins_.data();
    args.bin_stride = stride;
    bin_rows_cuda(exec_, args);
    binned_ = {bins_.data(), rows.rows, stride};
  }

  void sum_tables(Explanation const& out) const {
    SumLeafTablesArgs tables;
    tables.paths = shared_.table_paths();
    tables.tables = shared_.tables();
    tables.bins = binned_;
    tables.players = out.players;
    tables.outputs = out.outputs;
    tables.values = values_.on_device.data();
    tables.value_stride = out.stride;
    tables.few_players = true;
    sum_leaf_tables_cuda(exec_, tables);
    for (auto const& group : shared_.groups_beside_walks()) {
      SumLongPathsArgs paths;
      paths.paths = group.paths;
      paths.kind = table_kind(shared_.question);
      paths.background = group.view();
      paths.background_total = shared_.weights().units().total;
      paths.bins = binned_;
      paths.players = out.players;
      paths.outputs = out.outputs;
      paths.values = values_.on_device.data();
      paths.value_stride = out.stride;
      sum_long_paths_cuda(exec_, paths);
    }
    for (DeviceQuadrature const& group : shared_.quadrature()) {
      tree_quadrature_cuda(exec_, {group.view(), binned_, out.players, values_.on_device.data(), out.stride});
    }
  }

  /// Rows whose patterns are on the device at a time.
  [[nodiscard]] std::int64_t group_rows(Explanation const& out) const {
    std::int64_t const per_row = std::max<std::int64_t>(pattern_bytes_per_row(shared_.model), 1);
    return std::clamp<std::int64_t>(kPatternBytes / per_row / 64 * 64, 64, out.stride);
  }

  void play_lattice(bool count_only, Explanation const& out) {
    std::int64_t const group = group_rows(out);
    reserve_patterns(exec_, shared_.model, std::min(group, out.rows), patterns_);
    for (std::int64_t r = 0; r < out.rows; r += group) {
      auto args = game_of(r, std::min(group, out.rows - r), out);
      args.count_only = count_only;
      bool const with_pairs = !count_only && !out.interactions.empty();
      if (with_pairs) args.interactions = interactions_.on_device.data() + r;
      if (is_logit()) {
        row_game_cuda(exec_, {args, nullptr, nullptr});
      } else {
        with_pairs ? lattice_pairs_cuda(exec_, args) : lattice_game_cuda(exec_, args);
      }
    }
  }

  /// Makes the patterns of rows [first, first + rows), and says what their game is.
  [[nodiscard]] LatticeGameArgs game_of(std::int64_t first, std::int64_t rows, Explanation const& out) const {
    DeviceModel const& model = shared_.on_device();
    make_patterns(exec_, model, {bins_.data() + first, rows, binned_.stride}, patterns_);
    LatticeGameArgs args;
    args.short_paths = model.short_paths();
    args.long_paths = model.long_paths();
    args.row_bytes = patterns_.bytes.data();
    args.row_words = patterns_.words.data();
    args.background_bytes = shared_.background().bytes.data();
    args.background_words = shared_.background().words.data();
    args.byte_stride = patterns_.byte_stride;
    args.rows = rows;
    args.background_rows = shared_.background_rows;
    args.background_weight = shared_.weight_values();
    args.weight_total = shared_.weights().total();
    args.players = out.players;
    args.outputs = out.outputs;
    args.base_margin = model.path_base();
    args.step = model.step();
    args.wide = shared_.model.fixed_point.wide;
    args.link = shared_.model.link;
    args.max_players = shared_.question.max_exact_players;
    args.values = values_.on_device.data() + first;
    args.value_stride = out.stride;
    args.largest = largest_.on_device.data() + first;
    return args;
  }

  /// Adds what the lattice left over. The lattice's own values are on the host.
  void estimate(Explanation& out) {
    std::int64_t const group = group_rows(out);
    for (std::int64_t first = 0; first < out.rows; first += group) {
      std::int64_t const end = std::min(first + group, out.rows);
      std::vector<std::int32_t> large;
      for (std::int64_t r = first; r < end; ++r) {
        bool const is_large = out.largest[static_cast<std::size_t>(r)] > shared_.question.max_exact_players;
        if (is_large) large.push_back(static_cast<std::int32_t>(r - first));
      }
      if (!large.empty()) estimate_group(game_of(first, end - first, out), first, std::move(large), out);
    }
  }

  /// Rows of a group, counted from its first; those that miss the target error again, with twice the coalitions.
  void estimate_group(LatticeGameArgs const& game, std::int64_t first, std::vector<std::int32_t> rows,
                      Explanation& out) {
    EstimatorChoice const& choice = *shared_.question.estimator;
    if (!estimates_) estimates_.emplace(exec_, choice);
    for (std::int32_t doublings = 0; !rows.empty(); ++doublings) {
      estimates_->play(game, rows, doublings, row_sums_, [&](std::int64_t done) {
        if (poll) poll(first + rows[static_cast<std::size_t>(done)]);
      });
      std::vector<std::int32_t> again;
      for (std::int32_t const r : rows) {
        std::int32_t const largest = out.largest[static_cast<std::size_t>(first + r)];
        row_sums_.take(r, out.players, choice.least_focus_level(largest, doublings), estimate_);
        estimate_.divide(shared_.weights().total());
        if (is_final(choice, estimate_, first + r, doublings, out)) {
          add_estimate(choice, estimate_, first + r, out);
        } else {
          again.push_back(r);
        }
      }
      rows = std::move(again);
    }
  }

  [[nodiscard]] bool is_logit() const noexcept { return shared_.question.mean_link == MeanLink::kLogit; }

  /// Predictions, the summary, and the way back.
  void finish_values(Explanation const& out) const {
    PredictArgs predict;
    predict.trees = shared_.on_device().trees();
    predict.bins = binned_;
    predict.apply_link = shared_.question.space == Space::kResponse && !is_logit();
    predict.link = shared_.model.link;
    predict.predictions = predictions_.on_device.data();
    predict.stride = out.stride;
    exec_.zero(predict.predictions, out.predictions.size() * sizeof(double));
    predict_cuda(exec_, predict);
    SummariseArgs summarise;
    summarise.values = values_.on_device.data();
    summarise.value_stride = out.stride;
    summarise.rows = out.rows;
    summarise.vectors = static_cast<std::int64_t>(out.outputs) * out.players;
    summarise.sums = summary_.on_device.data();
    summarise_cuda(exec_, summarise);
    values_.copy_out(exec_, out.values);
    interactions_.copy_out(exec_, out.interactions);
    predictions_.copy_out(exec_, out.predictions);
    summary_.copy_out(exec_, out.summary);
  }

  CudaShared const& shared_;
  device::Buffer<double> raw_;
  Pinned<double> raw_pinned_;
  device::Buffer<std::uint8_t> bins_;
  BinsView binned_;
  DevicePatterns patterns_;
  Result<double> values_;
  Result<double> interactions_;
  Result<double> predictions_;
  Result<double> summary_;
  Result<std::int32_t> largest_;
  RowSums row_sums_;
  RowEstimate estimate_;
  LargeGames::Scratch host_;
  device::Exec exec_;  // behind the buffers: it waits for its work before they go
  std::optional<DeviceEstimates> estimates_;
};

class CudaEngine final : public Engine {
 public:
  CudaEngine(CompiledModel const& model, Question const& question, Background const& background, std::int32_t device)
      : shared_(model, question, background, device) {}

  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override { return std::make_unique<CudaWorker>(shared_); }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return shared_.expected; }
  [[nodiscard]] std::string estimator_solver() const override { return solver_name_cuda(); }

 private:
  CudaShared shared_;
};

}  // namespace

std::unique_ptr<Engine> make_cuda_engine(CompiledModel const& model, Question const& question,
                                         Background const& background, std::int32_t device) {
  if (plays_on_host(model, question)) return make_cpu_engine(model, question, background, serial_for);
  return std::make_unique<CudaEngine>(model, question, background, device);
}

}  // namespace limpid
