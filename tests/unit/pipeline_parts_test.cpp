// The parts of the host driver: chunk sizes, loops over threads, additivity.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <vector>

#include "limpid/error.h"
#include "pipeline/additivity.h"
#include "pipeline/pipeline.h"
#include "pipeline/threads.h"

namespace limpid {
namespace {

TEST(ChunkRows, AreMultiplesOfASummaryBlock) {
  EXPECT_EQ(round_chunk_rows(1), kSummaryRows);
  EXPECT_EQ(round_chunk_rows(kSummaryRows), kSummaryRows);
  EXPECT_EQ(round_chunk_rows(kSummaryRows + 1), 2 * kSummaryRows);
  CompiledModel wide;
  wide.features = 1000000;
  wide.base_margin = {0.0};
  Question tables;
  tables.algorithm = Algorithm::kLeafTables;
  EXPECT_EQ(default_chunk_rows(tables, wide, false), kSummaryRows) << "a wide model gets few rows";
  CompiledModel narrow;
  narrow.features = 30;
  narrow.base_margin = {0.0};
  EXPECT_EQ(default_chunk_rows(tables, narrow, false) % kSummaryRows, 0);
  EXPECT_GT(default_chunk_rows(tables, narrow, true), default_chunk_rows(tables, narrow, false));
}

TEST(ParallelFor, CoversEachIndexOnce) {
  StopFlag const stop;
  for (int const threads : {1, 2, 5}) {
    for (std::int64_t const n : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
      make_parallel_for(threads, stop)(n, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](auto const& count) { return count == 1; }));
    }
  }
}

TEST(ParallelFor, ThrowsTheErrorOfASlice) {
  StopFlag const stop;
  auto const loop = make_parallel_for(3, stop);
  EXPECT_THROW(loop(100,
                    [](std::int64_t begin, std::int64_t) {
                      if (begin > 20) throw Error("data.value", "bad");
                    }),
               Error);
}

TEST(ParallelFor, StopsOnRequest) {
  StopFlag stop;
  stop.request(SIGINT);
  EXPECT_THROW(make_parallel_for(2, stop)(10, [](std::int64_t, std::int64_t) {}), Interrupted);
}

TEST(AdditivityRule, MarginScalesWithTheModelAndResponseWithTheValue) {
  CompiledModel model;
  model.link = Link::kSigmoid;
  model.base_margin = {0.0};
  model.margin_range = {50.0};
  Question question;
  question.space = Space::kMargin;
  std::vector<double> const base{-2.0};
  EXPECT_DOUBLE_EQ(additivity_rule(model, question, base).tolerance.at(0), 52e-6);
  question.space = Space::kResponse;
  EXPECT_DOUBLE_EQ(additivity_rule(model, question, base).tolerance.at(0), 1e-6);
  model.link = Link::kExp;
  auto const rule = additivity_rule(model, question, base);
  EXPECT_TRUE(rule.relative);
  Explanation chunk{1, 1, 1, 1, {1003.0}, {1000.0}, {}, {}};  // -2 + 1003 against 1000: off by 1
  auto const found = check_additivity(rule, chunk, 5);
  EXPECT_EQ(found.row, 5);
  EXPECT_DOUBLE_EQ(found.error, 1.0);
  EXPECT_DOUBLE_EQ(found.tolerance, 1e-3);
}

}  // namespace
}  // namespace limpid
