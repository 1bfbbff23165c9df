/// What one block does for one pair of lattice_game, step by step: included by lattice_game_cuda.cu alone.
/// Every function runs on all threads of the block and ends at a barrier, or says why none is needed.
#pragma once

#include "kernels/lattice_game.task.h"
#include "kernels/launch.cuh"

namespace limpid::lattice {

inline constexpr int kBytesPerLoad = 16;

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

/// The lattice of one block: G integer lattices, G games of reals, v(N) - v(empty) of the one at hand.
template <class Int, class Real>
struct Lattice {
  Int* integers;
  Real* game;
  Real* whole;

  static LIMPID_HD std::size_t bytes(std::int32_t live, std::int32_t outputs) {
    std::size_t const size = std::size_t{1} << live;
    auto const g = static_cast<std::size_t>(outputs);
    return size * g * (sizeof(Int) + sizeof(Real)) + sizeof(Real);
  }
  /// The wider type lies first, so that both are aligned.
  __device__ Lattice(unsigned char* memory, std::int32_t live, std::int32_t outputs) {
    std::int64_t const size = std::int64_t{1} << live;
    if constexpr (sizeof(Int) >= sizeof(Real)) {
      integers = reinterpret_cast<Int*>(memory);
      game = reinterpret_cast<Real*>(integers + outputs * size);
      whole = game + outputs * size;
    } else {
      game = reinterpret_cast<Real*>(memory);
      whole = game + outputs * size;
      integers = reinterpret_cast<Int*>(whole + 1);
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

/// Zeta transform of `lattices` lattices [2^live] side by side.
template <class Int>
__device__ void sum_over_subsets_block(std::int64_t lattices, std::int32_t live, Int* integers) {
  std::int64_t const pairs = (lattices << live) / 2;
  for (std::int32_t bit = 0; bit < live; ++bit) {
    for (std::int64_t i = threadIdx.x; i < pairs; i += blockDim.x) {  // i with a 1 inserted at `bit`
      std::int64_t const s =
          ((i >> bit) << (bit + 1)) | (std::int64_t{1} << bit) | (i & ((std::int64_t{1} << bit) - 1));
      integers[s] += integers[s ^ (std::int64_t{1} << bit)];
    }
    __syncthreads();
  }
}

/// Moebius scatter of the pair's alive leaves, then the sums over subsets.
template <class Int>
__device__ void fill_integers(LatticeGameArgs const& args, std::int64_t row, std::int64_t z, std::uint32_t const* bits,
                              std::int32_t live, Int* integers) {
  std::int64_t const size = std::int64_t{1} << live;
  zero_block(integers, args.outputs * size);
  auto const scatter = [&](PathsView const& paths, std::int64_t l, std::uint64_t inside, std::uint64_t outside) {
    std::uint32_t const* players = paths.players + paths.player_begin[l];
    Int* const output = integers + (static_cast<std::int64_t>(paths.output[l]) << live);
    scatter_cube(lattice_mask(inside, players, bits), lattice_mask(outside, players, bits),
                 static_cast<Int>(paths.fixed[l]),
                 [output](std::uint32_t s, Int term) { add_atomically(&output[s], term); });
  };
  for_alive_bytes(args, row, z, [&](std::int64_t l, std::uint8_t a, std::uint8_t b) {
    auto const cube = cube_of(a, b);
    scatter(args.short_paths, l, cube.inside, cube.outside);
  });
  for_alive_words(args, row, z, [&](std::int64_t l, std::uint64_t a, std::uint64_t b) {
    auto const cube = cube_of(a, b);
    scatter(args.long_paths, l, cube.inside, cube.outside);
  });
  __syncthreads();
  sum_over_subsets_block(args.outputs, live, integers);
}

/// Integers -> v(S) - v(empty).
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
  // barriers
}

/// fold_members with its halvings side by side: first the chain that folds the players away one by one, which leaves
/// the entries of bit i's sum at [2^i, 2^(i+1)), then all those sums level by level. Bit i's sum is entries[2^i].
/// Begins at a barrier.
template <class Real>
__device__ void fold_members_block(std::int32_t live, Real* entries) {
  std::int64_t const size = std::int64_t{1} << live;
  for (std::int64_t half = size / 2; half > 0; half /= 2) {
    for (std::int64_t i = threadIdx.x; i < half; i += blockDim.x) entries[i] += entries[i + half];
    __syncthreads();
  }
  for (std::int32_t level = live - 2; level >= 0; --level) {
    std::int64_t const half = std::int64_t{1} << level;
    std::int64_t const segments = live - 1 - level;  // bits level + 1 .. live - 1
    for (std::int64_t i = threadIdx.x; i < segments * half; i += blockDim.x) {
      Real* const segment = entries + (std::int64_t{2} << (level + i / half));
      segment[i % half] += segment[i % half + half];
    }
    __syncthreads();
  }
}

/// fold of one output: bit i's value is game[2^i] less the common part.
template <class Real>
__device__ void fold_block(std::int32_t live, Real* game, Real* whole) {
  std::int64_t const size = std::int64_t{1} << live;
  if (threadIdx.x == 0) *whole = game[size - 1];
  __syncthreads();
  for (std::int64_t s = threadIdx.x; s < size; s += blockDim.x) {
    auto const members = static_cast<std::int32_t>(__popcll(static_cast<unsigned long long>(s)));
    game[s] *= member_weight<Real>(live, members);
  }
  __syncthreads();
  fold_members_block(live, game);
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
  apply_link_block(args, live, at);
  std::int64_t const size = std::int64_t{1} << live;
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    Real* const game = at.game + g * size;
    fold_block(live, game, at.whole);
    double const common = common_part(live, static_cast<double>(*at.whole), [game](std::int32_t bit) {
      return static_cast<double>(game[std::int64_t{1} << bit]);
    });
    for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players;
         p += static_cast<std::int32_t>(blockDim.x)) {
      double const value = bits[p] == 0 ? 0.0 : static_cast<double>(game[bits[p]]) - common;
      pair_values[g * args.players + p] = value;
    }
    __syncthreads();
  }
}

}  // namespace limpid::lattice
