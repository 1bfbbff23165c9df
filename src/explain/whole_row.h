/// The game of a row over its whole background (`--link logit`) where its lattice would be too large: estimated from a
/// design's coalitions. Every coalition's probabilities are averaged over the background, then linked; the design, the
/// operator and the standard errors are those of any game of V players, V the players in which the row differs from any
/// background row.
#pragma once

#include <cstdint>
#include <vector>

#include "explain/engine_common.h"
#include "kernels/sampled_game.h"

namespace limpid {

/// lattice_args of one of the rows. `boxes`: what all patterns are of; nullptr: leaf paths.
[[nodiscard]] LatticeGameArgs row_lattice_args(CompiledModel const& model, Patterns const& rows, std::int64_t row,
                                               Patterns const& background, Boxes const* boxes = nullptr) noexcept;

/// The row and what it is held against.
struct WholeRow {
  CompiledModel const& model;
  Patterns const& rows;
  std::int64_t row;  ///< which of them
  LatticeBackground const& background;
  std::int64_t background_rows;
  BackgroundWeights const& weights;
};

/// Reused from row to row.
struct WholeRowScratch {
  Patterns background;
  std::vector<std::uint8_t> marks;     ///< [P]
  std::vector<double> counted;         ///< [2 G] of the count of players
  std::vector<std::uint32_t> players;  ///< [V]
  std::vector<double> chance;          ///< [G x (2 q + 2)]
  std::vector<double> against;         ///< [G x (2 q + 2)]
  std::vector<double> differences;     ///< [G x (q + 1)]
  std::vector<double> values;          ///< [G x V]
  std::vector<double> variances;       ///< [G x V]
  std::vector<double> doubts;          ///< [G x V]
  std::vector<double> checks;
};

/// Fills values and errors [G x P] of the row; 0 for players in which it differs from no background row. REQUIRES: V
/// >= 2.
void estimate_whole_row(WholeRow const& asked, Estimators& estimators, WholeRowScratch& scratch, double* values,
                        double* errors);

}  // namespace limpid
