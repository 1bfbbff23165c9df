#include "explain/engine_common.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "explain/mean_link.h"
#include "kernels/bin_rows.h"
#include "kernels/box_masks.h"
#include "kernels/leaf_patterns.h"
#include "kernels/predict.h"
#include "kernels/summarise.h"
#include "kernels/wide_patterns.h"

namespace limpid {
namespace {

constexpr std::int64_t kPredictRows = 256;  ///< rows of a prediction slice, a multiple of 64
constexpr std::int64_t kPatternRows = 64;   ///< rows that share the reading of the model
constexpr std::int64_t kGroupLeaves = 64;   ///< long leaves of a group, fewer where the background is large
constexpr std::size_t kGroupBytes = std::size_t{64} << 20;

/// [G x stride] predictions of rows, slice by slice.
std::vector<double> predictions_of(CompiledModel const& model, BinsView const& rows, bool apply_link,
                                   ParallelFor const& parallel_for) {
  std::vector<double> predictions(static_cast<std::size_t>(model.outputs() * rows.stride));
  parallel_for((rows.rows + kPredictRows - 1) / kPredictRows, [&](std::int64_t begin, std::int64_t end) {
    PredictArgs args;
    std::int64_t const first = begin * kPredictRows;
    args.trees = model.trees_view();
    args.bins = {rows.data + first, std::min(end * kPredictRows, rows.rows) - first, rows.stride};
    args.apply_link = apply_link;
    args.link = model.link;
    args.predictions = predictions.data() + first;
    args.stride = rows.stride;
    predict_cpu(args);
  });
  return predictions;
}

}  // namespace

void bin_rows(CompiledModel const& model, RowsView rows, ParallelFor const& parallel_for, BinnedRows& binned) {
  binned.rows = rows.rows;
  binned.stride = row_stride(rows.rows);
  binned.bins.resize(model.columns.size() * static_cast<std::size_t>(binned.stride) + 64);
  parallel_for(static_cast<std::int64_t>(model.columns.size()), [&](std::int64_t begin, std::int64_t end) {
    BinRowsArgs args;
    args.columns = model.columns_view();
    args.columns.columns += begin;
    args.columns.count = static_cast<std::int32_t>(end - begin);
    args.values = rows.data;
    args.value_stride = rows.stride;
    args.rows = rows.rows;
    args.bins = binned.bins.data() + begin * binned.stride;
    args.bin_stride = binned.stride;
    bin_rows_cpu(args);
  });
}

BackgroundWeights::BackgroundWeights(Background const& background) : BackgroundWeights(background.rows.rows) {
  if (background.weights.empty()) return;
  double sum = 0.0;
  for (double const weight : background.weights) sum += weight;
  constexpr int kTotalBits = 52;  // of the sum; what B roundings add leaves it below 2^53
  int const shift = kTotalBits - 1 - std::ilogb(sum);
  total_ = 0;
  for (double const weight : background.weights) {
    units_.push_back(static_cast<std::uint64_t>(std::llrint(std::ldexp(weight, shift))));
    values_.push_back(static_cast<double>(units_.back()));
    total_ += units_.back();
  }
}

LongBackground::LongBackground(PathsView const& long_paths, BinsView const& background, WeightsView const& weights,
                               ParallelFor const& parallel_for, std::size_t budget)
    : paths_(long_paths), background_(background), weights_(weights) {
  auto const bytes_per_leaf = static_cast<std::size_t>(std::max<std::int64_t>(background.rows, 1)) *
                              kPatternEntryBytes * static_cast<std::size_t>(longest_pattern_words(long_paths));
  group_leaves_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(kGroupBytes / bytes_per_leaf), 1, kGroupLeaves);
  groups_ = (long_paths.leaves + group_leaves_ - 1) / group_leaves_;
  kept_.resize(static_cast<std::size_t>(groups_));
  std::atomic<std::size_t> bytes = 0;
  parallel_for(groups_, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && bytes <= budget; ++i) {
      auto& counts = kept_[static_cast<std::size_t>(i)];
      counts = distinct_patterns(group(i), background_, 0, std::numeric_limits<std::size_t>::max(), weights_);
      bytes += counts.patterns.size() * kPatternEntryBytes;
    }
  });
  if (bytes > budget) kept_.clear();
}

PathsView LongBackground::group(std::int64_t index) const noexcept {
  std::int64_t const begin = index * group_leaves_;
  return slice_leaves(paths_, begin, std::min(begin + group_leaves_, paths_.leaves));
}

