/// A design's coalitions in the registers of a thread, kLanes of them, and a pair's cubes in shared memory: included by
/// sampled_game_cuda.cu alone. Two forms: masks of up to 64 players, a test a coalition; and more players by columns,
/// a test of 32 coalitions at a time.
#pragma once

#include "kernels/launch.cuh"
#include "kernels/sampled_game.task.h"
#include "kernels/sampled_pairs.h"

namespace limpid::sampled {

inline constexpr int kLanes = 4;

/// A leaf of the pair: bits of its path that must be in the coalition, or out of it; the path's players; their bits.
struct PairLeaf {
  std::uint64_t inside;
  std::uint64_t outside;
  std::uint32_t const* players;
  std::int32_t const* bit_of;
  std::int64_t value;
};

/// V <= 64, or 32: x = (S ^ A) & (A | B) is 0 where the cube holds S, and A | B where it holds the complement.
template <class Mask, class Int>
struct MaskLanes {
  template <int kPlayers>
  struct Cube {
    Mask inside;
    Mask both;
    Int value;
  };

  Mask set[kLanes];
  Int sum[kLanes] = {};
  Int other[kLanes] = {};

  /// Lane k holds coalition first + k * blockDim.x; those from q on are empty.
  __device__ MaskLanes(DesignView const& design, std::int64_t first) {
    for (int k = 0; k < kLanes; ++k) {
      std::int64_t const p = first + std::int64_t{k} * blockDim.x;
      set[k] = p < design.pairs ? static_cast<Mask>(design.coalitions[p]) : Mask{0};
    }
  }

  template <class Cube>
  __device__ static void store(Cube& cube, PairLeaf const& leaf) {
    cube.inside = mask_of(leaf.inside, leaf);
    cube.both = cube.inside | mask_of(leaf.outside, leaf);
    cube.value = static_cast<Int>(leaf.value);
  }

  template <class Cube>
  __device__ void add(DesignView const& /*design*/, Cube const& cube) {
    Mask const inside = cube.inside;
    Mask const both = cube.both;
    Int const value = cube.value;
    for (int k = 0; k < kLanes; ++k) {
      Mask const apart = (set[k] ^ inside) & both;
      if (apart == 0) sum[k] += value;
      if (apart == both) other[k] += value;
    }
  }

 private:
  __device__ static Mask mask_of(std::uint64_t path_bits, PairLeaf const& leaf) {
    Mask mask = 0;
    for (int q = 0; path_bits != 0; ++q, path_bits >>= 1) {
      if ((path_bits & 1) != 0) mask |= Mask{1} << leaf.bit_of[leaf.players[q]];
    }
    return mask;
  }
};

/// Any V: the lanes of a warp hold 32 coalitions of one word of the columns, so that a literal (player, side) is one
/// word for all of them.
template <class Int>
struct ColumnLanes {
  template <int kPlayers>
  struct Cube {
    Int value;
    std::int32_t literals;
    std::uint32_t literal[kPlayers];  ///< bit of the player times 2, plus 1 where it must be in the coalition
  };

  std::int64_t word;  ///< of lane 0; the next lane's is blockDim.x / 32 further on
  Int sum[kLanes] = {};
  Int other[kLanes] = {};

  /// REQUIRES: blockDim.x a multiple of 32, as is `first` of the block's first thread.
  __device__ ColumnLanes(DesignView const& /*design*/, std::int64_t first) : word(first / 32) {}

  template <class Cube>
  __device__ static void store(Cube& cube, PairLeaf const& leaf) {
    cube.value = static_cast<Int>(leaf.value);
    std::int32_t count = 0;
    std::uint64_t rest = leaf.inside | leaf.outside;
    for (int q = 0; rest != 0; ++q, rest >>= 1) {
      if ((rest & 1) == 0) continue;
      auto const bit = static_cast<std::uint32_t>(leaf.bit_of[leaf.players[q]]);
      cube.literal[count++] = bit << 1 | static_cast<std::uint32_t>(leaf.inside >> q & 1);
    }
    cube.literals = count;
  }

  template <class Cube>
  __device__ void add(DesignView const& design, Cube const& cube) {
    unsigned const lane = threadIdx.x % 32;
    for (int k = 0; k < kLanes; ++k) {
      std::int64_t const at = word + k * (blockDim.x / 32);
      if (at >= design.column_words) break;
      std::uint32_t held = ~std::uint32_t{0};
      std::uint32_t mirrored = ~std::uint32_t{0};
      for (std::int32_t n = 0; n < cube.literals; ++n) {
        std::uint32_t const literal = cube.literal[n];
        std::uint32_t const column = design.columns[(literal >> 1) * design.column_words + at];
        std::uint32_t const agrees = (literal & 1) != 0 ? column : ~column;
        held &= agrees;
        mirrored &= ~agrees;
      }
      if ((held >> lane & 1) != 0) sum[k] += cube.value;
      if ((mirrored >> lane & 1) != 0) other[k] += cube.value;
    }
  }
};

}  // namespace limpid::sampled
