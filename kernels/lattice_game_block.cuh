/// What one block of whole warps does for one pair, step by step; lattice_game, row_game and focused_game are made of
/// it. Every function runs on all threads of the block and ends at a barrier, or says why none is needed.
#pragma once

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_game_alive.cuh"
#include "kernels/lattice_game_pieces.cuh"
#include "kernels/launch.cuh"

namespace limpid::lattice {

/// Calls visit(leaf, row pattern, background pattern) for the alive leaves of a pair, leaves over the block's threads.
template <class Visit>
__device__ inline void for_alive_bytes(LatticeGameArgs const& args, std::int64_t row, std::int64_t z,
                                       Visit const& visit) {
  std::uint8_t const* a = args.row_bytes + row * args.byte_stride;
  std::uint8_t const* b = args.background_bytes + z * args.byte_stride;
  for (std::int64_t l = std::int64_t{threadIdx.x} * kBytesPerLoad; l < args.short_paths.leaves;
       l += std::int64_t{blockDim.x} * kBytesPerLoad) {
    auto const av = load_vector<uint4>(a + l);
    auto const bv = load_vector<uint4>(b + l);
    std::uint32_t const aw[4] = {av.x, av.y, av.z, av.w};
    std::uint32_t const bw[4] = {bv.x, bv.y, bv.z, bv.w};
    for (int w = 0; w < 4; ++w) {
      std::uint32_t alive = __vcmpeq4(aw[w] | bw[w], 0xFFFFFFFFu);
      for (int i = 0; alive != 0; ++i, alive >>= 8) {
        if ((alive & 1u) == 0) continue;
        visit(l + 4 * w + i, static_cast<std::uint8_t>(aw[w] >> (8 * i)), static_cast<std::uint8_t>(bw[w] >> (8 * i)));
      }
    }
  }
}

template <class Visit>
__device__ inline void for_alive_words(LatticeGameArgs const& args, std::int64_t row, std::int64_t z,
                                       Visit const& visit) {
  std::int64_t const leaves = args.long_paths.leaves;
  for (std::int64_t l = threadIdx.x; l < leaves; l += blockDim.x) {
    std::uint64_t const a = args.row_words[row * leaves + l];
    std::uint64_t const b = args.background_words[z * leaves + l];
    if (is_alive(a, b)) visit(l, a, b);
  }
}

/// Sets marks[p] of every player that occurs in a cube of an alive leaf. marks [P] shared, zeroed.
__device__ inline void mark_live_block(LatticeGameArgs const& args, std::int64_t row, std::int64_t z,
                                       std::uint32_t* marks) {
  auto const mark = [marks](PathsView const& paths, std::int64_t l, std::uint64_t bits) {
    for (std::uint32_t p = paths.player_begin[l]; bits != 0; ++p, bits >>= 1) {
      if ((bits & 1) != 0) atomicOr(&marks[paths.players[p]], 1u);
    }
  };
  for_alive_bytes(args, row, z, [&](std::int64_t l, std::uint8_t a, std::uint8_t b) {
    auto const cube = cube_of(a, b);
    mark(args.short_paths, l, static_cast<std::uint8_t>(cube.inside | cube.outside));
  });
  for_alive_words(args, row, z, [&](std::int64_t l, std::uint64_t a, std::uint64_t b) {
    auto const cube = cube_of(a, b);
    mark(args.long_paths, l, cube.inside | cube.outside);
  });
  __syncthreads();
}

/// Zeroes `count` entries over the block's threads.
template <class T>
__device__ void zero_block(T* data, std::int64_t count) {
  for (std::int64_t i = threadIdx.x; i < count; i += blockDim.x) data[i] = T{0};
  __syncthreads();
}

/// The lattice of one pair: G integer lattices and G games of reals, which take the integers' place where both are of
/// one size (every entry is read and written by the thread that links it).
template <class Int, class Real>
struct Lattice {
  static constexpr bool kInPlace = sizeof(Int) == sizeof(Real);
  Int* integers;
  Real* game;

