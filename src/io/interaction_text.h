/// Interactions as files (docs/contract.md, Interactions), by pure functions, so that workers format in parallel.
/// Players and outputs as in explanation_text.h; a matrix is symmetric, with main effects on its diagonal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "explain/engine.h"
#include "io/explanation_text.h"

namespace limpid {

/// A line per row: `"interaction_values"`, [P x P] per written output; with `top` > 0 the `"pairs"` of different
/// players with the largest magnitudes, of equals the first in order of players.
void append_interactions_jsonl(OutputShape const& shape, std::int64_t top, Explanation const& chunk,
                               std::int64_t first_row, std::span<std::string const> ids, std::string& out);

/// The rows' part of an array [rows x P x P], or [rows x G x P x P] of a model with several outputs: float32, or with
/// shape.float64 double.
void append_interactions_npy(OutputShape const& shape, Explanation const& chunk, std::string& out);
/// The header of such an array: the same size for any number of rows, so that it can be written again at the end.
[[nodiscard]] std::string npy_header(OutputShape const& shape, std::int64_t rows);

/// interactions.json: mean magnitudes over all rows. `mean_abs`: [G x T], pairs of players in output order.
[[nodiscard]] std::string interactions_json(OutputShape const& shape, std::span<double const> mean_abs);

/// [T] where each pair of players in output order (pair_index) is among the pairs of the explanation.
[[nodiscard]] std::vector<std::int64_t> pairs_in_output_order(OutputShape const& shape);

}  // namespace limpid
