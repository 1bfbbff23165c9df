#include "cli/predict_job.h"

#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <utility>

#include "cli/job_command.h"
#include "cli/program.h"
#include "cli/progress_printer.h"
#include "cli/signals.h"
#include "cli/used_model.h"
#include "explain/engine_mean.h"
#include "explain/library_prediction.h"
#include "io/file_writer.h"
#include "io/number_text.h"
#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid::cli {
namespace {

std::string digits(double value, bool float32) {
  std::string out;
  append_number(value, !float32, out);
  return out;
}

}  // namespace

PredictJob::PredictJob(PredictOptions options, Console const& console)
    : options_(std::move(options)), console_(console) {}

void PredictJob::run() {
  run_stoppable(options_.data, [this] { run_stages(); });
}

void PredictJob::run_stages() {
  used_ = use_model(options_.model, options_.load, options_.rounds, console_);
  check_space_of_mean(used_.members.size(), options_.space);
  shape_.labels = output_labels(ensemble(), options_.labels);
  open();
  say_what_was_chosen();
  predict();
  warn_of_unseen(source_->unseen(), console_);
  finish_file();
  if (options_.compare.path.empty()) return;
  report();
  check();
}

void PredictJob::open() {
  source_ = open_rows(options_.data, ensemble());
  shape_.id_name = source_->schema().id_name;
  shape_.float64 = options_.float64;
  auto const& compare = options_.compare;
  if (!compare.path.empty()) {
    if (compare.columns.size() != shape_.labels.size()) {
      throw Error("usage.value",
                  fmt::format("--compare gives {} columns, the model's outputs are {}", compare.columns.size(),
                              shape_.labels.size()),
                  {}, "one column per output: --compare FILE:COLUMN,COLUMN; a predicted class cannot be compared");
    }
    auto read = options_.data;
    read.role = "--compare";
    read.path = compare.path;
    source_ = join_columns(std::move(source_), open_number_columns(read, compare.columns), "--compare " + compare.path);
  }
  if (options_.out.empty() || options_.out == "-") return;
  if (std::filesystem::exists(options_.out) && !options_.overwrite) {
    throw Error("output.exists", fmt::format("'{}' exists", options_.out), "--out " + options_.out,
                "--overwrite replaces it");
  }
  temporary_ = options_.out + ".limpid-partial";
  file_ = std::make_unique<OutputFile>(temporary_, options_.out);
}

void PredictJob::predict() {
  auto const start = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<Engine>> engines;
  for (auto const& member : used_.members) engines.push_back(make_prediction_engine(member, options_.space));
  auto const engine = make_mean_engine(std::move(engines));
  PipelineStages stages;
  stages.source = source_.get();
  stages.engine = engine.get();
  stages.format = [this](RowChunk const& chunk, Explanation const& predictions, std::string& out) {
    handle(chunk, predictions, out);
  };
  stages.write = [this](std::string_view text) { write(text); };
  if (options_.csv) stages.write(csv_header(shape_));
  ProgressPrinter progress(console_, options_.progress, estimate_rows(options_.data.path), "");
  stages.progress = [&](std::int64_t rows) { progress.update(rows); };
  PipelineOptions pipeline;
  pipeline.threads = options_.threads;
  pipeline.engine_workers = options_.threads;
  pipeline.chunk_rows = options_.chunk_rows;
  rows_ = run_pipeline(stages, pipeline, stop_flag()).rows;
  progress.finish();
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  auto const rate = std::llround(seconds_ > 0.0 ? static_cast<double>(rows_) / seconds_ : 0.0);
  console_.note(
      fmt::format("{} rows in {} ({} rows/s)", format_count(rows_), format_seconds(seconds_), format_count(rate)));
}

void PredictJob::handle(RowChunk const& chunk, Explanation const& predictions, std::string& out) {
  if (!options_.compare.path.empty()) {
    double const* const expected =
        chunk.values.data() + static_cast<std::int64_t>(ensemble().features.size()) * chunk.stride;
    auto const found = compare(predictions, expected, chunk.stride, chunk.first_row, ensemble().sums_float32);
    std::lock_guard const lock(mutex_);
    comparison_.merge(found);
  }
  if (options_.out.empty()) return;
  if (options_.csv) return append_csv(shape_, predictions, chunk.ids, out);
  append_jsonl(shape_, predictions, chunk.first_row, chunk.ids, out);
}

void PredictJob::write(std::string_view text) {
  if (file_) return file_->write(text);
  if (options_.out == "-") write_stdout(text);
}

void PredictJob::finish_file() {
  if (!file_) return;
  (void)file_->close();
  std::error_code error;
  std::filesystem::rename(temporary_, options_.out, error);
  if (error) throw_output_error(error.value(), "rename", temporary_);
}

void PredictJob::say_what_was_chosen() const {
  console_.note(fmt::format("{} {} {}: {} features, {}; {} space, in {} as the library adds", ensemble().library,
                            ensemble().version, ensemble().objective, ensemble().features.size(),
                            used_.members.size() == 1 ? rounds_note(ensemble(), used_.file_rounds, options_.rounds)
                                                      : fmt::format("the mean of {} models", used_.members.size()),
                            options_.space == Space::kMargin ? "margin" : "response",
                            ensemble().sums_float32 ? "float32" : "float64"));
  if (!used_.container.empty())
    for (auto const& note : used_.notes) console_.note(note);
  for (auto const& note : source_->schema().notes) console_.note(note);
}

std::string PredictJob::where(Difference const& difference) const {
  if (difference.row < 0) return {};
  auto const float32 = ensemble().sums_float32;
  auto const& label = shape_.labels[static_cast<std::size_t>(difference.output)];
  return fmt::format("row {}, {}: {} here, {} there", difference.row, label, digits(difference.found, float32),
                     digits(difference.expected, float32));
}

std::string PredictJob::report_text() const {
  auto const& c = comparison_;
  std::string out;
  auto const line = [&](char const* key, std::string const& value) { out += fmt::format("{:<19} {}\n", key, value); };
  auto const worst = [&](char const* key, Difference const& d) {
    line(key, d.row < 0 ? "0" : fmt::format("{:<10.4g} {}", d.value, where(d)));
  };
  line("rows", format_count(rows_));
  line("values", format_count(c.values));
  line("equal",
       fmt::format("{} (every bit of a {})", format_count(c.equal), ensemble().sums_float32 ? "float32" : "float64"));
  worst("largest difference", c.absolute);
  worst("  relative", c.relative);
  worst("  in ulps", c.ulps);
  return out;
}

void PredictJob::report() const {
  if (options_.out == "-") return console_.raw(report_text());  // standard output holds the predictions
  write_stdout(report_text());
}

void PredictJob::check() const {
  auto const& worst = comparison_.scaled;
  if (!options_.tolerance || worst.value <= *options_.tolerance) return;
  bool const stopped = !options_.rounds.given && ensemble().rounds < used_.file_rounds;
  throw Error("check.compare",
              fmt::format("the largest difference is {:.4g} max(1, |the other's|), {:.4g} is allowed", worst.value,
                          *options_.tolerance),
              where(worst),
              stopped ? "rounds after best_iteration were left out: --iterations all takes every round"
                      : "are they predictions of this model, these rows and this space?");
}

}  // namespace limpid::cli
