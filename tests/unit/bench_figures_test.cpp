// The arithmetic of `limpid bench`, on costs worked by hand.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/bench_report.h"

namespace limpid::cli {
namespace {

/// 1,000 rows against 50 background rows in `seconds`, on one thread that waits for nothing.
JobCosts run_of(double seconds) {
  JobCosts out;
  out.question = "response space";
  out.pairs = true;
  out.rows = 1000;
  out.background_rows = 50;
  out.setup = {{"model", 0.25}, {"background", 0.5}, {"compile", 0.125}, {"engine", 0.125}};
  out.stages.read = 0.5;
  out.stages.explain = seconds - 1.0;
  out.stages.format = 0.25;
  out.stages.write = 0.25;
  out.stages.parts = {0.125, 0.25, 0.125};
  out.seconds = seconds;
  out.bytes_written = 4000;
  return out;
}

BenchFacts facts_of(std::vector<JobCosts> runs) {
  BenchFacts out;
  out.runs = std::move(runs);
  out.bytes_per_row = 10.0;
  out.job_rows = 100'000;
  out.data = "rows.csv";
  return out;
}

StageFigures const& stage(BenchFigures const& figures, std::string const& name) {
  for (auto const& found : figures.stages) {
    if (name == found.name) return found;
  }
  throw std::out_of_range(name);
}

TEST(BenchFigures, AreThoseOfTheMedianRun) {
  auto const figures = bench_figures(facts_of({run_of(16.0), run_of(2.0), run_of(4.0)}));
  EXPECT_EQ(figures.run.seconds, 4.0);
  EXPECT_EQ(figures.rows_per_second, 250.0);
  EXPECT_EQ(figures.pairs_per_second, 12'500.0);
  EXPECT_EQ(figures.bytes_in_per_second, 2'500.0);
  EXPECT_EQ(figures.bytes_out_per_second, 1'000.0);
  EXPECT_EQ(figures.spread, 3.5);
}

TEST(BenchFigures, SetupIsTheMedianOfEachStage) {
  auto slow = run_of(4.0);
  slow.setup[0].second = 9.0;
  auto fast = run_of(4.0);
  fast.setup[1].second = 0.0;
  auto const figures = bench_figures(facts_of({slow, fast, run_of(4.0)}));
  EXPECT_EQ(figures.setup[0], (std::pair<std::string, double>("model", 0.25)));
  EXPECT_EQ(figures.setup[1], (std::pair<std::string, double>("background", 0.5)));
}

TEST(BenchFigures, SharesAddUpAndValuesAreWhatIsLeft) {
  auto const figures = bench_figures(facts_of({run_of(4.0)}));
  double shares = 0.0;
  for (auto const& found : figures.stages) shares += found.share;
  EXPECT_NEAR(shares, 1.0, 1e-12);
  EXPECT_EQ(stage(figures, "values").seconds, 2.5);
  EXPECT_EQ(stage(figures, "values").share, 0.625);
  EXPECT_EQ(stage(figures, "values").rows_per_second, 400.0);
  EXPECT_EQ(stage(figures, "read").rows_per_second, 2000.0);
  EXPECT_EQ(stage(figures, "wait").rows_per_second, 0.0);
}

TEST(BenchFigures, AGpuExplainsInOneStage) {
  auto run = run_of(4.0);
  run.gpu = true;
  auto const figures = bench_figures(facts_of({run}));
  EXPECT_EQ(stage(figures, "explain").share, 0.75);
  EXPECT_THROW((void)stage(figures, "bin"), std::out_of_range);
}

TEST(BenchFigures, AnEstimateScalesRowsAndThePassThatDrawsTheBackground) {
  auto facts = facts_of({run_of(4.0)});
  EXPECT_EQ(bench_figures(facts).estimate_seconds, 400.0 + 1.0);
  facts.sampled = true;
  EXPECT_EQ(bench_figures(facts).estimate_seconds, 400.0 + 0.5 + 50.0);
  facts.job_rows = 0;
  EXPECT_EQ(bench_figures(facts).estimate_seconds, 0.0);
}

TEST(BenchFigures, NoTimeGivesNoRate) {
  JobCosts nothing;
  nothing.rows = 5;
  auto const facts = facts_of({nothing});
  auto const figures = bench_figures(facts);
  EXPECT_EQ(figures.rows_per_second, 0.0);
  for (auto const& found : figures.stages) EXPECT_EQ(found.share, 0.0);
  auto const json = nlohmann::json::parse(bench_json(facts));
  EXPECT_TRUE(json["pipeline"]["rows_per_second"].is_null());
  EXPECT_EQ(bench_text(facts).find("inf"), std::string::npos);
  EXPECT_EQ(bench_text(facts).find("nan"), std::string::npos);
}

TEST(BenchReport, SaysTheBottleneckAndEachAlternative) {
  auto facts = facts_of({run_of(4.0)});
  auto faster = run_of(4.0);
  faster.seconds = 0.5;
  facts.alternatives.push_back({"--space margin", faster});
  auto const text = bench_text(facts);
  EXPECT_NE(text.find("most of the time: values (62 %)"), std::string::npos) << text;
  EXPECT_NE(text.find("100,000 rows: about 7 min"), std::string::npos) << text;
  EXPECT_NE(text.find("--space margin"), std::string::npos) << text;
  EXPECT_NE(text.find("8.00x"), std::string::npos) << text;
  auto const json = nlohmann::json::parse(bench_json(facts));
  EXPECT_EQ(json["alternatives"][0]["rows_per_second"], 2000.0);
  EXPECT_EQ(json["alternatives"][0]["estimate_seconds"], 51.0);
  EXPECT_EQ(json["stages"][2]["stage"], "values");
  EXPECT_EQ(json["stages"][2]["pairs_per_second"], 20'000.0);
}

}  // namespace
}  // namespace limpid::cli
