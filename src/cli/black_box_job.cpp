// `limpid explain` of a model that only answers: what differs from a tree ensemble. Data that no model describes, a
// predictor instead of a model, an engine that asks it.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "blackbox/black_box_engine.h"
#include "cli/explain_job.h"
#include "cli/progress_printer.h"
#include "cli/signals.h"
#include "explain/engine_sum.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr double kRelativeTolerance = 1e-6;

}  // namespace

bool ExplainJob::may_use_gpu() const noexcept {
  return !is_black_box() || options_.black_box->predictor.kind == PredictorKind::kXgboost;
}

void ExplainJob::load_black_box() {
  question_.space = options_.space;
  question_.method = Method::kInterventional;
  question_.algorithm = Algorithm::kCoalitions;
  question_.mean_link = options_.mean_link;
  question_.max_exact_players = options_.max_exact_players;
  question_.estimator = options_.black_box->estimator;
}

/// The data says which features there are: an ensemble of no trees stands for the model from here on.
void ExplainJob::open_black_box_data() {
  options_.data.may_be_text = true;
  source_ = open_table(options_.data, options_.black_box->text_columns);
  used_ = {};
  used_.members.push_back(features_of(source_->schema()));
  used_.notes.push_back(columns_note());
}

std::string ExplainJob::columns_note() const {
  static constexpr std::size_t kShown = 8;
  auto const& schema = source_->schema();
  std::vector<std::string> texts;
  for (std::size_t f = 0; f < schema.kinds.size(); ++f) {
    if (schema.kinds[f] == FeatureKind::kText) texts.push_back(schema.feature_names[f]);
  }
  auto note = fmt::format("{} features: {} of numbers, {} of texts", schema.kinds.size(),
                          schema.kinds.size() - texts.size(), texts.size());
  if (texts.empty()) return note;
  auto const more = texts.size() > kShown ? fmt::format(" and {} more", texts.size() - kShown) : "";
  texts.resize(std::min(texts.size(), kShown));
  return note + fmt::format(" ({}{})", fmt::join(texts, ", "), more);
}

void ExplainJob::connect() {
  auto const& schema = source_->schema();
  PredictorColumns columns;
  columns.named = schema.named;
  for (std::size_t f = 0; f < schema.feature_names.size(); ++f) {
    columns.columns.push_back({schema.feature_names[f], schema.kinds[f] == FeatureKind::kText});
  }
  auto& predictor = options_.black_box->predictor;
  if (gpus_.size() > 1) {
    throw Error("usage.predictor", fmt::format("--device {}: a black box is asked on one GPU", options_.device.text),
                {}, "use --device cuda:INDEX");
  }
  if (!gpus_.empty()) predictor.xgboost.device = gpus_.front().index;
  try {
    predictor_ = make_predictor(predictor, columns);
  } catch (Error const& error) {
    if (options_.device.kind != DeviceKind::kAuto || error.code() != "device.unavailable") throw;
    device_reason_ = error.what();
    console_.warning("device.unavailable", fmt::format("{}; --device auto goes on on the CPU", device_reason_));
    gpus_.clear();
    predictor.xgboost.device = -1;
    predictor_ = make_predictor(predictor, columns);
  }
}

void ExplainJob::prepare_black_box() {
  engine_.reset();
  if (!predictor_) connect();
  bool const sum = options_.groups.mode == GroupMode::kSum;
  auto const players = sum ? feature_players(ensemble()) : grouping_->players;
  BlackBoxQuestion question;
  question.estimator = question_.estimator;
  question.max_exact_players = question_.max_exact_players;
  question.mean_link = question_.mean_link;
  question.memory_bytes = options_.black_box->memory_bytes;
  if (!gpus_.empty()) question.device = gpus_.front().index;
  engine_ =
      make_black_box_engine(*predictor_, players, question, background(), [] { throw_if_requested(stop_flag()); });
  if (sum) engine_ = make_sum_engine(std::move(engine_), grouping_->players);
  auto& model = used_.members.front();
  model.base_margin.assign(static_cast<std::size_t>(predictor_->outputs()), 0.0);
  model.labels = predictor_->labels();
  model_labels_ = output_labels(ensemble(), options_.labels);
  outputs_ = choose_outputs(options_.outputs, model_labels_, ensemble(), question_.space);
  outputs_.computed.clear();  // a predictor answers with all of them
}

/// One worker: it keeps the predictor busy, and the other threads read and format.
void ExplainJob::black_box_pipeline(PipelineOptions& out) const {
  out.engine_workers = 1;
  out.chunk_rows = options_.chunk_rows > 0 ? options_.chunk_rows : kSummaryRows;
  out.max_exact_players = question_.max_exact_players;
  out.estimates = question_.estimator.has_value();
  out.additivity.base = engine_->expected_value();
  out.additivity.relative = true;
  for (double const expected : out.additivity.base) {
    out.additivity.tolerance.push_back(kRelativeTolerance * std::max(1.0, std::abs(expected)));
  }
}

std::string ExplainJob::black_box_note() const {
  auto const choice = question_.estimator.value_or(EstimatorChoice{});
  auto const budget = choice.coalitions > 0 ? format_count(choice.coalitions) : "2048 + 2V";
  auto const how = question_.estimator ? fmt::format("every coalition of a pair up to {}, above by {}", budget,
                                                     name_of(choice.sampled_kind()))
                                       : fmt::format("every coalition, up to {} players", question_.max_exact_players);
  return fmt::format("black box, interventional, {}; {} {}background row{} ({}{})", how, format_count(background_.rows),
                     background_weights_.empty() ? "" : "weighted ", background_.rows == 1 ? "" : "s",
                     options_.background.text, options_.background.given ? "" : ", the default");
}

std::string ExplainJob::predictor_note() const {
  auto const facts = predictor_->facts();
  return fmt::format("{} {}{}{}: {} output{}", facts.kind, facts.target, facts.version.empty() ? "" : " ",
                     facts.version, predictor_->outputs(), predictor_->outputs() == 1 ? "" : "s");
}

std::string ExplainJob::costs_note() const {
  auto const costs = predictor_->costs();
  static constexpr double kMegabyte = 1e6;
  auto const bytes =
      costs.bytes == 0 ? std::string() : fmt::format(", {:.3f} MB", static_cast<double>(costs.bytes) / kMegabyte);
  return fmt::format("the predictor was sent {} rows in {} request{}{}", format_count(costs.rows),
                     format_count(costs.requests), costs.requests == 1 ? "" : "s", bytes);
}

PredictorDocument ExplainJob::predictor_document() const {
  PredictorDocument out;
  if (!is_black_box()) return out;
  auto const facts = predictor_->facts();
  auto const& schema = source_->schema();
  out = {facts.kind, facts.target, facts.version, {}};
  for (auto const f : schema.feature_order) {
    auto const at = static_cast<std::size_t>(f);
    if (schema.kinds[at] == FeatureKind::kText) out.text_columns.push_back(schema.feature_names[at]);
  }
  return out;
}

}  // namespace limpid::cli
