/// What one warp does for one pair of lattice_game with at most ten live players: no barrier of the block, so that many
/// pairs are under way on a multiprocessor. The lattice lies in shared memory for the scatter and the link, and in
/// registers for the zeta transform and the fold.
#pragma once

#include "kernels/lattice_game_alive.cuh"
#include "kernels/lattice_game_block.cuh"
#include "kernels/lattice_game_pieces.cuh"

namespace limpid::lattice {

/// Shared memory of a warp.
struct WarpMemory {
  std::uint32_t* bits;      ///< [P] 1 << lattice bit, 0 for players that are not live
  std::uint32_t* queue;     ///< [kQueueEntries]
  unsigned char* lattices;  ///< Lattice::bytes

  static LIMPID_HD std::size_t bits_bytes(std::int32_t players) {
    return (static_cast<std::size_t>(players) * sizeof(std::uint32_t) + 15) / 16 * 16;
  }
  __device__ WarpMemory(unsigned char* memory, std::int32_t players)
      : bits(reinterpret_cast<std::uint32_t*>(memory)),
        queue(reinterpret_cast<std::uint32_t*>(memory + bits_bytes(players))),
        lattices(memory + bits_bytes(players) + kQueueBytes) {}
};

/// Integers -> v(S) of every output; a lane links the entries that it holds in pieces.
template <class Int, class Real>
__device__ void link_warp(LatticeGameArgs const& args, std::int32_t live, Lattice<Int, Real> const& at) {
  std::int64_t const size = std::int64_t{1} << live;
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    with_piece<Int>(size, [&](auto& piece) {
      piece.load(at.integers + g * size, size);
      piece.sum_over_subsets(live);
      piece.store(at.integers + g * size, size);
    });
  }
  for (std::int64_t s = lane_of_warp(); s < size; s += kLanes) {
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      at.game[g * size + s] = margin_of<Real>(at.integers[g * size + s], args.step[g], args.base_margin[g]);
    }
    apply_link(args.link, args.outputs, at.game + s, size);
  }
}

/// The value of lattice bit i in lane i. `game` [2^V]: v(S); `weight`: member_weight of the lane's size.
template <class Real>
__device__ double fold_warp(std::int32_t live, Real weight, Real const* game) {
  std::int64_t const size = std::int64_t{1} << live;
  int const last_lane = static_cast<int>((size - 1) % kLanes);
  // Entry i is lane i's alone until the shuffles: no lane reads another's.
  Real const empty = __shfl_sync(kAllLanes, lane_of_warp() < size ? game[lane_of_warp()] : Real(0), 0);
  Real const last = lane_of_warp() == last_lane ? game[size - 1] - empty : Real(0);
  auto const whole = static_cast<double>(__shfl_sync(kAllLanes, last, last_lane));
  double mine = 0.0;
  with_piece<Real>(size, [&](auto& piece) {
    piece.load(game, size);
    LIMPID_UNROLL
    for (int k = 0; k < piece.kRegisters; ++k) {
      auto const members = __popc(static_cast<unsigned>(kLanes * k + lane_of_warp()));
      piece.entry[k] = (piece.entry[k] - empty) * __shfl_sync(kAllLanes, weight, members);
    }
    mine = static_cast<double>(piece.member_sums(live));
  });
  return mine - common_part(live, whole, [mine](std::int32_t bit) { return __shfl_sync(kAllLanes, mine, bit); });
}

/// values [G x P] of a pair. `marks` [P / 32]: its live players; `weights` [32] of V players. Ends at a barrier of the
/// warp.
template <class Int, class Real>
__device__ void play_pair_warp(LatticeGameArgs const& args, std::int64_t row, std::int64_t z, std::int32_t live,
                               std::uint32_t const* marks, Real const* weights, WarpMemory const& memory,
                               double* pair_values) {
  Lattice<Int, Real> const at(memory.lattices, live, args.outputs);
  number_marked(marks, args.players, memory.bits);
  for (std::int64_t i = lane_of_warp(); i < std::int64_t{args.outputs} << live; i += kLanes) at.integers[i] = 0;
  // no barrier: for_each has one before it calls
  AliveLeaves{args, row, z, memory.queue}.for_each(
      [&](PathsView const& paths, std::int64_t l, auto inside, auto outside) {
        scatter_leaf(paths, l, inside, outside, memory.bits, live, at.integers);
      });
  link_warp(args, live, at);
  Real const weight = weights[lane_of_warp()];
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    double const value = fold_warp(live, weight, at.game + (std::int64_t{g} << live));
    for (std::int32_t first = 0; first < args.players; first += kLanes) {
      std::int32_t const p = first + lane_of_warp();
      std::uint32_t const bit = p < args.players ? memory.bits[p] : 0;
      double const of_player = __shfl_sync(kAllLanes, value, bit != 0 ? lowest_bit(bit) : 0);
      if (p < args.players) pair_values[g * args.players + p] = bit != 0 ? of_player : 0.0;
    }
  }
  __syncwarp();  // the next pair's lattice
}

}  // namespace limpid::lattice
