#include "explain/engine_cuda_shared.h"

#include <algorithm>
#include <string>
#include <utility>

#include "compile/fold_leaves.h"
#include "explain/device_buffers.h"
#include "explain/engine_common.h"
#include "explain/engine_cuda_interactions.h"
#include "explain/mean_link.h"
#include "kernels/bin_rows.h"
#include "kernels/leaf_patterns.h"
#include "kernels/predict.h"

namespace limpid {
namespace {

/// Background rows whose raw values are on the device at a time: 64 MiB of them, in multiples of 64.
std::int64_t rows_at_a_time(std::int64_t features) {
  constexpr std::int64_t kBytes = std::int64_t{64} << 20U;
  constexpr std::int64_t kMost = std::int64_t{1} << 16U;
  std::int64_t const fits = kBytes / (std::max<std::int64_t>(features, 1) * static_cast<std::int64_t>(sizeof(double)));
  return std::clamp<std::int64_t>(fits / 64 * 64, 64, kMost);
}

std::string count_of(std::int64_t n, char const* what) { return std::to_string(n) + " " + what; }

}  // namespace

TableKind table_kind(Question const& question) noexcept {
  return question.method == Method::kPathDependent ? TableKind::kPathDependent : TableKind::kInterventional;
}

void reserve_patterns(device::Exec const& exec, CompiledModel const& model, std::int64_t rows,
                      DevicePatterns& patterns) {
  auto const count = static_cast<std::size_t>(rows);
  std::string const what = "patterns of " + count_of(rows, "rows on ") +
                           count_of(model.short_paths.leaves() + model.long_paths.leaves(), "leaves");
  patterns.byte_stride = row_stride(model.short_paths.leaves());
  reserve(exec, patterns.bytes, count * static_cast<std::size_t>(patterns.byte_stride), what.c_str());
  reserve(exec, patterns.words, count * static_cast<std::size_t>(model.long_paths.leaves()), what.c_str());
}

void make_patterns(device::Exec const& exec, DeviceModel const& model, BinsView const& bins,
                   DevicePatterns const& patterns) {
  LeafPatternsArgs args;
  args.short_paths = model.short_paths();
  args.long_paths = model.long_paths();
  args.bins = bins;
  args.bytes = patterns.bytes.data();
  args.byte_stride = patterns.byte_stride;
  args.words = patterns.words.data();
  leaf_patterns_cuda(exec, args);
}

CudaShared::CudaShared(CompiledModel const& compiled, Question const& asked, Background const& background,
                       std::int32_t device_index)
    : model(compiled),
      question(asked),
      device(device_index),
      background_rows(asked.method == Method::kPathDependent ? 0 : background.rows.rows),
      weights_(asked.method == Method::kPathDependent ? BackgroundWeights() : BackgroundWeights(background)),
      exec_(device_index),
      on_device_(allocate_for("the model", [&] { return DeviceModel(exec_, compiled); })) {
  check_paths(model, question);
  DeviceRows binned;
  if (background_rows != 0) bin_background(background.rows, binned);
  upload_weights();
  expected = question.method == Method::kPathDependent ? model.cover_mean : mean_prediction(binned);
  if (question.algorithm == Algorithm::kLattice) {
    reserve_patterns(exec_, model, background_rows, background_);
    make_patterns(exec_, on_device_, binned.view(), background_);
    bool const on_host = question.mean_link == MeanLink::kLogit && question.estimator.has_value();
    if (on_host) host_games_ = std::make_unique<HostGames>(model, question, background);
  } else {
    build_tables(binned);
  }
  exec_.wait();
}

CudaShared::~CudaShared() = default;

void CudaShared::keep_in_l2(device::Exec const& exec) const {
  if (question.algorithm == Algorithm::kLattice) {
    exec.keep_in_l2(background_.bytes.data(), background_.bytes.size());
  } else {
    exec.keep_in_l2(tables_.data(), tables_.size() * sizeof(float));
  }
}

void CudaShared::upload_weights() {
  auto const count = static_cast<std::size_t>(background_rows);
  if (weights_.values() == nullptr) return;
  reserve(exec_, weight_values_, count, "weights of the background rows");
  reserve(exec_, weight_units_, count, "weights of the background rows");
  exec_.copy_in(weight_values_.data(), weights_.values(), count * sizeof(double));
  exec_.copy_in(weight_units_.data(), weights_.units().units, count * sizeof(std::uint64_t));
}

/// Chunk by chunk, so that the raw values of a large background are never on the device as a whole. Column by column,
/// since bin_rows pads every column to its stride.
void CudaShared::bin_background(RowsView background, DeviceRows& binned) const {
  auto const columns = static_cast<std::int64_t>(model.columns.size());
  std::int64_t const chunk = std::min(rows_at_a_time(model.features), row_stride(background.rows));
  binned.rows = background.rows;
  binned.stride = row_stride(background.rows);
  reserve(exec_, binned.bins, static_cast<std::size_t>(columns * binned.stride + 64),
          ("bins of " + count_of(background.rows, "background rows")).c_str());
  device::Buffer<double> values;
  reserve(exec_, values, static_cast<std::size_t>(model.features * chunk), "background values");
  for (std::int64_t first = 0; first < background.rows; first += chunk) {
    std::int64_t const rows = std::min(chunk, background.rows - first);
    for (std::int64_t f = 0; f < model.features; ++f) {
      exec_.copy_in(values.data() + f * chunk, background.data + f * background.stride + first,
                    static_cast<std::size_t>(rows) * sizeof(double));
    }
    for (std::int64_t c = 0; c < columns; ++c) {
      BinRowsArgs args;
      args.columns = on_device_.columns();
      args.columns.columns += c;
      args.columns.count = 1;
      args.values = values.data();
      args.value_stride = chunk;
      args.rows = rows;
      args.bins = binned.bins.data() + c * binned.stride + first;
      args.bin_stride = row_stride(rows);
      bin_rows_cuda(exec_, args);
    }
  }
  exec_.wait();
}

/// [G] Weighted mean prediction of the background in the asked space, in row order in double.
std::vector<double> CudaShared::mean_prediction(DeviceRows const& background) const {
  constexpr std::int64_t kChunk = std::int64_t{1} << 16U;
  std::int64_t const stride = std::min(kChunk, background.stride);
  std::vector<double> predictions(static_cast<std::size_t>(model.outputs() * stride));
  device::Buffer<double> const on_device(exec_, predictions.size());
  bool const logit = question.mean_link == MeanLink::kLogit;
  MeanLogit mean_logit(model);
  std::vector<double> sums(static_cast<std::size_t>(model.outputs()), 0.0);
  for (std::int64_t first = 0; first < background.rows; first += stride) {
    PredictArgs args;
    args.trees = on_device_.trees();
    args.bins = {background.bins.data() + first, std::min(stride, background.rows - first), background.stride};
    args.apply_link = question.space == Space::kResponse && !logit;
    args.link = model.link;
    args.predictions = on_device.data();
    args.stride = stride;
    predict_cuda(exec_, args);
    exec_.copy_out(predictions.data(), on_device.data(), predictions.size() * sizeof(double));
    exec_.wait();
    for (std::int64_t r = 0; logit && r < args.bins.rows; ++r) {
      mean_logit.add(predictions.data() + r, stride, weights_.value(first + r));
    }
    for (std::size_t g = 0; g < sums.size(); ++g) {
      double const* const of_output = predictions.data() + static_cast<std::int64_t>(g) * stride;
      for (std::int64_t r = 0; r < args.bins.rows; ++r) sums[g] += weights_.value(first + r) * of_output[r];
    }
  }
  for (double& sum : sums) sum /= weights_.total();
  return logit ? mean_logit.values() : sums;
}

void CudaShared::build_tables(DeviceRows const& background) {
  MarginParts const parts(model, question.method == Method::kPathDependent);
  if (parts.quadrature().empty()) {
    build_short_tables(model.short_paths, on_device_.short_paths(), background);
  } else {
    DevicePaths const rest(exec_, parts.short_paths());
    build_short_tables(parts.short_paths(), rest.view(), background);
    upload_trees(parts);
  }
  build_long_groups(parts, background);
}

/// The leaves' tables on the device, their folds on the host: a small part of the work, and one code for both devices.
void CudaShared::build_short_tables(LeafPaths const& paths, PathsView const& on_device, DeviceRows const& background) {
  BuildLeafTablesArgs args;
  args.kind = table_kind(question);
  FoldedLeaves const folded = fold_leaves(paths);
  std::vector<float> leaf_tables(static_cast<std::size_t>(paths.table_size()));
  {
    device::Buffer<float> tables;
    reserve(exec_, tables, leaf_tables.size(), "leaf tables");
    args.paths = on_device;
    args.background = background.view();
    args.weights = {weight_units_.data(), weights_.units().total};
    args.leaf_end = paths.leaves();
    args.tables = tables.data();
    build_leaf_tables_cuda(exec_, args);
    exec_.copy_out(leaf_tables.data(), tables.data(), leaf_tables.size() * sizeof(float));
    exec_.wait();
  }
  std::vector<float> const tables = fold_tables(folded, paths, leaf_tables);
  reserve(exec_, tables_, tables.size(), "folded leaf tables");
  exec_.copy_in(tables_.data(), tables.data(), tables.size() * sizeof(float));
  table_paths_.emplace(exec_, folded.paths);
  exec_.wait();
}

void CudaShared::build_long_groups(MarginParts const& parts, DeviceRows const& background) {
  bool const interventional = table_kind(question) == TableKind::kInterventional;
  BinnedRows host;
  LeafPaths const& wide = model.wide_paths.paths;
  if (interventional && (model.long_paths.leaves() != 0 || wide.leaves() != 0 || question.interactions)) {
    host = {background.rows, background.stride, std::vector<std::uint8_t>(background.bins.size())};
    exec_.copy_out(host.bins.data(), background.bins.data(), host.bins.size());
    exec_.wait();
  }
  long_groups_ = limpid::long_groups(exec_, *this, model.long_paths.view(), on_device_.long_paths(), host.view());
  if (wide.leaves() != 0 && (interventional || question.interactions)) {
    wide_paths_.emplace(exec_, wide);
    for (DeviceLongGroup& group : limpid::long_groups(exec_, *this, wide.view(), wide_paths_->view(), host.view())) {
      long_groups_.push_back(std::move(group));
    }
  }
  if (question.interactions) {
    interactions_ =
        std::make_unique<CudaInteractions>(exec_, *this, background.view(), host.view(), weight_units_.data());
  }
  if (parts.quadrature().empty() || parts.long_paths().leaves() == 0) return;
  rest_.emplace(exec_, parts.long_paths());
  exec_.wait();
  rest_groups_.emplace_back().paths = rest_->view();
}

/// Made on the host group by group, so that the host holds one group at a time.
void CudaShared::upload_trees(MarginParts const& parts) {
  QuadratureGroups const groups(model, parts.quadrature(), serial_for, 0);
  groups.for_each([&](QuadratureTrees const& trees) {
    quadrature_.push_back(allocate_for("the trees of long paths",
                                       [&] { return DeviceQuadrature(exec_, trees, on_device_.trees().tests); }));
  });
}

/// Counted on the host: a sort per long leaf. Group by group, so that the host holds one group at a time.
std::vector<DeviceLongGroup> long_groups(device::Exec const& exec, CudaShared const& shared, PathsView const& paths,
                                         PathsView const& on_device, BinsView const& background) {
  std::vector<DeviceLongGroup> result;
  if (paths.leaves == 0) return result;
  if (table_kind(shared.question) == TableKind::kPathDependent) {
    result.emplace_back().paths = on_device;
    result.back().words = longest_pattern_words(paths);
    return result;
  }
  LongBackground const groups(paths, background, shared.weights().units(), serial_for);
  std::int64_t first = 0;
  groups.for_each_group([&](PathsView const& group_paths, PatternCountsView const& counted) {
    auto const leaves = static_cast<std::size_t>(group_paths.leaves);
    auto const entries = static_cast<std::size_t>(counted.begin[leaves]);
    DeviceLongGroup group;
    group.paths = slice_leaves(on_device, first, first + group_paths.leaves);
    group.words = counted.words;
    std::size_t const words = entries * static_cast<std::size_t>(counted.words);
    reserve(exec, group.patterns, words, "background patterns of the long paths");
    reserve(exec, group.counts, entries, "background patterns of the long paths");
    reserve(exec, group.begin, leaves + 1, "background patterns of the long paths");
    exec.copy_in(group.patterns.data(), counted.patterns, words * sizeof(std::uint64_t));
    exec.copy_in(group.counts.data(), counted.counts, entries * sizeof(std::uint64_t));
    exec.copy_in(group.begin.data(), counted.begin, (leaves + 1) * sizeof(std::uint64_t));
    exec.wait();
    first += group_paths.leaves;
    result.push_back(std::move(group));
  });
  return result;
}

}  // namespace limpid
