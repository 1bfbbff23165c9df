/// sampled_row: sums of p and of 1 - p over the background at the coalitions of a design, for the game of a whole row
/// (row_game.h) whose lattice would be too large. Each background row's cubes are evaluated by bit tests, in integers,
/// then the sigmoid or softmax in double, times w_z, added in order of z: same bits on every SIMD target.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/lattice_game.h"
#include "kernels/sampled_game.h"

namespace limpid {

struct SampledRowArgs {
  /// Paths and patterns as of lattice_game, of one row; background blocks as there. Its outputs are not touched.
  /// REQUIRES: link sigmoid or softmax.
  LatticeGameArgs lattice;
  /// [V] the row's players in increasing order: player i is bit i of the design's coalitions.
  std::span<std::uint32_t const> players;
  EstimatorView design;       ///< coalitions [q] of V players
  double* chance = nullptr;   ///< [G x entries()] out: sums of w p
  double* against = nullptr;  ///< [G x entries()] out: and of w (1 - p)

  /// The q coalitions, their complements, the empty and the full one.
  [[nodiscard]] std::int64_t entries() const noexcept { return 2 * design.pairs + 2; }
};

/// The first block starts the sums, later ones go on.
void sampled_row_cpu(SampledRowArgs const& args);

}  // namespace limpid
