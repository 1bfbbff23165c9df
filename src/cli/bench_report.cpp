#include "cli/bench_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/progress_printer.h"

namespace limpid::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string count(double value) { return format_count(std::llround(value)); }

std::string bytes_rate(double bytes) {
  static constexpr double kMega = 1e6;
  return fmt::format("{:.1f} MB/s", bytes / kMega);
}

/// What a stage moves, for its bytes/s: rows of the file in, the text of the values out.
double bytes_of(StageFigures const& stage, BenchFacts const& facts, JobCosts const& run) {
  std::string const name = stage.name;
  if (name == "read") return facts.bytes_per_row * static_cast<double>(run.rows);
  return name == "format" || name == "write" ? static_cast<double>(run.bytes_written) : 0.0;
}

double bytes_per_second(StageFigures const& stage, BenchFacts const& facts, JobCosts const& run) {
  return stage.seconds > 0.0 ? bytes_of(stage, facts, run) / stage.seconds : 0.0;
}

bool plays_pairs(StageFigures const& stage, JobCosts const& run) {
  std::string const name = stage.name;
  return run.pairs && (name == "values" || name == "explain");
}

std::string stage_line(StageFigures const& stage, BenchFacts const& facts, JobCosts const& run) {
  static constexpr double kPercent = 100.0;
  auto out = fmt::format("  {:<12}{:>9.4f} s  {:>5.1f} %", stage.name, stage.seconds, kPercent * stage.share);
  if (stage.rows_per_second > 0.0) out += fmt::format("  {:>13} rows/s", count(stage.rows_per_second));
  if (plays_pairs(stage, run)) {
    out += fmt::format("  {} pairs/s", count(stage.rows_per_second * static_cast<double>(run.background_rows)));
  }
  if (auto const bytes = bytes_per_second(stage, facts, run); bytes > 0.0) out += "  " + bytes_rate(bytes);
  return out + '\n';
}

std::string setup_text(BenchFigures const& figures) {
  std::string out = "before the first row\n";
  for (auto const& [name, seconds] : figures.setup) out += fmt::format("  {:<12}{:>9.4f} s\n", name, seconds);
  return out;
}

std::string whole_text(BenchFacts const& facts, BenchFigures const& figures) {
  auto out = fmt::format("from file to file: {} rows/s", count(figures.rows_per_second));
  if (figures.pairs_per_second > 0.0) out += fmt::format(", {} pairs/s", count(figures.pairs_per_second));
  if (figures.bytes_in_per_second > 0.0) out += fmt::format(", {} in", bytes_rate(figures.bytes_in_per_second));
  out += fmt::format(", {} out\n", bytes_rate(figures.bytes_out_per_second));
  if (figures.estimate_seconds > 0.0) {
    out += fmt::format("{} rows: about {}\n", format_count(facts.job_rows), format_seconds(figures.estimate_seconds));
  }
  return out;
}

/// The stage that takes most, and what there is to do about it.
std::string bottleneck_text(BenchFigures const& figures) {
  static constexpr double kPercent = 100.0;
  auto const most = std::max_element(figures.stages.begin(), figures.stages.end(),
                                     [](auto const& a, auto const& b) { return a.share < b.share; });
  std::string const name = most->name;
  std::string advice = "more --threads, or a GPU, shorten it";
  if (figures.run.pairs)
    advice = "it grows with the background's rows and, exponentially, with the players that differ";
  if (name == "read") advice = "one thread reads at a time: leave columns out of the file that the model does not need";
  if (name == "format" || name == "write") advice = "--format csv is the shorter one, and no --float64";
  if (name == "wait") advice = "threads wait for the reader or for a free worker: fewer --threads do as well";
  return fmt::format("most of the time: {} ({:.0f} %); {}\n", name, kPercent * most->share, advice);
}

