/// The alive leaves of a pair, found by warps and dealt to their lanes. Of 512 leaves some 7 % are alive, at random
/// places: a lane that handled the ones it found would wait for the luckiest of the 32. So a warp puts what it finds
/// into a queue in shared memory, and takes 32 at a time from there.
#pragma once

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_game_pieces.cuh"
#include "kernels/launch.cuh"

namespace limpid::lattice {

inline constexpr int kBytesPerLoad = 16;
inline constexpr int kLeavesPerStep = kLanes * kBytesPerLoad;
/// A warp's queue: what one step may find behind less than a warp that was left.
inline constexpr int kQueueEntries = kLeavesPerStep + kLanes;
inline constexpr std::size_t kQueueBytes = kQueueEntries * sizeof(std::uint32_t);

/// Bit i: leaf i of the next 16 is alive. Padding behind the leaves is not.
__device__ inline std::uint32_t alive_of_16(std::uint8_t const* row, std::uint8_t const* background) {
  auto const a = load_vector<uint4>(row);
  auto const b = load_vector<uint4>(background);
  std::uint32_t const both[4] = {a.x | b.x, a.y | b.y, a.z | b.z, a.w | b.w};
  std::uint32_t alive = 0;
  LIMPID_UNROLL
  for (int w = 0; w < 4; ++w) {
    // The highest bit of every byte that is 0xFF, gathered by one multiplication: bytes 0..3 to bits 0..3.
    std::uint32_t const highest = __vcmpeq4(both[w], 0xFFFFFFFFU) & 0x80808080U;
    alive |= ((highest >> 7U) * 0x10204080U >> 28U) << (4 * w);
  }
  return alive;
}

__device__ inline int lowest_bit(std::uint32_t bits) { return __ffs(static_cast<int>(bits)) - 1; }
__device__ inline int lowest_bit(std::uint64_t bits) { return __ffsll(static_cast<long long>(bits)) - 1; }

/// One warp's share of the leaves of a pair: steps `worker`, `worker` + `workers`, ... All lanes call every function.
struct AliveLeaves {
  LatticeGameArgs const& args;
  std::int64_t row;
  std::int64_t z;
  std::uint32_t* queue;  ///< [kQueueEntries] shared, of this warp
  int worker = 0;
  int workers = 1;
  int waiting = 0;  ///< in the queue

  /// Calls visit(paths, leaf, A, B) for every alive leaf, A and B in 32 bits for short paths and in 64 for long ones.
  /// A barrier of the warp lies before the first call, and one at the end.
  template <class Visit>
  __device__ void for_each(Visit const& visit) {
    std::int64_t const bytes = args.short_paths.leaves;
    std::uint8_t const* const a = args.row_bytes + row * args.byte_stride;
    std::uint8_t const* const b = args.background_bytes + z * args.byte_stride;
    for (std::int64_t first = std::int64_t{worker} * kLeavesPerStep; first < bytes;
         first += std::int64_t{workers} * kLeavesPerStep) {
      std::int64_t const l = first + lane_of_warp() * kBytesPerLoad;
      push(l < bytes ? alive_of_16(a + l, b + l) : 0, l);
      take(kLanes, visit);
    }
    std::int64_t const words = args.long_paths.leaves;
    for (std::int64_t first = std::int64_t{worker} * kLanes; first < words; first += std::int64_t{workers} * kLanes) {
      std::int64_t const l = first + lane_of_warp();
      bool const alive = l < words && is_alive(args.row_words[row * words + l], args.background_words[z * words + l]);
      push(alive ? 1U : 0U, bytes + l);
      take(kLanes, visit);
    }
    take(1, visit);
  }

 private:
  /// Leaves `first` + i of the bits i that are set.
  __device__ void push(std::uint32_t alive, std::int64_t first) {
    int const mine = __popc(alive);
    int end = mine;
    for (int distance = 1; distance < kLanes; distance *= 2) {
      int const before = __shfl_up_sync(kAllLanes, end, static_cast<unsigned>(distance));
      if (lane_of_warp() >= distance) end += before;
    }
    for (int to = waiting + end - mine; alive != 0; alive &= alive - 1) {
      queue[to++] = static_cast<std::uint32_t>(first + lowest_bit(alive));
    }
    waiting += __shfl_sync(kAllLanes, end, kLanes - 1);
    __syncwarp();
  }

