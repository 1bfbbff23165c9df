// The background of `limpid explain`: rows of the data, centres of its clusters, or a file; and how much each row
// counts.
#include <fmt/core.h>

#include <algorithm>

#include "cli/explain_job.h"
#include "cli/progress_printer.h"
#include "cli/signals.h"
#include "explain/cluster_rows.h"
#include "io/row_weights.h"
#include "io/sample.h"
#include "limpid/error.h"
#include "pipeline/threads.h"

namespace limpid::cli {
namespace {

/// k-means sees so many rows of the data at most, and so many values (128 MiB): a sample of more.
constexpr std::int64_t kMostClusteredRows = 65'536;
constexpr std::int64_t kMostClusteredValues = std::int64_t{1} << 24U;

}  // namespace

void ExplainJob::prepare_background() {
  if (question_.method != Method::kInterventional) return;
  switch (options_.background.kind) {
    case BackgroundKind::kSample:
      return sample_background();
    case BackgroundKind::kClusters:
      return cluster_background();
    case BackgroundKind::kFile:
      return read_background();
  }
}

void ExplainJob::sample_background() {
  auto sample = sample_rows(options_.data, ensemble(), options_.background.count, options_.seed);
  background_ = std::move(sample.rows);
  data_rows_ = sample.total_rows;
}

void ExplainJob::cluster_background() {
  auto const features = static_cast<std::int64_t>(ensemble().features.size());
  auto const count = options_.background.count;
  auto const fitting = kMostClusteredValues / std::max<std::int64_t>(features, 1);
  auto const most = std::max(std::min(kMostClusteredRows, fitting), count);
  auto sample = sample_rows(options_.data, ensemble(), most, options_.seed);
  data_rows_ = sample.total_rows;
  auto const& texts = sample.schema.category_texts;
  std::vector<bool> categorical;
  for (std::size_t f = 0; f < ensemble().features.size(); ++f) {
    bool const by_text = f < texts.size() && !texts[f].empty();
    categorical.push_back(ensemble().features[f].kind != FeatureKind::kNumeric || by_text);
  }
  auto clusters = cluster_rows({sample.rows.values.data(), sample.rows.stride, sample.rows.rows}, categorical, count,
                               options_.seed, make_parallel_for(options_.threads, stop_flag()));
  clusters_ = {sample.rows.rows, clusters.steps};
  background_ = std::move(sample.rows);
  background_.rows = static_cast<std::int64_t>(clusters.sizes.size());
  background_.stride = clusters.stride;
  background_.values = std::move(clusters.values);
  background_weights_ = std::move(clusters.sizes);
  if (clusters_.rows < data_rows_) {
    background_note_ = fmt::format("the background's {} clusters are of {} of the {} rows, drawn by --seed",
                                   background_.rows, format_count(clusters_.rows), format_count(data_rows_));
  }
}

void ExplainJob::read_background() {
  auto read = options_.data;
  read.role = "--background";
  read.path = options_.background.path;
  read.most_rows = 0;
  auto const& column = options_.background.weights;
  if (!column.empty()) {
    background_weights_ = read_row_weights(read, column, ensemble());
    read.exclude.push_back(column);
  }
  auto const rows = open_rows(read, ensemble());
  check_same_columns(rows->schema(), read);
  background_ = read_all(*rows);
  background_unseen_ = rows->unseen();
  if (!column.empty()) leave_out_rows_without_weight(background_, background_weights_);
}

/// A model without names takes columns by position: two headers that differ would be mixed up in silence.
void ExplainJob::check_same_columns(DataSchema const& background, ReadOptions const& read) const {
  auto const& names = source_->schema().feature_names;
  if (ensemble().named_features || !read.header || background.feature_names == names) return;
  auto const [ours, theirs] =
      std::mismatch(names.begin(), names.end(), background.feature_names.begin(), background.feature_names.end());
  throw Error("data.columns",
              fmt::format("the background has column '{}' where the data has '{}', and the model has no names to match",
                          theirs == background.feature_names.end() ? "" : *theirs, ours == names.end() ? "" : *ours),
              fmt::format("--background {} (header)", read.path), "give both files the same columns in the same order");
}

}  // namespace limpid::cli