std::string alternatives_text(BenchFacts const& facts, BenchFigures const& figures) {
  if (facts.alternatives.empty()) return {};
  std::string out = "what would change\n";
  for (auto const& [change, costs] : facts.alternatives) {
    auto const rows = costs.seconds > 0.0 ? static_cast<double>(costs.rows) / costs.seconds : 0.0;
    out += fmt::format("  {:<26}{:>13} rows/s  {:>8.2f}x", change, count(rows), rows / figures.rows_per_second);
    auto const estimate = estimate_seconds(costs, costs.setup, facts);
    if (estimate > 0.0) out += fmt::format("  about {}", format_seconds(estimate));
    out += '\n';
  }
  return out;
}

Json number_or_null(double value) { return value > 0.0 ? Json(value) : Json(nullptr); }

Json stages_json(BenchFacts const& facts, BenchFigures const& figures) {
  Json out = Json::array();
  for (auto const& stage : figures.stages) {
    Json one{{"stage", stage.name},
             {"seconds", stage.seconds},
             {"share", stage.share},
             {"rows_per_second", number_or_null(stage.rows_per_second)},
             {"bytes_per_second", number_or_null(bytes_per_second(stage, facts, figures.run))}};
    if (plays_pairs(stage, figures.run)) {
      one["pairs_per_second"] =
          number_or_null(stage.rows_per_second * static_cast<double>(figures.run.background_rows));
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json alternatives_json(BenchFacts const& facts) {
  Json out = Json::array();
  for (auto const& [change, costs] : facts.alternatives) {
    auto const rows = costs.seconds > 0.0 ? static_cast<double>(costs.rows) / costs.seconds : 0.0;
    out.push_back({{"change", change},
                   {"rows", costs.rows},
                   {"rows_per_second", number_or_null(rows)},
                   {"estimate_seconds", number_or_null(estimate_seconds(costs, costs.setup, facts))}});
  }
  return out;
}

}  // namespace

std::string bench_text(BenchFacts const& facts) {
  auto const figures = bench_figures(facts);
  auto const& run = figures.run;
  auto out = fmt::format("{}\nthe first {} rows of {}, the median of {} run{}\n\n", run.question,
                         format_count(run.rows), facts.data, facts.runs.size(), facts.runs.size() == 1 ? "" : "s");
  out += setup_text(figures) + "rows, all threads together\n";
  for (auto const& stage : figures.stages) out += stage_line(stage, facts, run);
  out += '\n' + whole_text(facts, figures) + bottleneck_text(figures);
  return out + alternatives_text(facts, figures);
}

std::string bench_json(BenchFacts const& facts) {
  auto const figures = bench_figures(facts);
  auto const& run = figures.run;
  Json setup = Json::object();
  for (auto const& [name, seconds] : figures.setup) setup[name] = seconds;
  Json const out{{"limpid", LIMPID_VERSION},
                 {"model", facts.model},
                 {"data", facts.data},
                 {"question", run.question},
                 {"simd", facts.simd},
                 {"threads", run.threads},
                 {"engine_workers", run.engine_workers},
                 {"chunk_rows", run.chunk_rows},
                 {"rows", run.rows},
                 {"background_rows", run.background_rows},
                 {"runs", facts.runs.size()},
                 {"spread", figures.spread},
                 {"setup_seconds", setup},
                 {"stages", stages_json(facts, figures)},
                 {"pipeline",
                  {{"seconds", run.seconds},
                   {"rows_per_second", number_or_null(figures.rows_per_second)},
                   {"pairs_per_second", number_or_null(figures.pairs_per_second)},
                   {"bytes_in_per_second", number_or_null(figures.bytes_in_per_second)},
                   {"bytes_out_per_second", number_or_null(figures.bytes_out_per_second)}}},
                 {"estimate",
                  {{"rows", facts.job_rows > 0 ? Json(facts.job_rows) : Json(nullptr)},
                   {"seconds", number_or_null(figures.estimate_seconds)}}},
                 {"alternatives", alternatives_json(facts)},
                 {"peak_memory_bytes", facts.peak_memory_bytes}};
  return out.dump(2) + '\n';
}

}  // namespace limpid::cli
