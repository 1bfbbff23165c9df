// The host driver with a source and an engine of our own: order, bounds, failures, stops, limits.
#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "limpid/error.h"
#include "pipeline/threads.h"

namespace limpid {
namespace {

/// Rows 0 .. rows-1 with one feature, the row number.
class CountingSource : public RowSource {
 public:
  explicit CountingSource(std::int64_t rows, std::int64_t fail_at = -1) : rows_(rows), fail_at_(fail_at) {}
  [[nodiscard]] DataSchema const& schema() const override { return schema_; }
  bool next(std::int64_t max_rows, RowChunk& chunk) override {
    EXPECT_FALSE(std::exchange(busy_, true)) << "two threads read at the same time";
    if (fail_at_ >= 0 && at_ >= fail_at_) throw Error("data.value", "a bad value");
    chunk.first_row = at_;
    chunk.rows = std::min(max_rows, rows_ - at_);
    chunk.stride = (chunk.rows + 63) / 64 * 64;
    chunk.values.assign(static_cast<std::size_t>(chunk.stride), 0.0);
    for (std::int64_t r = 0; r < chunk.rows; ++r) {
      chunk.values[static_cast<std::size_t>(r)] = static_cast<double>(at_ + r);
    }
    at_ += chunk.rows;
    busy_ = false;
    return chunk.rows > 0;
  }
  [[nodiscard]] std::int64_t given() const noexcept { return at_; }

 private:
  DataSchema schema_;
  std::int64_t rows_;
  std::int64_t fail_at_;
  std::int64_t at_ = 0;
  bool busy_ = false;
};

/// What the engine does to some rows.
struct Behaviour {
  double wrong_by = 0.0;       ///< added to the value of row 700
  std::int64_t fail_row = -1;  ///< the chunk that holds it throws
  std::int64_t deep_row = -1;  ///< from here on rows have `deep_players` live players
  std::int32_t deep_players = 18;
  bool uneven = false;                  ///< chunks take different times
  std::atomic<int>* counted = nullptr;  ///< chunks that were only counted
};

/// One player, one output: value = row, prediction = 1 + row, expected value 1.
class EchoEngine : public Engine {
 public:
  explicit EchoEngine(Behaviour behaviour) : behaviour_(behaviour) {}
  [[nodiscard]] std::unique_ptr<Worker> make_worker() const override { return std::make_unique<Echo>(behaviour_); }
  [[nodiscard]] std::vector<double> const& expected_value() const override { return expected_; }

 private:
  class Echo : public Worker {
   public:
    explicit Echo(Behaviour const& behaviour) : is_(behaviour) {}
    void explain(RowsView rows, bool count_only, Explanation& out) override {
      auto const first = static_cast<std::int64_t>(rows.data[0]);
      if (is_.fail_row >= first && is_.fail_row < first + rows.rows) throw Error("device.memory", "no memory");
      if (is_.uneven && first / kSummaryRows % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
      if (count_only && is_.counted != nullptr) ++*is_.counted;
      out = Explanation{rows.rows, rows.stride, 1, 1, {}, {}, {}, {}};
      out.values.assign(rows.data, rows.data + rows.stride);
      out.predictions.resize(static_cast<std::size_t>(rows.stride));
      out.summary.assign(static_cast<std::size_t>((rows.rows + kSummaryRows - 1) / kSummaryRows), 0.0);
      for (std::int64_t r = 0; r < rows.rows; ++r) {
        auto const i = static_cast<std::size_t>(r);
        out.predictions[i] = 1.0 + rows.data[r];
        if (first + r == 700) out.values[i] += is_.wrong_by;
        out.summary[i / kSummaryRows] += std::abs(out.values[i]);
        if (is_.deep_row >= 0) out.largest.push_back(first + r >= is_.deep_row ? is_.deep_players : 3);
      }
    }

   private:
    Behaviour is_;
  };
  Behaviour behaviour_;
  std::vector<double> expected_{1.0};
};

struct Ran {
  PipelineResult result;
  std::string text;
};

Ran run(CountingSource& source, Behaviour const& behaviour, int threads, std::int64_t chunk_rows,
        StopFlag const& stop = {}) {
  Ran ran;
  EchoEngine const engine(behaviour);
  PipelineStages stages;
  stages.source = &source;
  stages.engine = &engine;
  stages.format = [](RowChunk const& chunk, Explanation const& values, std::string& out) {
    for (std::int64_t r = 0; r < chunk.rows; ++r) {
      out += std::to_string(static_cast<std::int64_t>(values.values[static_cast<std::size_t>(r)])) + "\n";
    }
  };
  stages.write = [&](std::string_view text) { ran.text += text; };
  PipelineOptions options;
  options.threads = threads;
  options.engine_workers = threads;
  options.chunk_rows = chunk_rows;
  options.additivity = {{1.0}, {1e-6}, false};
  ran.result = run_pipeline(stages, options, stop);
  return ran;
}

std::string numbers(std::int64_t rows) {
  std::string out;
  for (std::int64_t r = 0; r < rows; ++r) out += std::to_string(r) + "\n";
  return out;
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
    for (std::int64_t const chunk : {256, 768, 4096}) {
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

TEST(Pipeline, AtTheLatticeLimitEverythingIsComputed) {
  CountingSource source(600);
  Behaviour deep;
  deep.deep_row = 0;
  deep.deep_players = 16;
  auto const ran = run(source, deep, 2, 256);
  EXPECT_EQ(ran.text, numbers(600));
  EXPECT_EQ(ran.result.largest_players, 16);
}

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