  static LIMPID_HD std::size_t bytes(std::int32_t live, std::int32_t outputs) {
    std::size_t const entries = static_cast<std::size_t>(outputs) << live;
    return entries * (kInPlace ? sizeof(Int) : sizeof(Int) + sizeof(Real));
  }
  /// The wider type lies first, so that both are aligned.
  __device__ Lattice(unsigned char* memory, std::int32_t live, std::int32_t outputs) {
    std::int64_t const entries = std::int64_t{outputs} << live;
    if constexpr (kInPlace || sizeof(Int) > sizeof(Real)) {
      integers = reinterpret_cast<Int*>(memory);
      game = reinterpret_cast<Real*>(kInPlace ? integers : integers + entries);
    } else {
      game = reinterpret_cast<Real*>(memory);
      integers = reinterpret_cast<Int*>(game + entries);
    }
  }
};

/// The zeta transform of the bits [bit, bit + stages), stages <= 3, of `entries` entries. No barrier.
template <class Int>
__device__ void sum_over_high_bits(std::int64_t entries, std::int32_t bit, std::int32_t stages, Int* integers) {
  constexpr int kColumn = 8;
  std::int64_t const below = (std::int64_t{1} << bit) - 1;
  for (std::int64_t i = threadIdx.x; i < entries >> stages; i += blockDim.x) {
    Int* const at = integers + (((i & ~below) << stages) | (i & below));
    Int column[kColumn] = {};
    LIMPID_UNROLL
    for (int j = 0; j < kColumn; ++j) {
      if (j < 1 << stages) column[j] = at[std::int64_t{j} << bit];
    }
    LIMPID_UNROLL
    for (int b = 1; b < kColumn; b *= 2) {  // beyond the column: zeros
      LIMPID_UNROLL
      for (int j = 0; j < kColumn; ++j) {
        if ((j & b) != 0) column[j] += column[j ^ b];
      }
    }
    LIMPID_UNROLL
    for (int j = 0; j < kColumn; ++j) {
      if (j < 1 << stages) at[std::int64_t{j} << bit] = column[j];
    }
  }
}

/// Zeta transform of `lattices` lattices [2^live] side by side: ten bits by the warps, piece by piece, then three at a
/// time. Begins at a barrier. Ends at none: entry i is then this thread's when i is its number modulo the threads,
/// whose count divides 2^10; so is every column of entries that lie multiples of 2^10 apart, and a round needs no
/// barrier before the next.
template <class Int>
__device__ void sum_over_subsets_block(std::int64_t lattices, std::int32_t live, Int* integers) {
  std::int64_t const entries = lattices << live;
  for (std::int64_t first = warp_of_block() * kPieceEntries; first < entries;
       first += warps_of_block() * kPieceEntries) {
    std::int64_t const count = entries - first < kPieceEntries ? entries - first : kPieceEntries;
    with_piece<Int>(count, [&](auto& piece) {
      piece.load(integers + first, count);
      piece.sum_over_subsets(live);
      piece.store(integers + first, count);
    });
  }
  __syncthreads();
  constexpr std::int32_t kStages = 3;
  for (std::int32_t bit = kPieceBits; bit < live; bit += kStages) {
    sum_over_high_bits(entries, bit, live - bit < kStages ? live - bit : kStages, integers);
  }
}

/// Moebius scatter of the pair's alive leaves, then the sums over subsets.
template <class Int>
__device__ void fill_integers(LatticeGameArgs const& args, std::int64_t row, std::int64_t z, std::uint32_t const* bits,
                              std::int32_t live, Int* integers) {
  zero_block(integers, std::int64_t{args.outputs} << live);
  for_alive_bytes(args, row, z, [&](std::int64_t l, std::uint8_t a, std::uint8_t b) {
    auto const cube = cube_of(a, b);
    scatter_leaf(args.short_paths, l, std::uint32_t{cube.inside}, std::uint32_t{cube.outside}, bits, live, integers);
  });
  for_alive_words(args, row, z, [&](std::int64_t l, std::uint64_t a, std::uint64_t b) {
    auto const cube = cube_of(a, b);
    scatter_leaf(args.long_paths, l, cube.inside, cube.outside, bits, live, integers);
  });
  __syncthreads();
  sum_over_subsets_block(args.outputs, live, integers);
}

/// Integers -> v(S) - v(empty). REQUIRES: live > 0.
template <class Int, class Real>
__device__ void apply_link_block(LatticeGameArgs const& args, std::int32_t live, Lattice<Int, Real> const& at) {
  std::int64_t const size = std::int64_t{1} << live;
  for (std::int64_t s = threadIdx.x; s < size; s += blockDim.x) {
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      at.game[g * size + s] = margin_of<Real>(at.integers[g * size + s], args.step[g], args.base_margin[g]);
    }
    apply_link(args.link, args.outputs, at.game + s, size);
  }
  __syncthreads();
  for (std::int64_t i = threadIdx.x; i < args.outputs * size; i += blockDim.x) {
    if ((i & (size - 1)) != 0) at.game[i] -= at.game[i & ~(size - 1)];
  }
  __syncthreads();
  for (std::int64_t g = threadIdx.x; g < args.outputs; g += blockDim.x) at.game[g * size] -= at.game[g * size];
  // no barrier: entry 0 of output g is next read by thread 0, for g = 0 its writer, for the others behind fold's
  // barriers; v(N) is another entry, for there is a live player
}

/// The halvings of fold_members that leave 2^bits entries or more of every sum. Begins and ends at a barrier.
template <class Real>
__device__ void halve_members_block(std::int32_t live, std::int32_t bits, Real* entries) {
  for (std::int32_t bit = live - 1; bit >= bits; --bit) {
    std::int64_t const half = std::int64_t{1} << bit;
    for (std::int64_t i = threadIdx.x; i < half; i += blockDim.x) entries[i] += entries[i + half];
    __syncthreads();
  }
  for (std::int32_t level = live - 2; level >= bits; --level) {
    std::int64_t const half = std::int64_t{1} << level;
    std::int64_t const segments = live - 1 - level;  // bits level + 1 .. live - 1
    for (std::int64_t i = threadIdx.x; i < segments * half; i += blockDim.x) {
      Real* const segment = entries + (std::int64_t{2} << (level + (i >> level)));
      std::int64_t const at = i & (half - 1);
      segment[at] += segment[at + half];
    }
    __syncthreads();
  }
}

