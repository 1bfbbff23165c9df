/// A source and an engine of our own, for tests of the host driver.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid::pipeline_test {

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
  bool interactions = false;            ///< the one player's main effect
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
      out.seconds = {1.0, 2.0, 4.0};
      out.values.assign(rows.data, rows.data + rows.stride);
      out.predictions.resize(static_cast<std::size_t>(rows.stride));
      out.summary.assign(static_cast<std::size_t>((rows.rows + kSummaryRows - 1) / kSummaryRows), 0.0);
      for (std::int64_t r = 0; r < rows.rows; ++r) {
        auto const i = static_cast<std::size_t>(r);
        out.predictions[i] = 1.0 + rows.data[r];
        if (first + r == 700) out.values[i] += is_.wrong_by;
        out.summary[i / kSummaryRows] += std::abs(out.values[i]);
        if (is_.interactions) add_interaction(i, out);
        if (is_.deep_row >= 0) out.largest.push_back(first + r >= is_.deep_row ? is_.deep_players : 3);
      }
    }

   private:
    static void add_interaction(std::size_t row, Explanation& out) {
      out.interactions = out.values;
      out.interaction_summary.resize(row / kInteractionRows + 1, 0.0);
      out.interaction_summary.back() += std::abs(out.values[row]);
    }
    Behaviour is_;
  };
  Behaviour behaviour_;
  std::vector<double> expected_{1.0};
};

struct Ran {
  PipelineResult result;
  std::string text;
};

inline Ran run(CountingSource& source, Behaviour const& behaviour, int threads, std::int64_t chunk_rows,
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

inline std::string numbers(std::int64_t rows) {
  std::string out;
  for (std::int64_t r = 0; r < rows; ++r) out += std::to_string(r) + "\n";
  return out;
}

}  // namespace limpid::pipeline_test
