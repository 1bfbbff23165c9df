// What `limpid explain` says on standard error: what was chosen, and what came of it.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/explain_job.h"
#include "cli/progress_printer.h"
#include "cli/simd_target.h"
#include "cli/used_model.h"
#include "limpid/error.h"

namespace limpid::cli {

namespace {

/// What most pairs will be estimated by.
std::string estimator_name(EstimatorChoice const& choice) {
  if (choice.kind != EstimatorKind::kAuto) return name_of(choice.kind);
  return choice.coalitions == 0 ? name_of(EstimatorKind::kFocus) : "focus or gp";
}

}  // namespace

std::string ExplainJob::method_note() const {
  if (is_black_box()) return black_box_note();
  auto const* const space = question_.space == Space::kMargin ? "margin" : "response";
  if (question_.method == Method::kPathDependent) {
    bool const implied = !options_.space_given && options_.space == Space::kResponse;
    return fmt::format("{} space{}, path-dependent, exact by leaf tables", space,
                       implied ? " (path-dependent values exist there only)" : "");
  }
  bool const logit = question_.mean_link == MeanLink::kLogit;
  auto const* const how = logit                                        ? "lattice of the whole row"
                          : question_.algorithm == Algorithm::kLattice ? "lattice"
                                                                       : "leaf tables";
  auto const rows = fmt::format("{} {}background row{}", format_count(background_.rows),
                                background_weights_.empty() ? "" : "weighted ", background_.rows == 1 ? "" : "s");
  auto const from = options_.background.given ? "" : ", the default";
  auto const larger = question_.estimator ? fmt::format(" up to {} players, above by {}", question_.max_exact_players,
                                                        estimator_name(*question_.estimator))
                                          : "";
  return fmt::format("{} space{}, interventional, exact by {}{}; {} ({}{})", space, logit ? ", logit of the mean" : "",
                     how, larger, rows, options_.background.text, from);
}

std::string ExplainJob::device_note() const {
  if (gpus_.empty()) {
    return fmt::format("CPU ({}, {} thread{})", simd_target(), options_.threads, options_.threads == 1 ? "" : "s");
  }
  std::string names;
  for (auto const& gpu : gpus_) names += (names.empty() ? "" : ", ") + gpu.name;
  bool const on_host = std::any_of(models_.begin(), models_.end(),
                                   [this](CompiledModel const& model) { return plays_on_host(model, question_); });
  return on_host ? names + ", games of paths of more than 64 players on the CPU" : names;
}

std::string ExplainJob::slow_hint() const {
  if (is_black_box()) return "a smaller --background or --coalitions is faster";
  return question_.algorithm == Algorithm::kLattice ? "--space margin or a smaller --background is faster" : "";
}

void ExplainJob::say_what_was_chosen() const {
  auto const groups = groups_note(*grouping_, options_.groups);
  if (grouping_ != groupings_.data()) return console_.note(groups);  // the rest was said before the first level
  auto const members = used_.members.size();
  if (is_black_box()) {
    console_.note(predictor_note());
    console_.note(used_.notes.front());
  }
  if (!is_black_box())
    console_.note(fmt::format("{} {} {}: {} features, {}", ensemble().library, ensemble().version, ensemble().objective,
                              ensemble().features.size(),
                              members == 1 ? rounds_note(ensemble(), used_.file_rounds, options_.rounds)
                                           : fmt::format("the mean of {} models", members)));
  if (!used_.container.empty())
    for (auto const& note : used_.notes) console_.note(note);
  console_.note(fmt::format("{}; {}", method_note(), device_note()));
  if (!background_note_.empty()) console_.note(background_note_);
  if (!groups.empty()) console_.note(groups);
  for (auto const& note : source_->schema().notes) console_.note(note);
}

/// "gp", or "focus (120 pairs) and gp (7 pairs)"
std::string ExplainJob::estimators_used() const {
  std::vector<std::pair<char const*, std::int64_t>> used;
  for (std::size_t k = 0; k < kEstimatorKinds; ++k) {
    if (result_.pairs_by[k] > 0) used.emplace_back(name_of(static_cast<EstimatorKind>(k)), result_.pairs_by[k]);
  }
  if (used.size() == 1) return used.front().first;
  std::string out;
  for (auto const& [name, pairs] : used) {
    out += fmt::format("{}{} ({} pairs)", out.empty() ? "" : " and ", name, format_count(pairs));
  }
  return out;
}

void ExplainJob::warn_of_target() const {
  auto const most = question_.estimator->max_coalitions;
  std::string rows;
  for (auto const row : result_.first_over_target) rows += fmt::format("{}{}", rows.empty() ? "" : ", ", row);
  auto const named = static_cast<std::int64_t>(result_.first_over_target.size());
  console_.warning(
      "estimate.target",
      fmt::format("{} of {} rows have standard errors above {:g} of the spread of their values at {} "
                  "coalitions per pair: row{} {}{}",
                  format_count(result_.over_target_rows), format_count(result_.rows), question_.estimator->target_error,
                  most > 0 ? format_count(most) : "the most", result_.over_target_rows == 1 ? "" : "s", rows,
                  result_.over_target_rows > named ? ", ..." : ""));
}

void ExplainJob::say_what_was_done() const {
  auto const rate = seconds_ > 0.0 ? static_cast<double>(result_.rows) / seconds_ : 0.0;
  auto const done = fmt::format("{} rows in {} ({} rows/s)", format_count(result_.rows), format_seconds(seconds_),
                                format_count(std::llround(rate)));
  console_.note(to_stdout() ? done
                            : fmt::format("{}: {}", done, (std::filesystem::path(directory_->path()) / "").string()));
  if (result_.estimated_pairs > 0) {
    console_.note(fmt::format("{} of {} pairs, of {} rows, were estimated by {}: their values carry standard errors",
                              format_count(result_.estimated_pairs), format_count(result_.rows * background_.rows),
                              format_count(result_.estimated_rows), estimators_used()));
  }
  if (is_black_box()) {
    console_.note(costs_note());
    if (auto const remark = predictor_->remark(); !remark.empty()) console_.warning("endpoint.rows", remark);
  }
  if (result_.over_target_rows > 0) warn_of_target();
  auto const& s = result_.seconds;
  console_.detail(
      fmt::format("seconds of all threads: read {:.2f}, explain {:.2f}, format {:.2f}, write {:.2f}, wait {:.2f}",
                  s.read, s.explain, s.format, s.write, s.wait));
  if (result_.additivity.row >= 0) {
    console_.detail(fmt::format("largest additivity error {:.2g} (tolerance {:.2g}) at row {}",
                                result_.additivity.error, result_.additivity.tolerance, result_.additivity.row));
  }
}

/// REQUIRES: found.row >= 0.
std::string const& ExplainJob::label_of(Additivity const& found) const {
  auto const place = static_cast<std::size_t>(found.output);
  auto const& computed = outputs_.computed;
  return model_labels_[computed.empty() ? place : static_cast<std::size_t>(computed[place])];
}

void ExplainJob::check() const {
  auto const& found = result_.additivity;
  if (found.holds()) return;
  throw Error("check.additivity",
              fmt::format("the values of row {}, output '{}' miss the prediction by {:.3g}, {:.3g} is allowed",
                          found.row, label_of(found), found.error, found.tolerance),
              {},
              is_black_box() ? "the outputs were written; does the predictor answer the same row always alike?"
                             : "the outputs were written; this is a bug in limpid: please report it with the model");
}

}  // namespace limpid::cli
