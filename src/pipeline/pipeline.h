/// The host driver: read -> bin, explain -> format -> write for chunks of rows, by a pool of threads.
///
/// Every thread takes a chunk through all stages: it reads the next one (one thread at a time), explains it on a free
/// worker of the engine (a CPU thread's own, or one of a few GPU streams), formats it, and hands the text to the
/// ordered stage, which whoever holds the next chunk runs. One thread therefore reads, explains and writes in turn.
/// Rows keep their order; memory is bounded by the chunks in flight; results do not depend on the number of threads
/// or on the chunk size, because chunks start at multiples of kSummaryRows rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/engine.h"
#include "io/row_source.h"
#include "pipeline/additivity.h"
#include "pipeline/stop.h"

namespace limpid {

inline constexpr std::int32_t kMaxExactPlayers = 20;  ///< the largest --max-exact-players

inline constexpr std::size_t kNamedRows = 10;  ///< of those that a message or document names

struct PipelineStages {
  RowSource* source = nullptr;
  Engine const* engine = nullptr;
  /// Appends the text of a chunk. Called by several threads at the same time.
  std::function<void(RowChunk const&, Explanation const&, std::string&)> format;
  std::function<void(std::string_view)> write;  ///< in order, one call at a time
  /// The same for interactions; empty: there are none.
  std::function<void(RowChunk const&, Explanation const&, std::string&)> format_interactions;
  std::function<void(std::string_view)> write_interactions;
  std::function<void(std::int64_t)> progress;  ///< rows explained so far, one call at a time; may be empty
};

struct PipelineOptions {
  int threads = 1;
  int engine_workers = 1;  ///< workers of the engine: `threads` on the CPU, streams on a GPU
  /// REQUIRES: a positive multiple of kSummaryRows, or a part of it and a multiple of kInteractionRows.
  std::int64_t chunk_rows = 0;
  std::int32_t max_exact_players = 16;
  bool estimates = false;                ///< pairs above it are estimated, not refused
  bool interactions = false;             ///< for messages: of what there are no exact values
  std::string players_are = "features";  ///< for messages
  std::string differ_from = "a background row";
  AdditivityRule additivity;  ///< empty: explanations without values, nothing is checked
};

/// Seconds in each stage, summed over threads. `wait` is time without work: for the reader, a worker or room.
struct StageSeconds {
  double read = 0.0;
  double explain = 0.0;
  double format = 0.0;
  double write = 0.0;
  double wait = 0.0;
  PartSeconds parts{};  ///< of `explain`; what is left of it are the values
  StageSeconds& operator+=(StageSeconds const& other) noexcept;
};

struct PipelineResult {
  std::int64_t rows = 0;
  std::vector<double> sums;          ///< [G x P] sums of |phi|, block by block in order
  std::int32_t largest_players = 0;  ///< lattice: the most live players V of any pair; else 0
  std::int64_t estimated_rows = 0;   ///< with pairs that were estimated
  std::int64_t estimated_pairs = 0;
  PairsByEstimator pairs_by{};                  ///< of a mean of models: of all members together
  std::int64_t over_target_rows = 0;            ///< whose errors stayed above --target-error
  std::vector<std::int64_t> first_over_target;  ///< the first kNamedRows of them
  std::vector<double> error_sums;        ///< [G x P] sums of the standard errors, block by block in order; empty: none
  std::vector<double> interaction_sums;  ///< [G x T] sums of magnitudes, block by block in order; empty: none
  Additivity additivity;
  StageSeconds seconds;
};

/// What a row's interactions take.
struct InteractionBytes {
  std::int64_t values = 0;  ///< while it is explained
  std::int64_t text = 0;
};
/// Makes chunks smaller, down to kInteractionRows, and then threads fewer, until the interactions in flight take at
/// most 1 GiB. Throws Error usage.interactions where those of one chunk alone take more than 4 GiB.
void bound_interactions(InteractionBytes const& per_row, PipelineOptions& options);

/// Rows per chunk when none are asked for: enough rows to share each leaf, few enough for progress and a small memory.
[[nodiscard]] std::int64_t default_chunk_rows(Question const& question, CompiledModel const& model, bool gpu) noexcept;
/// The next multiple of kSummaryRows.
[[nodiscard]] std::int64_t round_chunk_rows(std::int64_t rows) noexcept;

/// Explains all rows of the source. Throws what any stage throws (once), Interrupted when `stop` is requested, and
/// Error usage.players, after all rows were counted, when pairs have more live players than the lattice's limit.
[[nodiscard]] PipelineResult run_pipeline(PipelineStages const& stages, PipelineOptions const& options,
                                          StopFlag const& stop);

}  // namespace limpid
