/// sampled_game: response Shapley values of the pairs (row, background row) whose lattice would be too large,
/// ARCHITECTURE.md 2.3. The pair's cubes are evaluated on a design's coalitions by bit tests, in integers; then the
/// link in double, the odd half d_p = (v(S_p) - v(S_p^c)) / 2, and the operator of as many players (apply_operator.h).
/// Pairs with as many players share design and operator; which of its players is which bit is an order of the
/// background row's own (player_order.h), so that the errors of a row's pairs are independent: their squares add up.
/// Integers up to the link, then double in one fixed order: same bits on every SIMD target.
#pragma once

#include <cstdint>

#include "kernels/apply_operator.h"
#include "kernels/lattice_game.h"

namespace limpid {

/// Where estimators come from: made when a number of players is first seen. Thread safety: one thread at a time.
class Estimators {
 public:
  virtual ~Estimators() = default;
  /// REQUIRES: players >= 2. The view lives as long as this object.
  [[nodiscard]] virtual EstimatorView of(std::int32_t players) = 0;
};

struct SampledGameArgs {
  /// Paths, patterns and pairs as of lattice_game, whose `largest` is read: rows with at most max_players have no such
  /// pair. Its `values` are not touched. Background blocks as there: after the first one everything goes on.
  LatticeGameArgs lattice;
  Estimators* estimators = nullptr;
  std::uint64_t order_seed = 0;       ///< of the orders of players
  double* sums = nullptr;             ///< [G x P x value_stride] out: sums of weight times the estimated pairs' values
  double* squares = nullptr;          ///< [G x P x value_stride] out: sums of the squares of weight times their errors
  double* doubts = nullptr;           ///< [G x P x value_stride] out: sums of weight^4 times their doubts
  std::int32_t* estimated = nullptr;  ///< [R] out: pairs of the row that were estimated
};

void sampled_game_cpu(SampledGameArgs const& args);

}  // namespace limpid
