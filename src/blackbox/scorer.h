/// Rows to scores, through a predictor: the same row of a batch once, in calls of the size that suits it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "blackbox/distinct_rows.h"
#include "blackbox/predictor.h"

namespace limpid {

/// Thread safety: one thread at a time.
class Scorer {
 public:
  explicit Scorer(Predictor& predictor) : predictor_(predictor) {}

  /// Scores [n x G] of `values` [n x M], which is overwritten. `texts`: [M] of text columns, or empty.
  void score(double* values, std::int64_t rows, std::int32_t columns, std::span<std::vector<std::string> const> texts,
             std::function<void()> const& poll, std::vector<double>& scores);
  /// G. REQUIRES: rows were scored.
  [[nodiscard]] std::int32_t outputs() const noexcept { return predictor_.outputs(); }

 private:
  Predictor& predictor_;
  DistinctRows distinct_;
  std::vector<double> answer_;    ///< of one call
  std::vector<double> answered_;  ///< of all distinct rows
};

}  // namespace limpid
