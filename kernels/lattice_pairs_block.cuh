/// The interactions of one game by a block of whole warps: of pairs (row, background row) in lattice_pairs, of whole
/// rows in row_game.
#pragma once

#include "kernels/lattice_game_block.cuh"
#include "kernels/lattice_pairs.task.h"

namespace limpid::lattice {

/// Shared doubles beside a game.
struct PairScratch {
  double edges[kMostEdges];
  double singles[kMostLive];
};

/// The sums A of every pair of bits, side by side: fold_members_block leaves the entries of (high, low) at
/// [2^high + 2^low, 2^high + 2^(low + 1)); they are added level by level. Begins and ends at a barrier.
__device__ inline void fold_pairs_block(std::int32_t live, double* entries) {
  fold_members_block(live, entries);
  for (std::int32_t level = live - 3; level >= 0; --level) {
    std::int64_t const half = std::int64_t{1} << level;
    std::int32_t const bits = live - 1 - level;  // that are above the level
    for (std::int64_t i = threadIdx.x; i < bits * (bits - 1) / 2 * half; i += blockDim.x) {
      LivePair const pair = live_pair_at(static_cast<std::int32_t>(i >> level));
      double* const segment =
          entries + (std::int64_t{2} << (level + pair.high)) + (std::int64_t{2} << (level + pair.low));
      std::int64_t const at = i & (half - 1);
      segment[at] += segment[at + half];
    }
    __syncthreads();
  }
}

/// pair_weight of the size that is this lane's number.
__device__ inline double pair_weight_of_lane(std::int32_t live) {
  return lane_of_warp() <= live ? pair_weight(live, lane_of_warp()) : 0.0;
}

/// The interactions of a game [2^live], live >= 2, with `weight` = pair_weight_of_lane(): write(place, pair, value) for
/// every pair of bits, a place by one thread. entries [2^live] is scratch; the game is left alone, and may be one whose
/// entry 0 thread 0 has just written. Begins at a barrier, and so must what follows; fold_block does.
template <class Real, class Write>
__device__ void interactions_block(Real const* game, std::int32_t live, double weight, double* entries,
                                   PairScratch& small, Write const& write) {
  for (std::int32_t n = static_cast<std::int32_t>(threadIdx.x); n <= 2 * live; n += static_cast<int>(blockDim.x)) {
    small.edges[n] = edge_of(game, live, n);
  }
  std::int64_t const size = std::int64_t{1} << live;
  for (std::int64_t first = warp_of_block() * kLanes; first < size; first += blockDim.x) {
    std::int64_t const s = first + lane_of_warp();
    double const of_size = __shfl_sync(kAllLanes, weight, __popcll(static_cast<unsigned long long>(s)));
    if (s < size) entries[s] = static_cast<double>(game[s]) * of_size;
  }
  __syncthreads();
  fold_pairs_block(live, entries);
  auto const pair_of = [entries](std::int32_t low, std::int32_t high) { return entries[(1U << high) + (1U << low)]; };
  for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < live; i += static_cast<int>(blockDim.x)) {
    small.singles[i] = live > 2 ? single_part(small.edges, live, i, pair_of) : 0.0;
  }
  __syncthreads();
  double const common = common_part_of_pairs(small.edges, live, small.singles);
  for (std::int32_t place = static_cast<std::int32_t>(threadIdx.x); place < live * (live - 1) / 2;
       place += static_cast<int>(blockDim.x)) {
    LivePair const pair = live_pair_at(place);
    double const sum = pair_of(pair.low, pair.high);
    write(place, pair, finish_pair(small.edges, live, sum, small.singles[pair.low], small.singles[pair.high], common));
  }
}

}  // namespace limpid::lattice
