/// Weights of rows that a column of their file holds.
#pragma once

#include <string>
#include <vector>

#include "io/row_source.h"

namespace limpid {

/// [rows] of a column of numbers, by name or 0-based index: finite, none negative, not all 0, with a finite sum. Throws
/// Error data.columns, data.value; usage.background for standard input, which is read once, and for a feature of the
/// model.
[[nodiscard]] std::vector<double> read_row_weights(ReadOptions const& options, std::string const& column,
                                                   Ensemble const& ensemble);

/// Rows of weight 0 count nothing: neither rows nor weights have them afterwards.
void leave_out_rows_without_weight(RowChunk& rows, std::vector<double>& weights);

}  // namespace limpid
