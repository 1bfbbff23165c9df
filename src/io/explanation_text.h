/// Explanations as text, by pure functions, so that workers format in parallel and one writer appends
/// (docs/contract.md, Files). Numbers are the shortest text that reads back to the same float32 (`float64`: double).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "explain/engine.h"

namespace limpid {

/// What every row's text shares.
struct OutputShape {
  std::vector<std::string> names;      ///< [P] of the players, in the output order (the data's column order)
  std::vector<std::int32_t> players;   ///< [P] player index of each
  std::vector<std::string> labels;     ///< [G] "label0", ... of the outputs that are written
  std::vector<double> expected_value;  ///< [G]
  std::vector<std::int32_t> outputs;   ///< [G] which of the explanation's outputs these are; empty: all
  bool several = false;                ///< the model has several outputs: JSON rows name them even when one is written
  bool predicted = false;              ///< of each row only the output with the largest prediction, the first of equals
  /// Pairs may be estimated: rows that have such pairs carry standard errors in JSON, all rows in CSV (0: exact).
  bool errors = false;
  std::string id_name;  ///< empty: no ids
  bool float64 = false;
};

/// The explanation's output at place g of those that are written.
[[nodiscard]] std::int64_t output_at(OutputShape const& shape, std::size_t g) noexcept;
/// Place of the output with the largest prediction, the first of equals.
[[nodiscard]] std::size_t predicted_output(OutputShape const& shape, Explanation const& chunk,
                                           std::int64_t row) noexcept;

[[nodiscard]] std::string csv_header(OutputShape const& shape, char delimiter = ',');
void append_csv(OutputShape const& shape, Explanation const& chunk, std::span<std::string const> ids, std::string& out);
void append_jsonl(OutputShape const& shape, Explanation const& chunk, std::int64_t first_row,
                  std::span<std::string const> ids, std::string& out);

}  // namespace limpid