  /// Visits 32 at a time while at least `least` wait.
  template <class Visit>
  __device__ void take(int least, Visit const& visit) {
    while (waiting >= least) {
      int const taken = waiting < kLanes ? waiting : kLanes;
      waiting -= taken;
      if (lane_of_warp() < taken) visit_leaf(queue[waiting + lane_of_warp()], visit);
    }
    __syncwarp();
  }

  template <class Visit>
  __device__ void visit_leaf(std::int64_t l, Visit const& visit) const {
    if (l < args.short_paths.leaves) {
      auto const cube =
          cube_of(args.row_bytes[row * args.byte_stride + l], args.background_bytes[z * args.byte_stride + l]);
      visit(args.short_paths, l, std::uint32_t{cube.inside}, std::uint32_t{cube.outside});
    } else {
      l -= args.short_paths.leaves;
      auto const cube = cube_of(args.row_words[row * args.long_paths.leaves + l],
                                args.background_words[z * args.long_paths.leaves + l]);
      visit(args.long_paths, l, cube.inside, cube.outside);
    }
  }
};

template <class Int>
__device__ inline void add_atomically(Int* entry, Int term) {
  if constexpr (sizeof(Int) == sizeof(unsigned long long)) {
    atomicAdd(reinterpret_cast<unsigned long long*>(entry), static_cast<unsigned long long>(term));
  } else {
    atomicAdd(entry, term);
  }
}

/// Adds the Moebius form of a leaf's cube to its output's lattice. `bits` [P]: 1 << lattice bit of a player.
template <class Int, class Bits>
__device__ void scatter_leaf(PathsView const& paths, std::int64_t l, Bits inside, Bits outside,
                             std::uint32_t const* bits, std::int32_t live, Int* integers) {
  std::uint32_t const* const players = paths.players + paths.player_begin[l];
  std::uint32_t in = 0;
  std::uint32_t out = 0;
  for (Bits rest = inside | outside; rest != 0; rest &= rest - 1) {
    int const q = lowest_bit(rest);
    ((inside >> q & 1) != 0 ? in : out) |= bits[players[q]];
  }
  auto const value = static_cast<Int>(paths.fixed[l]);
  Int* const output = integers + (static_cast<std::int64_t>(paths.output[l]) << live);
  std::uint32_t subset = 0;
  do {
    add_atomically(&output[in | subset], (__popc(subset) & 1) != 0 ? Int{0} - value : value);
    subset = (subset - out) & out;
  } while (subset != 0);
}

/// Sets the bit of every player that occurs in a cube of an alive leaf. `marks` [P / 32] shared, zeroed.
template <class Bits>
__device__ void mark_leaf(PathsView const& paths, std::int64_t l, Bits inside, Bits outside, std::uint32_t* marks) {
  std::uint32_t const* const players = paths.players + paths.player_begin[l];
  for (Bits rest = inside | outside; rest != 0; rest &= rest - 1) {
    std::uint32_t const p = players[lowest_bit(rest)];
    std::uint32_t const bit = 1U << (p % 32);
    if ((load_changing(&marks[p / 32]) & bit) == 0) atomicOr(&marks[p / 32], bit);  // most are marked already
  }
}

/// Lattice bits of the players marked in `marks` [P / 32], in order of player index, by one warp. `bits` [P]: 0 for
/// the others. No barrier. REQUIRES: at most 32 marked.
__device__ inline void number_marked(std::uint32_t const* marks, std::int32_t players, std::uint32_t* bits) {
  int before = 0;
  for (std::int32_t first = 0; first < players; first += kLanes) {
    std::uint32_t const word = marks[first / kLanes];
    std::int32_t const p = first + lane_of_warp();
    std::uint32_t const below = (1U << lane_of_warp()) - 1U;
    if (p < players) bits[p] = (word >> lane_of_warp() & 1U) != 0 ? 1U << (before + __popc(word & below)) : 0;
    before += __popc(word);
  }
}

}  // namespace limpid::lattice
