#include "explain/engine_common.h"

#include <algorithm>
#include <utility>

#include "kernels/bin_rows.h"
#include "kernels/leaf_patterns.h"
#include "kernels/predict.h"

namespace limpid {
namespace {

constexpr std::int64_t kPredictRows = 256;  ///< rows of a prediction slice, a multiple of 64
constexpr std::int64_t kPatternRows = 64;   ///< rows that share the reading of the model
constexpr std::int64_t kCountLeaves = 8;    ///< long leaves whose words [B x leaves] are held at a time

/// The leaves [begin, end) of a class of paths: offsets into tests and players are absolute.
PathsView leaves_of(PathsView paths, std::int64_t begin, std::int64_t end) noexcept {
  paths.leaves = end - begin;
  paths.test_begin += begin;
  paths.player_begin += begin;
  return paths;
}

using Counted = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

/// Sorted distinct values of `words` (destroyed) with their counts.
Counted run_lengths(std::vector<std::uint64_t>& words) {
  std::sort(words.begin(), words.end());
  Counted counted;
  for (std::uint64_t const word : words) {
    if (counted.empty() || counted.back().first != word) counted.emplace_back(word, 0U);
    ++counted.back().second;
  }
  return counted;
}

/// Distinct patterns of the leaves [begin, end).
void count_leaves(PathsView const& paths, BinsView const& background, std::int64_t begin, std::int64_t end,
                  std::vector<Counted>& out) {
  auto const leaves = static_cast<std::size_t>(end - begin);
  auto const rows = static_cast<std::size_t>(background.rows);
  std::vector<std::uint64_t> words(rows * leaves);
  LeafPatternsArgs args;
  args.long_paths = leaves_of(paths, begin, end);
  args.bins = background;
  args.words = words.data();
  leaf_patterns_cpu(args);
  std::vector<std::uint64_t> of_leaf(rows);
  for (std::size_t l = 0; l < leaves; ++l) {
    for (std::size_t r = 0; r < rows; ++r) of_leaf[r] = words[r * leaves + l];
    out[static_cast<std::size_t>(begin) + l] = run_lengths(of_leaf);
  }
}

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

PatternCounts count_patterns(PathsView const& long_paths, BinsView const& background, ParallelFor const& parallel_for) {
  std::vector<Counted> counted(static_cast<std::size_t>(long_paths.leaves));
  parallel_for(long_paths.leaves, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t l = begin; l < end; l += kCountLeaves) {
      count_leaves(long_paths, background, l, std::min(l + kCountLeaves, end), counted);
    }
  });
  PatternCounts all;
  for (auto& of_leaf : counted) {
    for (auto const& [pattern, count] : of_leaf) {
      all.patterns.push_back(pattern);
      all.counts.push_back(count);
    }
    all.begin.push_back(all.patterns.size());
    of_leaf = {};
  }
  return all;
}

std::int64_t pattern_bytes_per_row(CompiledModel const& model) noexcept {
  return row_stride(model.short_paths.leaves()) +
         model.long_paths.leaves() * static_cast<std::int64_t>(sizeof(std::uint64_t));
}

void make_patterns(CompiledModel const& model, BinsView const& rows, ParallelFor const& parallel_for,
                   Patterns& patterns) {
  auto const count = static_cast<std::size_t>(rows.rows);
  patterns.byte_stride = row_stride(model.short_paths.leaves());
  patterns.bytes.resize(count * static_cast<std::size_t>(patterns.byte_stride));
  patterns.words.resize(count * static_cast<std::size_t>(model.long_paths.leaves()));
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
  });
}

std::vector<double> expected_value(CompiledModel const& model, Question const& question, BinsView const& background,
                                   ParallelFor const& parallel_for) {
  if (question.method == Method::kPathDependent) return model.cover_mean;
  auto const predictions = predictions_of(model, background, question.space == Space::kResponse, parallel_for);
  std::vector<double> means;
  for (std::int32_t g = 0; g < model.outputs(); ++g) {
    double sum = 0.0;
    for (std::int64_t r = 0; r < background.rows; ++r) {
      sum += predictions[static_cast<std::size_t>(g * background.stride + r)];
    }
    means.push_back(sum / static_cast<double>(background.rows));
  }
  return means;
}

void shape_explanation(CompiledModel const& model, Question const& question, std::int64_t rows, Explanation& out) {
  out.rows = rows;
  out.stride = row_stride(rows);
  out.players = model.features;
  out.outputs = model.outputs();
  auto const stride = static_cast<std::size_t>(out.stride);
  auto const outputs = static_cast<std::size_t>(out.outputs);
  std::size_t const vectors = outputs * static_cast<std::size_t>(out.players);
  auto const blocks = static_cast<std::size_t>((rows + kSummaryRows - 1) / kSummaryRows);
  out.values.assign(vectors * stride, 0.0);
  out.predictions.assign(outputs * stride, 0.0);
  out.summary.assign(blocks * vectors, 0.0);
  out.largest.assign(question.algorithm == Algorithm::kLattice ? static_cast<std::size_t>(rows) : 0, 0);
}

}  // namespace limpid