/// fold_members with its halvings side by side: first the chain that folds the players away one by one, which leaves
/// the entries of bit i's sum at [2^i, 2^(i+1)), then all those sums level by level. Bit i's sum is entries[2^i].
/// Begins at a barrier. For those who need what the levels leave behind; member_sums_block has fewer barriers.
template <class Real>
__device__ void fold_members_block(std::int32_t live, Real* entries) {
  halve_members_block(live, 0, entries);
}

/// fold_members: bit i's sum is entries[2^i]. The halvings of more than 2^10 entries are side by side, first the chain
/// that folds the players away one by one, which leaves the entries of bit i's sum at [2^i, 2^(i+1)), then all those
/// sums level by level; what is left, a piece for each of them and one for the lowest ten players, is the warps'.
/// Begins at a barrier.
template <class Real>
__device__ void member_sums_block(std::int32_t live, Real* entries) {
  halve_members_block(live, kPieceBits, entries);
  for (std::int32_t piece = warp_of_block(); piece <= live - kPieceBits; piece += warps_of_block()) {
    if (piece == 0) continue;  // the lowest players', below
    Real* const of_bit = entries + (kPieceEntries << (piece - 1));
    Piece<Real, kPieceBits - kLaneBits> segment;
    segment.load(of_bit, kPieceEntries);
    Real const sum = segment.sum();
    if (lane_of_warp() == 0) of_bit[0] = sum;  // entry 0 was this lane's
  }
  if (warp_of_block() == 0) {
    std::int32_t const bits = live < kPieceBits ? live : kPieceBits;
    with_piece<Real>(std::int64_t{1} << bits, [&](auto& lowest) {
      lowest.load(entries, std::int64_t{1} << bits);
      __syncwarp();  // sums overwrite other lanes' entries
      Real const sum = lowest.member_sums(bits);
      if (lane_of_warp() < bits) entries[std::int64_t{1} << lane_of_warp()] = sum;
    });
  }
  __syncthreads();
}

/// member_weight of the size that is this lane's number.
template <class Real>
__device__ Real weight_of_lane(std::int32_t live) {
  return lane_of_warp() <= live ? member_weight<Real>(live, lane_of_warp()) : Real(0);
}

/// fold of one output: bit i's value is game[2^i] less the common part; returns v(N) - v(empty). `weight`: of the
/// lane, as weight_of_lane() has it. Begins at a barrier.
template <class Real>
__device__ double fold_block(std::int32_t live, Real weight, Real* game) {
  std::int64_t const size = std::int64_t{1} << live;
  auto const whole = static_cast<double>(game[size - 1]);
  __syncthreads();
  for (std::int64_t first = warp_of_block() * kLanes; first < size; first += blockDim.x) {
    std::int64_t const s = first + lane_of_warp();
    Real const of_size = __shfl_sync(kAllLanes, weight, __popcll(static_cast<unsigned long long>(s)));
    if (s < size) game[s] *= of_size;
  }
  __syncthreads();
  member_sums_block(live, game);
  return whole;
}

/// A game -> values of its output, [P]; the game is destroyed. `weight`: weight_of_lane(). Begins at a barrier; ends
/// without one.
template <class Real>
__device__ void write_values_block(LatticeGameArgs const& args, std::int32_t live, std::uint32_t const* bits,
                                   Real weight, Real* game, double* values) {
  double const whole = fold_block(live, weight, game);
  double const common =
      common_part(live, whole, [game](std::int32_t bit) { return static_cast<double>(game[std::int64_t{1} << bit]); });
  for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players;
       p += static_cast<std::int32_t>(blockDim.x)) {
    values[p] = bits[p] == 0 ? 0.0 : static_cast<double>(game[bits[p]]) - common;
  }
}

/// Integers -> values of the pair, [G x P]. `weight`: weight_of_lane(). REQUIRES: live > 0.
template <class Int, class Real>
__device__ void finish_game(LatticeGameArgs const& args, std::int32_t live, std::uint32_t const* bits, Real weight,
                            Lattice<Int, Real> const& at, double* pair_values) {
  apply_link_block(args, live, at);
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    write_values_block(args, live, bits, weight, at.game + (std::int64_t{g} << live), pair_values + g * args.players);
  }
  __syncthreads();
}

template <class Int, class Real>
__device__ void play_pair(LatticeGameArgs const& args, std::int64_t row, std::int64_t z, std::int32_t live,
                          std::uint32_t* bits, unsigned char* memory, double* pair_values) {
  zero_block(bits, args.players);
  mark_live_block(args, row, z, bits);
  if (threadIdx.x == 0) number_live(bits, args.players);
  // no barrier: zero_block of fill_integers is one
  Lattice<Int, Real> const at(memory, live, args.outputs);
  fill_integers(args, row, z, bits, live, at.integers);
  finish_game(args, live, bits, weight_of_lane<Real>(live), at, pair_values);
}

}  // namespace limpid::lattice
