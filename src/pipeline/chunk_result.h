/// What the ordered stage of a run needs of a chunk, and what it adds up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "explain/engine.h"
#include "pipeline/additivity.h"

namespace limpid {

/// What the ordered stage needs of a chunk.
struct ChunkResult {
  std::string text;
  std::vector<double> summary;              ///< [blocks x N], N = G * P
  std::vector<double> errors;               ///< [blocks x N] sums of standard errors
  std::vector<double> values;               ///< [N x rows] of a chunk that is smaller than a block
  std::string interactions;                 ///< their text
  std::vector<double> interaction_summary;  ///< [blocks of kInteractionRows x G * T]
  std::size_t vectors = 0;                  ///< N
  std::int64_t rows = 0;
  std::int64_t over_limit = 0;  ///< rows with a pair of more live players than the limit
  std::int64_t first_over_limit = -1;
  std::int32_t largest_players = 0;
  std::int64_t estimated_rows = 0;
  std::int64_t estimated_pairs = 0;
  PairsByEstimator pairs_by{};
  std::vector<std::int64_t> over_target;  ///< indices of rows above the target error
  Additivity additivity;
};

/// Sums of |phi| over blocks of kSummaryRows rows, of chunks in order, block by block: chunks that are smaller than a
/// block continue it row by row, as `summarise` adds a whole one, so that no chunk size changes a bit.
class BlockSums {
 public:
  void add(ChunkResult const& chunk, std::vector<double>& sums) {
    if (chunk.values.empty()) return add_blocks(chunk.summary, chunk.vectors, sums);
    block_.resize(chunk.vectors, 0.0);
    auto const rows = static_cast<std::size_t>(chunk.rows);
    for (std::size_t n = 0; n < chunk.vectors; ++n) {
      for (std::size_t r = 0; r < rows; ++r) block_[n] += magnitude(chunk.values[n * rows + r]);
    }
    rows_ += chunk.rows;
    if (rows_ == kSummaryRows) flush(sums);
  }
  /// Ends a last block that is not full.
  void flush(std::vector<double>& sums) {
    if (rows_ == 0) return;
    add_blocks(block_, block_.size(), sums);
    block_.assign(block_.size(), 0.0);
    rows_ = 0;
  }

  /// summary [blocks x vectors]
  static void add_blocks(std::vector<double> const& summary, std::size_t vectors, std::vector<double>& sums) {
    sums.resize(vectors, 0.0);
    for (std::size_t i = 0; i < summary.size(); ++i) sums[i % vectors] += summary[i];
  }

 private:
  static double magnitude(double value) noexcept { return value < 0.0 ? -value : value; }

  std::vector<double> block_;
  std::int64_t rows_ = 0;
};

}  // namespace limpid