void LongBackground::for_each_group(std::function<void(PathsView const&, PatternCountsView const&)> const& body) const {
  for (std::int64_t i = 0; i < groups_; ++i) {
    PathsView const paths = group(i);
    if (kept_.empty()) {
      body(paths, distinct_patterns(paths, background_, 0, std::numeric_limits<std::size_t>::max(), weights_).view());
    } else {
      body(paths, kept_[static_cast<std::size_t>(i)].view());
    }
  }
}

std::optional<Boxes> lattice_boxes(CompiledModel const& model) {
  if (model.players > kMaxBoxPlayers) return std::nullopt;
  return make_boxes(model);
}

std::int64_t pattern_bytes_per_row(CompiledModel const& model, Boxes const* boxes) noexcept {
  if (boxes != nullptr) return boxes->boxes() * player_set_bytes(model.players);
  return row_stride(model.short_paths.leaves()) +
         model.long_paths.leaves() * static_cast<std::int64_t>(sizeof(std::uint64_t)) +
         model.wide_paths.paths.leaves() * static_cast<std::int64_t>(sizeof(WidePattern));
}

namespace {

void make_masks(CompiledModel const& model, Boxes const& boxes, BinsView const& rows, ParallelFor const& parallel_for,
                Patterns& patterns) {
  auto const per_row = static_cast<std::size_t>(pattern_bytes_per_row(model, &boxes));
  patterns.masks.resize(static_cast<std::size_t>(rows.rows) * per_row / sizeof(MaskLine));
  if (patterns.masks.empty()) patterns.masks.resize(1);  // an address
  parallel_for((rows.rows + kPatternRows - 1) / kPatternRows, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t const first = begin * kPatternRows;
    BoxMasksArgs args;
    args.boxes = boxes.view();
    args.bins = {rows.data + first, std::min(end * kPatternRows, rows.rows) - first, rows.stride};
    args.mask_bytes = player_set_bytes(model.players);
    args.masks = patterns.masks[0].bytes + static_cast<std::size_t>(first) * per_row;
    box_masks_cpu(args);
  });
}

}  // namespace

void make_patterns(CompiledModel const& model, BinsView const& rows, ParallelFor const& parallel_for,
                   Patterns& patterns, Boxes const* boxes) {
  if (boxes != nullptr) return make_masks(model, *boxes, rows, parallel_for, patterns);
  auto const count = static_cast<std::size_t>(rows.rows);
  patterns.byte_stride = row_stride(model.short_paths.leaves());
  patterns.bytes.resize(count * static_cast<std::size_t>(patterns.byte_stride));
  patterns.words.resize(count * static_cast<std::size_t>(model.long_paths.leaves()));
  patterns.wide.resize(count * static_cast<std::size_t>(model.wide_paths.paths.leaves()));
  parallel_for((rows.rows + kPatternRows - 1) / kPatternRows, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t const first = begin * kPatternRows;
    LeafPatternsArgs args;
    args.short_paths = model.short_paths.view();
    args.long_paths = model.long_paths.view();
    args.bins = {rows.data + first, std::min(end * kPatternRows, rows.rows) - first, rows.stride};
    args.bytes = patterns.bytes.data() + first * patterns.byte_stride;
    args.byte_stride = patterns.byte_stride;
    args.words = patterns.words.data() + first * model.long_paths.leaves();
    leaf_patterns_cpu(args);
    auto const wide = model.wide_paths.paths.view();
    wide_patterns_cpu({wide, args.bins, patterns.wide.data() + first * wide.leaves});
  });
}

LatticeBackground::LatticeBackground(CompiledModel const& model, BinsView const& background,
                                     ParallelFor const& parallel_for, std::size_t budget, Boxes const* boxes)
    : model_(&model), boxes_(boxes), background_(background) {
  std::int64_t const per_row = std::max<std::int64_t>(pattern_bytes_per_row(model, boxes), 1);
  std::int64_t const fitting = static_cast<std::int64_t>(budget) / per_row;
  is_kept_ = background.rows <= fitting;
  block_rows_ = is_kept_ ? background.rows : std::max(fitting / kPatternRows, std::int64_t{1}) * kPatternRows;
  if (is_kept_) make_patterns(model, background, parallel_for, kept_, boxes);
}

