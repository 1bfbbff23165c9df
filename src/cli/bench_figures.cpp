// The arithmetic of `limpid bench`.
#include <algorithm>
#include <string_view>

#include "cli/bench_report.h"

namespace limpid::cli {
namespace {

double rate(double amount, double seconds) { return seconds > 0.0 ? amount / seconds : 0.0; }

double median(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Runs have the same stages.
std::vector<std::pair<std::string, double>> median_setup(std::vector<JobCosts> const& runs) {
  std::vector<std::pair<std::string, double>> out = runs.front().setup;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::vector<double> seconds;
    seconds.reserve(runs.size());
    for (auto const& run : runs) seconds.push_back(run.setup[i].second);
    out[i].second = median(std::move(seconds));
  }
  return out;
}

JobCosts const& median_run(std::vector<JobCosts> const& runs) {
  std::vector<JobCosts const*> order;
  order.reserve(runs.size());
  for (auto const& run : runs) order.push_back(&run);
  auto const middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
  std::nth_element(order.begin(), middle, order.end(),
                   [](JobCosts const* a, JobCosts const* b) { return a->seconds < b->seconds; });
  return **middle;
}

/// In the order of the work. A GPU's parts run side by side, and are one stage.
std::vector<StageFigures> stages_of(JobCosts const& run) {
  auto const& s = run.stages;
  std::vector<std::pair<char const*, double>> seconds;
  auto const add = [&](char const* name, double spent) { seconds.emplace_back(name, spent); };
  add("read", s.read);
  if (run.gpu) {
    add("explain", s.explain);
  } else {
    add("bin", s.parts.bin);
    add("values", std::max(0.0, s.explain - s.parts.bin - s.parts.predict - s.parts.summarise));
    add("predict", s.parts.predict);
    add("summarise", s.parts.summarise);
  }
  add("format", s.format);
  add("write", s.write);
  add("wait", s.wait);
  double sum = 0.0;
  for (auto const& stage : seconds) sum += stage.second;
  std::vector<StageFigures> out;
  out.reserve(seconds.size());
  for (auto const& [name, spent] : seconds) {
    bool const works = std::string_view(name) != "wait";
    out.push_back({name, spent, rate(spent, sum), works ? rate(static_cast<double>(run.rows), spent) : 0.0});
  }
  return out;
}

}  // namespace

double estimate_seconds(JobCosts const& costs, std::vector<std::pair<std::string, double>> const& setup,
                        BenchFacts const& facts) {
  if (facts.job_rows == 0 || costs.rows == 0) return 0.0;
  auto const factor = static_cast<double>(facts.job_rows) / static_cast<double>(costs.rows);
  double out = costs.seconds * factor;
  for (auto const& [stage, seconds] : setup) {
    out += seconds * (stage == "background" && facts.sampled ? factor : 1.0);  // a pass over all rows
  }
  return out;
}

BenchFigures bench_figures(BenchFacts const& facts) {
  BenchFigures out;
  out.run = median_run(facts.runs);
  auto const& run = out.run;
  out.setup = median_setup(facts.runs);
  out.stages = stages_of(run);
  auto const rows = static_cast<double>(run.rows);
  out.rows_per_second = rate(rows, run.seconds);
  if (run.pairs) out.pairs_per_second = out.rows_per_second * static_cast<double>(run.background_rows);
  out.bytes_in_per_second = out.rows_per_second * facts.bytes_per_row;
  out.bytes_out_per_second = rate(static_cast<double>(run.bytes_written), run.seconds);
  auto const [least, most] = std::minmax_element(facts.runs.begin(), facts.runs.end(),
                                                 [](auto const& a, auto const& b) { return a.seconds < b.seconds; });
  out.spread = rate(most->seconds - least->seconds, run.seconds);
  out.estimate_seconds = estimate_seconds(run, out.setup, facts);
  return out;
}

}  // namespace limpid::cli
