#include "pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "limpid/error.h"
#include "pipeline/chunk_result.h"
#include "pipeline/engine_workers.h"
#include "pipeline/ordered_slots.h"
#include "pipeline/over_limit.h"
#include "pipeline/threads.h"

namespace limpid {
namespace {

class Stopwatch {
 public:
  /// Adds the seconds since the last lap to `total`.
  void lap(double& total) noexcept {
    auto const now = std::chrono::steady_clock::now();
    total += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

void add(PartSeconds const& more, PartSeconds& sum) noexcept {
  sum.bin += more.bin;
  sum.predict += more.predict;
  sum.summarise += more.summarise;
}

/// One run: what its threads share.
class Run {
 public:
  Run(PipelineStages const& stages, PipelineOptions const& options, StopFlag const& stop)
      : stages_(stages),
        options_(options),
        stop_(stop),
        workers_(*stages.engine, options.engine_workers),
        slots_(slot_count(options.threads), [this](ChunkResult& chunk) { consume(chunk); }) {}

  PipelineResult operator()() {
    run_threads(
        options_.threads, [this] { work(); }, [this] { fail(); });
    throw_if_requested(stop_);
    if (over_limit_ > 0) throw_over_limit();
    block_sums_.flush(result_.sums);
    return std::move(result_);
  }

 private:
  // One thread needs one; several get room for chunks that wait behind a slow one.
  static std::size_t slot_count(int threads) { return static_cast<std::size_t>(threads == 1 ? 1 : 2 * threads); }

  /// Ends a chunk's work when the run has failed or is to stop; the first error is kept, this one is not.
  void check_on() const {
    throw_if_requested(stop_);
    if (failed_) throw Interrupted(0);
  }

  /// `rows` more were explained.
  void advance(std::int64_t rows) {
    if (!stages_.progress) return;
    std::lock_guard const lock(progress_mutex_);
    explained_ += rows;
    stages_.progress(explained_);
  }

  void work() {
    RowChunk chunk;
    Explanation explanation;
    StageSeconds seconds;
    while (!stop_.requested()) {
      Stopwatch watch;
      ChunkResult* const slot = slots_.acquire();
      watch.lap(seconds.wait);
      if (slot == nullptr) break;
      auto const sequence = read(chunk, watch, seconds);
      if (sequence < 0) {
        slots_.release(slot);
        break;
      }
      explain(chunk, explanation, watch, seconds);
      fill(chunk, explanation, *slot);
      watch.lap(seconds.format);
      slots_.put(sequence, slot);
      watch.lap(seconds.write);
    }
    if (stop_.requested()) slots_.stop();
    std::lock_guard const lock(seconds_mutex_);
    result_.seconds += seconds;
  }

  /// The chunk's sequence number, or -1 at the end.
  std::int64_t read(RowChunk& chunk, Stopwatch& watch, StageSeconds& seconds) {
    std::lock_guard const lock(read_mutex_);
    watch.lap(seconds.wait);
    if (at_end_ || failed_) return -1;
    at_end_ = true;  // stays so when the source throws: nobody reads from it after that
    at_end_ = !stages_.source->next(options_.chunk_rows, chunk);
    watch.lap(seconds.read);
    return at_end_ ? -1 : sequence_++;
  }

  void explain(RowChunk const& chunk, Explanation& out, Stopwatch& watch, StageSeconds& seconds) {
    EngineWorkers::Lease const worker = workers_.borrow();
    watch.lap(seconds.wait);
    std::int64_t told = 0;
    worker->poll = [&](std::int64_t rows) {
      check_on();
      advance(rows - std::exchange(told, rows));
    };
    worker->explain({chunk.values.data(), chunk.stride, chunk.rows, chunk.texts.empty() ? nullptr : &chunk.texts},
                    count_only_, out);
    advance(chunk.rows - told);
    watch.lap(seconds.explain);
    add(out.seconds, seconds.parts);
  }

  void fill(RowChunk const& chunk, Explanation const& explanation, ChunkResult& out) {
    out.text.clear();
    out.summary.clear();
    out.rows = chunk.rows;
    out.over_limit = 0;
    out.largest_players = 0;
    out.additivity = {};
    for (std::size_t r = 0; r < explanation.largest.size(); ++r) {
      auto const players = explanation.largest[r];
      out.largest_players = std::max(out.largest_players, players);
      if (players <= options_.max_exact_players || options_.estimates) continue;
      if (out.over_limit++ == 0) out.first_over_limit = chunk.first_row + static_cast<std::int64_t>(r);
    }
    if (out.over_limit > 0) count_only_ = true;
    if (count_only_) return;  // the run has failed: what is left is to count
    out.summary = explanation.summary;
    out.vectors = static_cast<std::size_t>(explanation.outputs) * static_cast<std::size_t>(explanation.players);
    fill_estimates(chunk.first_row, explanation, out);
    fill_interactions(chunk, explanation, out);
    if (!options_.additivity.base.empty()) {
      out.additivity = check_additivity(options_.additivity, explanation, chunk.first_row);
    }
    stages_.format(chunk, explanation, out.text);
  }

  void fill_interactions(RowChunk const& chunk, Explanation const& explanation, ChunkResult& out) const {
    out.values.clear();
    out.interactions.clear();
    out.interaction_summary = explanation.interaction_summary;
    if (options_.chunk_rows % kSummaryRows != 0) {
      for (std::size_t n = 0; n < out.vectors; ++n) {
        auto const begin = explanation.values.begin() + static_cast<std::int64_t>(n) * explanation.stride;
        out.values.insert(out.values.end(), begin, begin + chunk.rows);
      }
    }
    if (stages_.format_interactions) stages_.format_interactions(chunk, explanation, out.interactions);
  }

  static void fill_estimates(std::int64_t first_row, Explanation const& explanation, ChunkResult& out) {
    out.estimated_rows = 0;
    out.estimated_pairs = 0;
    out.errors = explanation.error_summary;
    for (auto const pairs : explanation.estimated) {
      out.estimated_rows += pairs > 0 ? 1 : 0;
      out.estimated_pairs += pairs;
    }
    out.pairs_by = explanation.pairs_by;
    out.over_target.clear();
    for (std::size_t r = 0; r < explanation.over_target.size(); ++r) {
      if (explanation.over_target[r] != 0) out.over_target.push_back(first_row + static_cast<std::int64_t>(r));
    }
  }

  /// The ordered stage.
  void consume(ChunkResult const& chunk) {
    result_.rows += chunk.rows;
    result_.largest_players = std::max(result_.largest_players, chunk.largest_players);
    if (over_limit_ == 0) first_over_limit_ = chunk.first_over_limit;
    over_limit_ += chunk.over_limit;
    if (!count_only_) {
      block_sums_.add(chunk, result_.sums);
      if (!chunk.errors.empty()) BlockSums::add_blocks(chunk.errors, chunk.vectors, result_.error_sums);
      add_interactions(chunk);
      result_.estimated_rows += chunk.estimated_rows;
      result_.estimated_pairs += chunk.estimated_pairs;
      add_counts(chunk);
      result_.additivity.merge(chunk.additivity);
      stages_.write(chunk.text);
    }
  }

  void add_interactions(ChunkResult const& chunk) {
    if (!stages_.write_interactions) return;
    if (chunk.rows > 0) {
      auto const blocks = static_cast<std::size_t>((chunk.rows + kInteractionRows - 1) / kInteractionRows);
      auto const& summary = chunk.interaction_summary;
      BlockSums::add_blocks(summary, summary.size() / blocks, result_.interaction_sums);
    }
    stages_.write_interactions(chunk.interactions);
  }

  void add_counts(ChunkResult const& chunk) {
    for (std::size_t k = 0; k < kEstimatorKinds; ++k) result_.pairs_by[k] += chunk.pairs_by[k];
    result_.over_target_rows += static_cast<std::int64_t>(chunk.over_target.size());
    for (auto const row : chunk.over_target) {
      if (result_.first_over_target.size() == kNamedRows) break;
      result_.first_over_target.push_back(row);
    }
  }

  void fail() {
    failed_ = true;
    slots_.stop();
  }

  [[noreturn]] void throw_over_limit() const {
    OverLimit const found{over_limit_, first_over_limit_, result_.rows, result_.largest_players};
    limpid::throw_over_limit(found, options_);
  }

  PipelineStages const& stages_;
  PipelineOptions const& options_;
  StopFlag const& stop_;
  EngineWorkers workers_;
  OrderedSlots<ChunkResult> slots_;
  std::mutex read_mutex_;
  std::int64_t sequence_ = 0;  // guarded by read_mutex_
  bool at_end_ = false;        // guarded by read_mutex_
  std::atomic<bool> failed_{false};
  std::atomic<bool> count_only_{false};  // a row exceeds the lattice's limit: the others are only counted
  std::mutex progress_mutex_;
  std::int64_t explained_ = 0;  // guarded by progress_mutex_
  std::mutex seconds_mutex_;
  PipelineResult result_;  // by the ordered stage; seconds: guarded by seconds_mutex_
  BlockSums block_sums_;   // by the ordered stage
  std::int64_t over_limit_ = 0;
  std::int64_t first_over_limit_ = -1;
};

}  // namespace

StageSeconds& StageSeconds::operator+=(StageSeconds const& other) noexcept {
  read += other.read;
  explain += other.explain;
  format += other.format;
  write += other.write;
  wait += other.wait;
  add(other.parts, parts);
  return *this;
}

PipelineResult run_pipeline(PipelineStages const& stages, PipelineOptions const& options, StopFlag const& stop) {
  return Run(stages, options, stop)();
}

}  // namespace limpid
