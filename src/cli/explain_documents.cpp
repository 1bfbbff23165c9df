// The documents beside the values: analysis.json, baseline.csv, run.json, and last manifest.json.
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <filesystem>

#include "cli/explain_job.h"
#include "cli/simd_target.h"
#include "cli/used_model.h"
#include "io/arrow_version.h"

namespace limpid::cli {
namespace {

std::string base_name(std::string const& path) { return std::filesystem::path(path).filename().string(); }

std::string host_name() {
  utsname host{};
  return uname(&host) == 0 ? host.nodename : "";
}

}  // namespace

std::int64_t peak_memory_bytes() {
  static constexpr std::int64_t kKibibyte = 1024;
  rusage usage{};
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * kKibibyte : 0;
}

std::string ExplainJob::level_directory(std::size_t level) const {
  return (std::filesystem::path(options_.out) / ("level-" + std::to_string(level))).string();
}

void ExplainJob::open_directories() {
  if (!options_.groups.every_level()) {
    directories_.push_back(std::make_unique<OutputDirectory>(options_.out, options_.overwrite));
    return;
  }
  OutputDirectory const all(options_.out, options_.overwrite);  // whether it may be written at all
  for (std::size_t level = 1; level <= groupings_.size(); ++level) {
    directories_.push_back(std::make_unique<OutputDirectory>(level_directory(level), options_.overwrite));
  }
}

/// Of an earlier run, over names of more levels: the levels of one directory belong together.
void ExplainJob::remove_old_levels() const {
  for (auto level = groupings_.size() + 1; std::filesystem::exists(level_directory(level)); ++level) {
    remove_results(level_directory(level));
    if (std::filesystem::exists(level_directory(level))) return;  // somebody else's files
  }
}

void ExplainJob::write_text(std::string const& name, std::string const& text) {
  auto const file = directory_->create(name);
  file->write(text);
  directory_->add(file->close());
}

std::vector<double> ExplainJob::in_output_order(std::vector<double> const& sums) const {
  auto const rows = static_cast<double>(std::max<std::int64_t>(result_.rows, 1));
  std::vector<double> means;
  for (auto const output : shape_.outputs) {
    for (auto const player : shape_.players) {
      means.push_back(
          sums[static_cast<std::size_t>(output) * shape_.players.size() + static_cast<std::size_t>(player)] / rows);
    }
  }
  return means;
}

void ExplainJob::write_documents() {
  AnalysisFacts analysis{shape_.labels, shape_.names, {}, shape_.expected_value};
  analysis.mean_abs = in_output_order(result_.sums);
  write_text("analysis.json", analysis_json(analysis));
  if (question_.interactions) write_mean_interactions();
  if (question_.method == Method::kInterventional) {
    auto schema = source_->schema();
    for (std::size_t f = 0; f < background_.texts.size(); ++f) {
      for (std::size_t code = 0; code < background_.texts[f].size(); ++code) {
        schema.category_texts[f].emplace(static_cast<std::int32_t>(code), background_.texts[f][code]);
      }
    }
    auto text = baseline_header(schema, !background_weights_.empty());
    append_baseline(schema, background(), text);
    write_text("explanations_shap/baseline.csv", text);
  }
  write_text("run.json", run_json(run_facts()));
  write_text("manifest.json", manifest_json(manifest_facts(), directory_->files()));
  directory_->commit();
}

ModelFacts ExplainJob::model_facts() const {
  if (options_.model.empty()) return {};
  return {{base_name(options_.model), sha256_of_file(options_.model), 0},
          ensemble().library,
          ensemble().version,
          ensemble().format,
          ensemble().objective,
          ensemble().base_score,
          static_cast<std::int64_t>(ensemble().trees.size()),
          options_.rounds.begin,
          options_.rounds.begin + ensemble().rounds,
          used_.file_rounds,
          used_.container,
          used_.facts};
}

BackgroundFacts ExplainJob::background_facts() const {
  if (question_.method != Method::kInterventional) return {};
  BackgroundFacts facts;
  bool const file = options_.background.kind == BackgroundKind::kFile;
  auto const* const of_data = options_.background.kind == BackgroundKind::kClusters ? "kmeans" : "sample";
  facts.kind = file ? "file" : of_data;
  facts.asked = file ? base_name(options_.background.path) : options_.background.text;
  if (file && options_.background.path != "-") facts.sha256 = sha256_of_file(options_.background.path);
  facts.rows = background_.rows;
  facts.unseen = unseen_facts(background_unseen_);
  facts.weight_column = options_.background.weights;
  facts.weights = background_weights_;
  facts.clusters = clusters_;
  return facts;
}

/// What the rows gave, as far as the manifest tells of it.
void ExplainJob::add_result(ManifestFacts& facts) const {
  facts.pairs = result_.rows * background_.rows;
  facts.largest_players = result_.largest_players;
  facts.estimated_rows = result_.estimated_rows;
  facts.estimated_pairs = result_.estimated_pairs;
  facts.pairs_by = result_.pairs_by;
  facts.over_target_rows = result_.over_target_rows;
  facts.first_over_target = result_.first_over_target;
  if (result_.estimated_pairs > 0) facts.mean_errors = in_output_order(result_.error_sums);
  auto const& worst = result_.additivity;
  facts.additivity = {worst.error, worst.tolerance, worst.row, worst.row < 0 ? "" : label_of(worst), worst.holds()};
}

ManifestFacts ExplainJob::manifest_facts() {
  ManifestFacts facts;
  facts.model = model_facts();
  facts.predictor = predictor_document();
  bool const piped = options_.data.path == "-";
  facts.data = {piped ? "-" : base_name(options_.data.path), source_->sha256(), result_.rows,
                unseen_facts(source_->unseen())};
  facts.question = question_;
  facts.link = link_;
  facts.background = background_facts();
  facts.seed = options_.seed;
  add_result(facts);
  facts.players = shape_.names;
  facts.groups = {options_.groups.any(), options_.groups.mode, options_.groups.separator,
                  grouping_->level,      grouping_->levels,    grouping_->named};
  facts.labels = shape_.labels;
  facts.predicted_only = shape_.predicted;
  facts.expected_value = shape_.expected_value;
  facts.id_column = shape_.id_name;
  facts.missing = options_.data.missing;
  if (auto const& file = options_.data.categories; !file.empty()) {
    facts.categories = {base_name(file), sha256_of_file(file), 0, {}};
  }
  facts.format = options_.csv ? "csv" : "jsonl";
  facts.float64 = options_.float64;
  facts.interactions_top = options_.interactions.top;
  facts.interactions_format = options_.interactions.npy ? "npy" : "jsonl";
  facts.notes = used_.notes;
  if (!background_note_.empty()) facts.notes.push_back(background_note_);
  auto const& notes = source_->schema().notes;
  facts.notes.insert(facts.notes.end(), notes.begin(), notes.end());
  return facts;
}

JobCosts ExplainJob::costs() const {
  JobCosts out;
  out.question = fmt::format("{}; {}", method_note(), device_note());
  out.pairs = question_.algorithm == Algorithm::kLattice;
  out.rows = result_.rows;
  out.background_rows = question_.method == Method::kInterventional ? background_.rows : 0;
  out.setup = stage_seconds_;
  out.stages = result_.seconds;
  out.seconds = seconds_;
  for (auto const& file : directory_->files()) out.bytes_written += file.bytes;
  out.gpu = !gpus_.empty();
  out.threads = pipeline_.threads;
  out.engine_workers = pipeline_.engine_workers;
  out.chunk_rows = pipeline_.chunk_rows;
  return out;
}

RunFacts ExplainJob::run_facts() const {
  RunFacts facts;
  facts.command = options_.command;
  facts.model_path = options_.model;
  facts.data_path = options_.data.path;
  facts.background_path = options_.background.path;
  facts.out_path = directory_->path();
  facts.device = gpus_.empty() ? "cpu" : "";
  for (auto const& gpu : gpus_) {
    facts.device += fmt::format("{}cuda:{} {}", facts.device.empty() ? "" : ", ", gpu.index, gpu.name);
  }
  facts.device_reason = device_reason_;
  auto const& pairs = result_.pairs_by;
  bool const is_estimated = std::any_of(pairs.begin(), pairs.end(), [](std::int64_t count) { return count > 0; });
  if (is_estimated) facts.estimator_solver = engine_->estimator_solver();
  facts.simd = simd_target();
  facts.host = host_name();
  facts.arrow_version = arrow_version();
  facts.compiler = LIMPID_COMPILER;
  facts.threads = pipeline_.threads;
  facts.engine_workers = pipeline_.engine_workers;
  facts.chunk_rows = pipeline_.chunk_rows;
  facts.started_at = started_at_;
  facts.seconds = seconds_;
  facts.rows_per_second = seconds_ > 0.0 ? static_cast<double>(result_.rows) / seconds_ : 0.0;
  auto const& s = result_.seconds;
  facts.stage_seconds = stage_seconds_;
  facts.stage_seconds.insert(
      facts.stage_seconds.end(),
      {{"read", s.read}, {"explain", s.explain}, {"format", s.format}, {"write", s.write}, {"wait", s.wait}});
  facts.peak_memory_bytes = peak_memory_bytes();
  if (is_black_box()) {
    facts.requests = predictor_->costs().requests;
    facts.rows_sent = predictor_->costs().rows;
    facts.bytes_sent = predictor_->costs().bytes;
    facts.predictor_remark = predictor_->remark();
    facts.memory_bytes = options_.black_box->memory_bytes;
  }
  return facts;
}

}  // namespace limpid::cli
