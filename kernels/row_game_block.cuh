/// What one block does for one row of row_game, step by step: included by row_game_cuda.cu alone. Every function runs
/// on all threads of the block.
#pragma once

#include "kernels/lattice_pairs_block.cuh"
#include "kernels/row_game.task.h"

namespace limpid::row_game {

/// Row coalitions -> entries of a pair's lattice by two look-ups, of the low and of the high players.
inline constexpr std::int32_t kLowPlayers = 10;
inline constexpr std::int32_t kLowEntries = 1 << kLowPlayers;
inline constexpr std::int32_t kTableEntries = 2 * kLowEntries;  ///< for up to 20 players

/// A pair's integers and its p and 1 - p, [G x 2^bits] each; doubles first, so that all are aligned.
template <class Int>
struct PairLattice {
  double* chance;
  double* against;
  Int* integers;

  static LIMPID_HD std::size_t bytes(std::int32_t bits, std::int32_t outputs) {
    return (static_cast<std::size_t>(outputs) << bits) * (2 * sizeof(double) + sizeof(Int));
  }
  __device__ PairLattice(unsigned char* memory, std::int32_t bits, std::int32_t outputs) {
    std::int64_t const size = std::int64_t{outputs} << bits;
    chance = reinterpret_cast<double*>(memory);
    against = chance + size;
    integers = reinterpret_cast<Int*>(against + size);
  }
};

/// Bytes of a row's sums of p and 1 - p: doubles [2 G x 2^V].
inline LIMPID_HD std::size_t sum_bytes(std::int32_t live, std::int32_t outputs) {
  return (static_cast<std::size_t>(2 * outputs) << live) * sizeof(double);
}

/// The pair at hand, in shared memory.
struct Pair {
  std::int32_t bits;   ///< live players of the pair
  std::uint32_t live;  ///< which of the row's they are
};

/// Meets the pair: lattice bits of its players in `bits` [P], and `pair`. Ends at a barrier.
__device__ inline void meet_block(LatticeGameArgs const& args, std::int64_t row, std::int64_t z,
                                  std::uint32_t const* row_bits, std::uint32_t* bits, Pair* pair) {
  lattice::zero_block(bits, args.players);
  lattice::mark_live_block(args, row, z, bits);
  if (threadIdx.x == 0) {
    std::uint32_t live = 0;
    for (std::int32_t p = 0; p < args.players; ++p) live |= bits[p] != 0 ? row_bits[p] : 0;
    pair->bits = lattice::number_live(bits, args.players);
    pair->live = live;
  }
  __syncthreads();
}

/// table[i]: the entry of the row coalition i, and behind it, of i << kLowPlayers. Ends at a barrier.
__device__ inline void fill_table(std::int32_t row_players, std::uint32_t live, std::uint32_t* table) {
  std::int32_t const low = row_players < kLowPlayers ? 1 << row_players : kLowEntries;
  std::int32_t const high = row_players > kLowPlayers ? 1 << (row_players - kLowPlayers) : 1;
  for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < low + high;
       i += static_cast<std::int32_t>(blockDim.x)) {
    bool const is_low = i < low;
    auto const coalition = static_cast<std::uint32_t>(is_low ? i : (i - low) << kLowPlayers);
    table[is_low ? i : kLowEntries + i - low] = entry_of(coalition, live);
  }
  __syncthreads();
}

/// Adds the pair's w p and w (1 - p) to the row's sums [2 G x 2^V]; a thread's coalitions are always the same, so no
/// barrier is needed behind it.
template <class Int>
__device__ void add_pair(LatticeGameArgs const& args, std::int32_t row_players, PairLattice<Int> const& at,
                         std::int32_t bits, std::uint32_t const* table, double* sums) {
  std::int64_t const size = std::int64_t{1} << row_players;
  std::int64_t const pair_size = std::int64_t{1} << bits;
  for (std::int64_t s = threadIdx.x; s < size; s += blockDim.x) {
    std::uint32_t const entry = table[s & (kLowEntries - 1)] | table[kLowEntries + (s >> kLowPlayers)];
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      sums[g * size + s] += at.chance[g * pair_size + entry];
      sums[(args.outputs + g) * size + s] += at.against[g * pair_size + entry];
    }
  }
}

/// Sums of p and 1 - p -> v(S) - v(empty), in place of the sums of p.
__device__ inline void sums_to_games(std::int32_t outputs, std::int64_t size, double* sums) {
  for (std::int64_t i = threadIdx.x; i < outputs * size; i += blockDim.x) {
    sums[i] = log_odds(sums[i], sums[outputs * size + i]);
  }
  __syncthreads();
  for (std::int64_t i = threadIdx.x; i < outputs * size; i += blockDim.x) {
    if ((i & (size - 1)) != 0) sums[i] -= sums[i & ~(size - 1)];
  }
  __syncthreads();
  for (std::int64_t g = threadIdx.x; g < outputs; g += blockDim.x) sums[g * size] -= sums[g * size];
  // no barrier: entry 0 of output g is next read by thread 0, for g = 0 its writer, for the others behind
  // the barriers of the interactions and the fold
}

/// What a row's interactions take of shared memory.
struct RowPairs {
  lattice::PairScratch scratch;
  std::int32_t player[lattice::kMostLive];  ///< of each lattice bit of the row
};

/// Says which player each bit is. No barrier.
__device__ inline void set_players(std::int32_t players, std::uint32_t const* row_bits, RowPairs& pairs) {
  for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < players;
       p += static_cast<std::int32_t>(blockDim.x)) {
    if (row_bits[p] != 0) pairs.player[__popc(row_bits[p] - 1)] = p;
  }
}

/// Adds the interactions of one output's game to the row's, with `weight` = pair_weight_of_lane(). `entries` [2^V]:
/// scratch.
__device__ inline void add_interactions(LatticeGameArgs const& args, std::int64_t row, std::int32_t row_players,
                                        std::int32_t output, double const* game, double weight, double* entries,
                                        RowPairs& pairs) {
  double* const sums = args.interactions + output * pair_count(args.players) * args.value_stride + row;
  lattice::interactions_block(
      game, row_players, weight, entries, pairs.scratch, [&](std::int32_t, lattice::LivePair pair, double value) {
        std::int64_t const to = pair_index(args.players, pairs.player[pair.low], pairs.player[pair.high]);
        sums[to * args.value_stride] += value;
      });
}

/// Games of all outputs -> the row's values, and its interactions where they are wanted; `against` [G x 2^V] is
/// scratch.
__device__ inline void write_row(LatticeGameArgs const& args, std::int64_t row, std::int32_t row_players,
                                 std::uint32_t const* row_bits, double* games, double* against, RowPairs& pairs) {
  double const weight = lattice::weight_of_lane<double>(row_players);
  double const of_pairs = args.interactions != nullptr ? lattice::pair_weight_of_lane(row_players) : 0.0;
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    double* const game = games + (std::int64_t{g} << row_players);
    if (args.interactions != nullptr && row_players > 1) {
      add_interactions(args, row, row_players, g, game, of_pairs, against + (std::int64_t{g} << row_players), pairs);
    }
    double const whole = lattice::fold_block(row_players, weight, game);
    double const common =
        lattice::common_part(row_players, whole, [game](std::int32_t bit) { return game[std::int64_t{1} << bit]; });
    for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players;
         p += static_cast<std::int32_t>(blockDim.x)) {
      double const value = row_bits[p] == 0 ? 0.0 : game[row_bits[p]] - common;
      args.values[(std::int64_t{g} * args.players + p) * args.value_stride + row] = value;
    }
  }
  __syncthreads();
}

}  // namespace limpid::row_game
