/// Predictions beside another program's for the same rows: a source that carries both, and their largest difference.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "explain/engine.h"
#include "io/number_columns.h"
#include "io/row_source.h"

namespace limpid {

/// The largest of one kind of difference and where it is.
struct Difference {
  double value = 0.0;
  std::int64_t row = -1;  ///< global row index; -1: no difference
  std::int32_t output = 0;
  double found = 0.0;
  double expected = 0.0;
};

struct Comparison {
  std::int64_t values = 0;
  std::int64_t equal = 0;  ///< to the last bit
  Difference absolute;
  Difference relative;  ///< to the larger of both magnitudes
  Difference scaled;    ///< absolute / max(1, |expected|): what a tolerance bounds
  Difference ulps;      ///< representable numbers from one to the other

  void merge(Comparison const& other) noexcept;  ///< in any order: of equal differences the first row wins
};

/// `expected`: [G x stride]. `float32`: both are float32 numbers, and so are the ulps.
[[nodiscard]] Comparison compare(Explanation const& chunk, double const* expected, std::int64_t stride,
                                 std::int64_t first_row, bool float32);

/// Representable numbers between two finite doubles, or between the float32 numbers nearest to them.
[[nodiscard]] double ulps_between(double a, double b, bool float32) noexcept;

/// Rows of `data`, each chunk followed by the columns asked for: chunk.values is [M + G x stride]. Both must have the
/// same number of rows: else next() throws Error data.rows at the end. Error data.value: a missing number.
[[nodiscard]] std::unique_ptr<RowSource> join_columns(std::unique_ptr<RowSource> data, NumberColumns columns,
                                                      std::string where);

}  // namespace limpid
