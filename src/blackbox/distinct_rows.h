/// Rows of a batch that are the same are sent to the predictor once.
#pragma once

#include <cstdint>
#include <vector>

namespace limpid {

/// Thread safety: one thread at a time. Buffers are reused.
class DistinctRows {
 public:
  /// Moves the distinct rows of `values` [n x M], in the order of their first occurrence, to its front and returns how
  /// many they are. Rows are the same when their bytes are.
  std::int64_t compact(double* values, std::int64_t rows, std::int32_t columns);
  /// Scores [rows x G] of all rows from those of the distinct ones.
  void spread(std::vector<double> const& distinct, std::int32_t outputs, std::vector<double>& scores) const;

  /// Bytes that it holds per row of a batch.
  static constexpr std::int64_t kBytesPerRow = 3 * sizeof(std::int64_t);

 private:
  std::vector<std::int64_t> place_;  ///< [n] index among the distinct rows
  std::vector<std::int64_t> table_;  ///< open addressing: index of a distinct row, or kEmpty
};

}  // namespace limpid
