// The host driver with a source and an engine of our own: order, bounds, failures, stops, limits.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "limpid/error.h"
#include "pipeline/pipeline.h"
#include "unit/pipeline_case.h"

namespace limpid {
namespace {

using pipeline_test::Behaviour;
using pipeline_test::CountingSource;
using pipeline_test::EchoEngine;
using pipeline_test::numbers;
using pipeline_test::run;

TEST(Pipeline, PartsOfExplainingAreSummedOverChunksAndThreads) {
  for (int const threads : {1, 3}) {
    CountingSource source(5 * kSummaryRows);
    auto const parts = run(source, {}, threads, kSummaryRows).result.seconds.parts;
    EXPECT_EQ(parts.bin, 5.0);
    EXPECT_EQ(parts.predict, 10.0);
    EXPECT_EQ(parts.summarise, 20.0);
  }
}

TEST(Pipeline, RowsKeepTheirOrderForAnyThreadsAndChunks) {
  for (std::int64_t const rows : {0, 1, 255, 256, 257, 5000}) {
    for (int const threads : {1, 2, 7}) {
      for (std::int64_t const chunk : {256, 512, 8192}) {
        CountingSource source(rows);
        Behaviour uneven;
        uneven.uneven = true;
        auto const ran = run(source, uneven, threads, chunk);
        EXPECT_EQ(ran.text, numbers(rows)) << threads << " threads, chunks of " << chunk;
        EXPECT_EQ(ran.result.rows, rows);
      }
    }
  }
}

TEST(Pipeline, SumsDoNotDependOnThreadsOrChunks) {
  std::set<double> sums;
  for (int const threads : {1, 3}) {
    for (std::int64_t const chunk : {64, 128, 256, 768, 4096}) {
      CountingSource source(3001);
      Behaviour slightly;
      slightly.wrong_by = 1.0 / 3.0;
      sums.insert(run(source, slightly, threads, chunk).result.sums.at(0));
    }
  }
  EXPECT_EQ(sums.size(), 1U);
  EXPECT_NEAR(*sums.begin(), 3000.0 * 3001.0 / 2.0 + 1.0 / 3.0, 1e-6);
}

TEST(Pipeline, ReportsTheRowWithTheLargestAdditivityError) {
  CountingSource good_source(1000);
  EXPECT_TRUE(run(good_source, {}, 2, 256).result.additivity.holds());
  for (double const wrong : {1e-3, -2.0, std::numeric_limits<double>::quiet_NaN()}) {
    CountingSource source(1000);
    Behaviour bad;
    bad.wrong_by = wrong;
    auto const additivity = run(source, bad, 2, 256).result.additivity;
    EXPECT_FALSE(additivity.holds()) << wrong;
    EXPECT_EQ(additivity.row, 700);
    EXPECT_TRUE(std::isfinite(additivity.error));
  }
}

TEST(Pipeline, AFailureOfTheReaderSurfacesOnce) {
  for (int const threads : {1, 4}) {
    CountingSource source(100000, 2000);
    try {
      (void)run(source, {}, threads, 256);
      FAIL() << "no error";
    } catch (Error const& e) {
      EXPECT_EQ(e.code(), "data.value");
    }
  }
}

TEST(Pipeline, AFailureOfAWorkerStopsTheOthers) {
  for (int const threads : {1, 4}) {
    CountingSource source(10000000);
    Behaviour failing;
    failing.fail_row = 3000;
    EXPECT_THROW((void)run(source, failing, threads, 256), Error);
    EXPECT_LT(source.given(), 1000000) << "the rest was read";
  }
}

TEST(Pipeline, AFailureOfTheWriterStopsTheOthers) {
  for (int const threads : {1, 4}) {
    CountingSource source(10000000);
    EchoEngine const engine({});
    PipelineStages stages;
    stages.source = &source;
    stages.engine = &engine;
    stages.format = [](RowChunk const&, Explanation const&, std::string& out) { out = "x"; };
    stages.write = [](std::string_view) { throw Error("output.full", "disk full"); };
    PipelineOptions options;
    options.threads = threads;
    options.engine_workers = threads;
    options.chunk_rows = 256;
    options.additivity = {{1.0}, {1e-6}, false};
    EXPECT_THROW((void)run_pipeline(stages, options, {}), Error);
    EXPECT_LT(source.given(), 1000000);
  }
}

TEST(Pipeline, AStopRequestThrowsInterrupted) {
  for (int const threads : {1, 4}) {
    CountingSource source(1 << 30);
    StopFlag stop;
    std::jthread const signal([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stop.request(SIGTERM);
    });
    try {
      (void)run(source, {}, threads, 256, stop);
      FAIL() << "ran to the end";
    } catch (Interrupted const& e) {
      EXPECT_EQ(e.signal(), SIGTERM);
    }
  }
}

TEST(Pipeline, RowsAboveTheLatticeLimitAreCountedAndNamed) {
  for (int const threads : {1, 3}) {
    CountingSource source(3000);
    std::atomic<int> counted{0};
    Behaviour deep;
    deep.deep_row = 1000;
    deep.counted = &counted;
    try {
      (void)run(source, deep, threads, 256);
      FAIL() << "no error";
    } catch (Error const& e) {
      EXPECT_EQ(e.code(), "usage.players");
      EXPECT_EQ(e.exit_code(), 2);
      EXPECT_NE(std::string(e.what()).find("2000 of 3000 rows"), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find("up to 18"), std::string::npos) << e.what();
      EXPECT_NE(e.hint().find("--max-exact-players 18"), std::string::npos) << e.hint();
      EXPECT_NE(e.hint().find("--space margin"), std::string::npos) << e.hint();
    }
    EXPECT_GT(counted.load(), 0) << "rows after the first deep one need no values";
  }
}

/// Each chunk's own text, in order, and block sums that are added in order.
TEST(Pipeline, InteractionsAreASecondTextAndSum) {
  for (int const threads : {1, 3}) {
    CountingSource source(1000);
    EchoEngine const engine({.interactions = true});
    PipelineStages stages;
    std::string text;
    stages.source = &source;
    stages.engine = &engine;
    stages.format = [](RowChunk const&, Explanation const&, std::string&) {};
    stages.write = [](std::string_view) {};
    stages.format_interactions = [](RowChunk const& chunk, Explanation const&, std::string& out) {
      out += std::to_string(chunk.first_row) + " ";
    };
    stages.write_interactions = [&](std::string_view more) { text += more; };
    PipelineOptions options;
    options.threads = options.engine_workers = threads;
    options.chunk_rows = 256;
    options.additivity = {{1.0}, {1e-6}, false};
    auto const result = run_pipeline(stages, options, {});
    EXPECT_EQ(text, "0 256 512 768 ");
    EXPECT_EQ(result.interaction_sums, std::vector<double>{999.0 * 1000.0 / 2.0});
    EXPECT_TRUE(result.additivity.holds());
  }
}

TEST(Pipeline, InteractionsThatDoNotAddUpAreReported) {
  Explanation chunk{1, 64, 2, 1, {}, {}, {}, {}};
  chunk.values.assign(128, 0.0);
  chunk.values[0] = chunk.values[64] = 0.5;
  chunk.predictions.assign(64, 1.0);
  chunk.interactions.assign(3 * 64, 0.0);
  chunk.interactions[0] = chunk.interactions[128] = 0.2;
  chunk.interactions[64] = 0.3;
  AdditivityRule const rule{{0.0}, {1e-6}, false};
  EXPECT_TRUE(check_additivity(rule, chunk, 0).holds());
  chunk.interactions[64] = 0.4;
  EXPECT_FALSE(check_additivity(rule, chunk, 0).holds());
}

TEST(Pipeline, InteractionsMakeChunksSmallerAndThenThreadsFewer) {
  PipelineOptions options;
  options.threads = options.engine_workers = 8;
  options.chunk_rows = 4096;
  bound_interactions({.values = 1000, .text = 1000}, options);
  EXPECT_EQ(options.chunk_rows, 4096);
  bound_interactions({.values = 1 << 20, .text = 0}, options);
  EXPECT_EQ(options.chunk_rows, 128);
  EXPECT_EQ(options.threads, 8);
  bound_interactions({.values = 4 << 20, .text = 0}, options);
  EXPECT_EQ(options.chunk_rows, 64);
  EXPECT_EQ(options.threads, 4);
  EXPECT_EQ(options.engine_workers, 4);
  EXPECT_THROW(bound_interactions({.values = 65 << 20, .text = 0}, options), Error);
}

TEST(Pipeline, AtTheLatticeLimitEverythingIsComputed) {
  CountingSource source(600);
  Behaviour deep;
  deep.deep_row = 0;
  deep.deep_players = 16;
  auto const ran = run(source, deep, 2, 256);
  EXPECT_EQ(ran.text, numbers(600));
  EXPECT_EQ(ran.result.largest_players, 16);
}

}  // namespace
}  // namespace limpid
