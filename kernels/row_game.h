/// row_game: Shapley values, and where they are wanted interactions, of the game of a row over its whole background
/// with the logit after the mean (`link="logit"` of shap.KernelExplainer, ARCHITECTURE.md 2.2): v(S) = logit(sum_z w_z
/// p(x_S z) / sum_z w_z), p the sigmoid or softmax of the margin. Its players are those in which the row differs from
/// any background row, V of them.
///
/// p and 1 - p are summed side by side, each to its own precision, and logit = log(sum p / sum (1 - p)): no digit is
/// lost where p is near 1, and nothing is ever infinite. Integers up to the margin, then double in one fixed order:
/// same bits on every device.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/lattice_game.h"

namespace limpid {

struct RowGameArgs {
  /// As of lattice_game, and likewise in blocks; `largest` is V of the row's one game, and a row with more than
  /// max_players is counted, not computed: its values are 0, and it adds nothing to the interactions, to which the
  /// others are added with the last block. REQUIRES: link sigmoid or softmax.
  LatticeGameArgs lattice;
  /// What goes on from one block of the background to the next (on the CPU); nullptr: this block is all.
  double* sums = nullptr;           ///< [R x row_game_sums()]; count_only: [R x 2 G]
  std::uint8_t* players = nullptr;  ///< [R x P] 1: the row differs from a background row so far
};

/// Sums of one row: of p and of 1 - p, [2 G x 2^V], V at most the limit and the number of players.
[[nodiscard]] constexpr std::int64_t row_game_sums(std::int32_t players, std::int32_t outputs,
                                                   std::int32_t max_players) noexcept {
  return std::int64_t{2} * outputs << std::min(players, max_players);
}

void row_game_cpu(RowGameArgs const& args);
void row_game_cuda(device::Exec const& exec, RowGameArgs const& args);

}  // namespace limpid
