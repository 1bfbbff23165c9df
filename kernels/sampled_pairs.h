/// The steps of sampled_game on a device, which its caller takes for as many pairs (row, background row) at a time as
/// memory allows: number_players, then per number of players V sample_pairs and apply_operator, then sum_pairs.
/// Integers up to the link, then double in one fixed order: the bits of sampled_game_cpu for the same operators.
#pragma once

#include <cstdint>

#include "kernels/lattice_game.h"

namespace limpid {

/// Pairs of some rows with some background rows: pair n = i * background_count + j is (rows[i], background_first + j).
struct PairSlice {
  std::int32_t const* rows = nullptr;  ///< [row_count]
  std::int64_t row_count = 0;
  std::int64_t background_first = 0;
  std::int64_t background_count = 0;

  [[nodiscard]] LIMPID_HD std::int64_t pairs() const noexcept { return row_count * background_count; }
  [[nodiscard]] LIMPID_HD std::int64_t row(std::int64_t n) const noexcept { return rows[n / background_count]; }
  [[nodiscard]] LIMPID_HD std::int64_t background(std::int64_t n) const noexcept {
    return background_first + n % background_count;
  }
};

/// Which players of each pair live, and the bits that they have in the order of the background row (player_order.h).
struct NumberPlayersArgs {
  LatticeGameArgs game;  ///< paths, patterns, players
  PairSlice slice;
  std::uint64_t order_seed = 0;
  std::int32_t* live = nullptr;  ///< [pairs] out: V
  std::int32_t* bits = nullptr;  ///< [pairs x P] out: a player's bit, or -1
};
void number_players_cuda(device::Exec const& exec, NumberPlayersArgs const& args);

/// A design in device memory.
struct DesignView {
  std::int32_t players = 0;                   ///< V
  std::int64_t pairs = 0;                     ///< q
  std::uint64_t const* coalitions = nullptr;  ///< [q], where V <= 64: player i is bit i
  /// [V x column_words], where V > 64: bit p % 32 of word p / 32 of player i's column says whether coalition p holds i.
  std::uint32_t const* columns = nullptr;
  std::int64_t column_words = 0;  ///< at least ceil((q + 1) / 32); bits from q on are 0
};

/// Evaluates the cubes of pairs with V live players on a design.
struct SamplePairsArgs {
  LatticeGameArgs game;
  PairSlice slice;
  DesignView design;
  std::int32_t const* bits = nullptr;  ///< [pairs of the slice x P] from number_players
  std::int32_t const* slot = nullptr;  ///< [count] the pairs, numbered in the slice
  std::int64_t count = 0;
  double* differences = nullptr;  ///< [count x G x (q + 1)] out: d_p, then Delta
  double* complements = nullptr;  ///< [count x G x (q + 1)] scratch: softmax only
};
void sample_pairs_cuda(device::Exec const& exec, SamplePairsArgs const& args);

/// Adds the estimated pairs of a slice to their rows' sums, background rows in order.
struct SumPairsArgs {
  LatticeGameArgs game;
  PairSlice slice;
  std::int32_t const* live = nullptr;  ///< [pairs] those with more than game.max_players are summed
  std::int32_t const* bits = nullptr;  ///< [pairs x P]
  double const* values = nullptr;      ///< [pairs x G x P] at a player's bit
  double const* variances = nullptr;   ///< [pairs x G x P]
  double const* doubts = nullptr;      ///< [pairs x G x P]
  double* sums = nullptr;              ///< [G x P x value_stride] in and out: of weight times value, at the row
  double* squares = nullptr;           ///< [G x P x value_stride] in and out: of weight^2 times variance
  double* doubt_sums = nullptr;        ///< [G x P x value_stride] in and out: of weight^4 times doubt
};
void sum_pairs_cuda(device::Exec const& exec, SumPairsArgs const& args);

}  // namespace limpid