void LatticeBackground::for_each_block(
    Patterns& scratch, std::function<void(Patterns const&, std::int64_t, std::int64_t)> const& body) const {
  for (std::int64_t begin = 0; begin < background_.rows; begin += block_rows_) {
    std::int64_t const rows = std::min(block_rows_, background_.rows - begin);
    if (!is_kept_) {
      make_patterns(*model_, {background_.data + begin, rows, background_.stride}, serial_for, scratch, boxes_);
    }
    body(is_kept_ ? kept_ : scratch, begin, rows);
  }
}

LatticeGameArgs lattice_args(CompiledModel const& model, Patterns const& rows, Patterns const& background,
                             Boxes const* boxes) noexcept {
  LatticeGameArgs args;
  if (boxes != nullptr) {
    args.boxes = boxes->view();
    args.row_masks = rows.mask_bytes();
    args.background_masks = background.mask_bytes();
  }
  args.short_paths = model.short_paths.view();
  args.long_paths = model.long_paths.view();
  args.row_bytes = rows.bytes.data();
  args.row_words = rows.words.data();
  args.background_bytes = background.bytes.data();
  args.background_words = background.words.data();
  args.byte_stride = rows.byte_stride;
  args.wide_paths = model.wide_paths.paths.view();
  args.row_wide = rows.wide.data();
  args.background_wide = background.wide.data();
  args.players = model.players;
  args.outputs = model.outputs();
  args.base_margin = model.path_base.data();
  args.step = model.fixed_point.step.data();
  args.wide = model.fixed_point.wide;
  args.link = model.link;
  return args;
}

std::vector<double> expected_value(CompiledModel const& model, Question const& question, BinsView const& background,
                                   BackgroundWeights const& weights, ParallelFor const& parallel_for) {
  if (question.method == Method::kPathDependent) return model.cover_mean;
  bool const logit = question.mean_link == MeanLink::kLogit;
  auto const predictions =
      predictions_of(model, background, question.space == Space::kResponse && !logit, parallel_for);
  if (logit) {
    MeanLogit mean(model);
    for (std::int64_t r = 0; r < background.rows; ++r)
      mean.add(predictions.data() + r, background.stride, weights.value(r));
    return mean.values();
  }
  std::vector<double> means;
  for (std::int32_t g = 0; g < model.outputs(); ++g) {
    double sum = 0.0;
    for (std::int64_t r = 0; r < background.rows; ++r) {
      sum += weights.value(r) * predictions[static_cast<std::size_t>(g * background.stride + r)];
    }
    means.push_back(sum / weights.total());
  }
  return means;
}

void summarise(Explanation& out) {
  SummariseArgs args;
  args.value_stride = out.stride;
  args.rows = out.rows;
  args.vectors = static_cast<std::int64_t>(out.outputs) * out.players;
  args.values = out.values.data();
  args.sums = out.summary.data();
  summarise_cpu(args);
  if (out.errors.empty()) return;
  out.error_summary.resize(out.summary.size());
  args.values = out.errors.data();
  args.sums = out.error_summary.data();
  summarise_cpu(args);
}

void shape_explanation(CompiledModel const& model, Question const& question, std::int64_t rows, Explanation& out) {
  out.rows = rows;
  out.stride = row_stride(rows);
  out.players = model.players;
  out.outputs = model.outputs();
  auto const stride = static_cast<std::size_t>(out.stride);
  auto const outputs = static_cast<std::size_t>(out.outputs);
  std::size_t const vectors = outputs * static_cast<std::size_t>(out.players);
  auto const blocks = static_cast<std::size_t>((rows + kSummaryRows - 1) / kSummaryRows);
  out.values.assign(vectors * stride, 0.0);
  out.predictions.assign(outputs * stride, 0.0);
  out.summary.assign(blocks * vectors, 0.0);
  bool const lattice = question.algorithm == Algorithm::kLattice;
  bool const estimates = lattice && question.estimator;
  out.largest.assign(lattice ? static_cast<std::size_t>(rows) : 0, 0);
  out.error_summary.clear();
  out.errors.assign(estimates ? vectors * stride : 0, 0.0);
  out.estimated.assign(estimates ? static_cast<std::size_t>(rows) : 0, 0);
  out.pairs_by = {};
  bool const targeted = estimates && question.estimator->target_error > 0.0;
  out.over_target.assign(targeted ? static_cast<std::size_t>(rows) : 0, 0);
  std::size_t const pairs = question.interactions ? outputs * static_cast<std::size_t>(pair_count(out.players)) : 0;
  out.interactions.assign(pairs * stride, 0.0);
  out.interaction_summary.clear();
}

}  // namespace limpid
