#include "cli/explain_job.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <set>
#include <utility>

#include "cli/job_command.h"
#include "cli/program.h"
#include "cli/progress_printer.h"
#include "cli/signals.h"
#include "cli/used_model.h"
#include "explain/engine_devices.h"
#include "explain/engine_mean.h"
#include "explain/engine_sum.h"
#include "explain/mean_link.h"
#include "limpid/error.h"
#include "pipeline/additivity.h"
#include "pipeline/threads.h"

namespace limpid::cli {
namespace {

constexpr int kGpuStreams = 3;  ///< of a GPU: one copies in, one computes, one copies out

/// The GPUs that the run goes to; none: the CPU. Throws Error device.unavailable.
std::vector<device::Profile> chosen_gpus(DeviceOption const& device) {
  if (device.kind == DeviceKind::kCpu) return {};
  auto found = device::profiles();
  if (device.kind == DeviceKind::kAuto && found.empty()) return {};
  if (found.empty()) {
    throw Error("device.unavailable",
                fmt::format("--device {}, but no usable GPU: {}", device.text, device::unavailable_reason()), {},
                "use --device auto to run on the CPU");
  }
  if (device.indices.empty()) return found;
  std::vector<device::Profile> chosen;
  for (auto const index : device.indices) {
    if (static_cast<std::size_t>(index) >= found.size()) {
      throw Error("device.unavailable",
                  fmt::format("--device {}, but there are only GPUs 0 to {}", device.text, found.size() - 1));
    }
    chosen.push_back(found[static_cast<std::size_t>(index)]);
  }
  return chosen;
}

/// Whether pairs can differ in more players than the lattice takes: no more than occur in the trees.
bool may_estimate(CompiledModel const& model, Question const& question) {
  if (question.algorithm != Algorithm::kLattice) return false;
  std::set<std::uint32_t> players(model.short_paths.players.begin(), model.short_paths.players.end());
  players.insert(model.long_paths.players.begin(), model.long_paths.players.end());
  return static_cast<std::int64_t>(players.size()) > question.max_exact_players;
}

std::string utc_now() {
  std::time_t const now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, sizeof("2026-01-01T00:00:00Z")> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

/// A row's game over its whole background is sampled: the focus is on a pair's own players.
void sample_only(EstimatorChoice& choice) {
  if (choice.kind == EstimatorKind::kFocus) {
    throw Error("usage.value", "--estimator focus takes pairs one by one, --link logit a row's background together", {},
                "use --estimator auto (gp), gp or wls");
  }
  if (choice.coalitions > EstimatorChoice::kMostSampled) {
    throw Error("usage.value", fmt::format("--coalitions {}: with --link logit at most {}", choice.coalitions,
                                           EstimatorChoice::kMostSampled));
  }
  if (choice.kind == EstimatorKind::kAuto) choice.kind = EstimatorKind::kGp;
}

}  // namespace

ExplainJob::ExplainJob(ExplainOptions options, Console const& console)
    : options_(std::move(options)), console_(console) {}

void ExplainJob::run() {
  run_stoppable(options_.data, [this] { run_stages(); });
}

void ExplainJob::run_stages() {
  started_at_ = utc_now();
  if (may_use_gpu()) gpus_ = chosen_gpus(options_.device);
  timed("model", [this] { load(); });
  open();
  timed("background", [this] { prepare_background(); });
  auto const shared_stages = stage_seconds_.size();
  for (std::size_t i = 0; i < groupings_.size(); ++i) {
    stage_seconds_.resize(shared_stages);
    if (i > 0) source_ = open_rows(options_.data, ensemble());  // each result reads the data once
    grouping_ = &groupings_[i];
    directory_ = to_stdout() ? nullptr : directories_[i].get();
    run_result();
  }
  if (options_.groups.every_level()) remove_old_levels();
}

void ExplainJob::run_result() {
  timed("compile", [this] { compile_models(); });
  timed("engine", [this] { prepare_engine(); });
  prepare_shape();
  say_what_was_chosen();
  explain();
  if (!to_stdout() && options_.documents) write_documents();
  say_what_was_done();
  if (grouping_ == groupings_.data()) {  // all levels read the same rows
    warn_of_unseen(source_->unseen(), console_);
    warn_of_unseen(background_unseen_, console_, ", --background " + options_.background.path);
  }
  check();
}

void ExplainJob::timed(char const* stage, std::function<void()> const& work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  stage_seconds_.emplace_back(stage, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

void ExplainJob::load() {
  if (is_black_box()) return load_black_box();
  used_ = use_model(options_.model, options_.load, options_.rounds, console_);
  link_ = ensemble().link;
  for (auto& member : used_.members) {
    question_ = plan(member, options_.space, options_.space_given, options_.method, options_.background.given,
                     options_.max_exact_players);
    if (options_.mean_link == MeanLink::kLogit) ask_for_logit(member, used_.members.size(), question_);
    if (options_.interactions.asked) ask_for_interactions();
    if (question_.space == Space::kResponse) scale_to_response(member);
    if (question_.kernel && question_.space == Space::kMargin) member.link = Link::kIdentity;  // the game's own
  }
  check_space_of_mean(used_.members.size(), question_.space);
  model_labels_ = output_labels(ensemble(), options_.labels);
  outputs_ = choose_outputs(options_.outputs, model_labels_, ensemble(), question_.space);
}

void ExplainJob::open() {
  bool const sampled = options_.background.kind != BackgroundKind::kFile;
  if (question_.method == Method::kInterventional && sampled && options_.data.path == "-") {
    throw Error("usage.background",
                fmt::format("--background {} reads the data twice, and standard input can be read once",
                            options_.background.text),
                "--data -", "give --background FILE, or the data as a file");
  }
  if (is_black_box()) {
    open_black_box_data();
  } else {
    source_ = open_rows(options_.data, ensemble());
  }
  groupings_ = make_groupings(options_.groups, source_->schema());
  if (!to_stdout()) open_directories();
}

RowsView ExplainJob::background_view() const noexcept {
  return {background_.values.data(), background_.stride, background_.rows,
          background_.texts.empty() ? nullptr : &background_.texts};
}

std::unique_ptr<Engine> ExplainJob::make_engine(CompiledModel const& model) const {
  std::vector<std::unique_ptr<Engine>> engines;
  for (auto const& gpu : gpus_) engines.push_back(make_cuda_engine(model, question_, background(), gpu.index));
  if (!engines.empty()) return make_devices_engine(std::move(engines));
  return make_cpu_engine(model, question_, background(), make_parallel_for(options_.threads, stop_flag()));
}

void ExplainJob::compile_models() {
  engine_.reset();  // it reads the model
  models_.clear();
  if (is_black_box()) return;
  bool const sum = options_.groups.mode == GroupMode::kSum;
  for (auto const& member : used_.members) {
    models_.push_back(compile(member, sum ? feature_players(member) : grouping_->players, outputs_.computed));
    if (question_.mean_link == MeanLink::kLogit) refine_for_logit(models_.back());
  }
}

void ExplainJob::prepare_engine() {
  if (is_black_box()) return prepare_black_box();
  bool const estimates = std::any_of(models_.begin(), models_.end(),
                                     [this](CompiledModel const& model) { return may_estimate(model, question_); });
  question_.estimator = estimates && !question_.interactions ? options_.estimator : std::nullopt;
  if (question_.mean_link == MeanLink::kLogit && question_.estimator) sample_only(*question_.estimator);
  std::vector<std::unique_ptr<Engine>> engines;
  for (auto const& model : models_) engines.push_back(make_engine(model));
  engine_ = make_mean_engine(std::move(engines));
  if (options_.groups.mode == GroupMode::kSum) engine_ = make_sum_engine(std::move(engine_), grouping_->players);
}

/// Names and order of what is written.
void ExplainJob::prepare_shape() {
  auto const& schema = source_->schema();
  shape_ = {};
  shape_.players = player_order(grouping_->players, schema);
  for (auto const p : shape_.players) shape_.names.push_back(grouping_->players.names[static_cast<std::size_t>(p)]);
  shape_.labels = labels_of(outputs_.written, model_labels_);
  shape_.outputs = places_of(outputs_);
  shape_.several = model_labels_.size() > 1;
  shape_.predicted = outputs_.predicted;
  for (auto const g : shape_.outputs) {
    shape_.expected_value.push_back(engine_->expected_value()[static_cast<std::size_t>(g)]);
  }
  shape_.id_name = schema.id_name;
  shape_.errors = question_.estimator.has_value();
  shape_.float64 = options_.float64;
}

PipelineOptions ExplainJob::pipeline_options() const {
  PipelineOptions out;
  out.threads = options_.threads;
  if (grouping_->players.names.size() != ensemble().features.size()) {
    out.players_are = "players (groups, or features by themselves)";
  }
  if (is_black_box()) {
    black_box_pipeline(out);
    return out;
  }
  bool const on_gpu = !gpus_.empty();
  int const streams = kGpuStreams * static_cast<int>(gpus_.size());
  out.engine_workers = on_gpu ? std::min(streams, options_.threads) : options_.threads;
  out.chunk_rows = options_.chunk_rows > 0 ? options_.chunk_rows : default_chunk_rows(question_, models_[0], on_gpu);
  out.max_exact_players = question_.max_exact_players;
  out.estimates = question_.estimator.has_value();
  if (question_.mean_link == MeanLink::kLogit) out.differ_from = "the background rows, taken together,";
  std::vector<AdditivityRule> rules;
  for (auto const& model : models_) rules.push_back(additivity_rule(model, question_, engine_->expected_value()));
  out.additivity = mean_rule(rules);
  bound_interactions(out);
  return out;
}

void ExplainJob::explain() {
  auto const start = std::chrono::steady_clock::now();
  PipelineStages stages;
  stages.source = source_.get();
  stages.engine = engine_.get();
  stages.format = [this](RowChunk const& chunk, Explanation const& values, std::string& out) {
    if (options_.csv) return append_csv(shape_, values, chunk.ids, out);
    append_jsonl(shape_, values, chunk.first_row, chunk.ids, out);
  };
  std::unique_ptr<OutputFile> file;
  if (!to_stdout())
    file = directory_->create(options_.csv ? "explanations_shap/out.csv" : "explanations_shap/out.jsonl");
  stages.write = [&](std::string_view text) { file ? file->write(text) : write_stdout(text); };
  if (options_.csv) stages.write(csv_header(shape_));
  auto const total = data_rows_ > 0 ? data_rows_ : estimate_rows(options_.data.path);
  ProgressPrinter progress(console_, options_.progress, total, slow_hint());
  stages.progress = [&](std::int64_t rows) { progress.update(rows); };
  auto interactions = open_interactions(stages);
  pipeline_ = pipeline_options();
  result_ = run_pipeline(stages, pipeline_, stop_flag());
  progress.finish();
  if (file) directory_->add(file->close());
  if (interactions) close_interactions(std::move(interactions));
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace limpid::cli
