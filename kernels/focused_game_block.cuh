/// What one block does for one pair of focused_game, step by step: included by focused_game_cuda.cu alone.
/// Every function runs on all threads of the block and ends at a barrier, or says why none is needed.
#pragma once

#include "kernels/focused_game.task.h"
#include "kernels/focused_game_memory.h"
#include "kernels/lattice_game_block.cuh"
#include "kernels/launch.cuh"

namespace limpid::focused {

/// A pair on a block. The arrays are the block's own, in global memory; weights and count in shared memory.
template <class Int, class Real>
struct PairBlock {
  LatticeGameArgs const& args;
  std::int64_t row;
  std::int64_t z;
  Memory<Int, Real> at;
  double* weights;      ///< [kRows x (kMostFocused + 1)]
  std::int32_t* count;  ///< [2] alive leaves, live players

  // One level:
  std::int32_t focused = 0;
  std::int32_t bits = 0;  ///< b, of the lattices
  std::int32_t rest = 0;
  std::int64_t size = 0;  ///< 2^b
  std::int64_t all = 0;   ///< G 2^b

  /// Calls visit(paths, leaf, A, B) for the cubes that meet() found, over the block's threads. No barrier.
  template <class Visit>
  __device__ void for_each_cube(Visit const& visit) const {
    for (std::int64_t i = threadIdx.x; i < count[0]; i += blockDim.x) {
      std::int64_t l = at.alive[i];
      if (l < args.short_paths.leaves) {
        auto const cube = lattice::cube_of(args.row_bytes[row * args.byte_stride + l],
                                           args.background_bytes[z * args.byte_stride + l]);
        visit(args.short_paths, l, std::uint64_t{cube.inside}, std::uint64_t{cube.outside});
      } else {
        l -= args.short_paths.leaves;
        auto const cube = lattice::cube_of(args.row_words[row * args.long_paths.leaves + l],
                                           args.background_words[z * args.long_paths.leaves + l]);
        visit(args.long_paths, l, cube.inside, cube.outside);
      }
    }
  }

  /// Finds the alive leaves, the live players and their order; returns V.
  __device__ std::int32_t meet() const {
    std::int64_t const players = args.players;
    for (std::int64_t i = threadIdx.x; i < players; i += blockDim.x) {
      at.keys[i] = 0;
      at.marks[i] = 0;
    }
    if (threadIdx.x < 2) count[threadIdx.x] = 0;
    lattice::zero_block(at.margin_keys, args.outputs * players);
    lattice::for_alive_bytes(args, row, z, [&](std::int64_t l, std::uint8_t, std::uint8_t) {
      at.alive[atomicAdd(&count[0], 1)] = static_cast<std::uint32_t>(l);
    });
    lattice::for_alive_words(args, row, z, [&](std::int64_t l, std::uint64_t, std::uint64_t) {
      at.alive[atomicAdd(&count[0], 1)] = static_cast<std::uint32_t>(args.short_paths.leaves + l);
    });
    __syncthreads();
    for_each_cube([&](PathsView const& paths, std::int64_t l, std::uint64_t inside, std::uint64_t outside) {
      add_keys(paths, l, inside, outside);
    });
    __syncthreads();
    for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players;
         p += static_cast<std::int32_t>(blockDim.x)) {
      if (at.marks[p] == 0) continue;
      std::int32_t before = 0;
      for (std::int32_t q = 0; q < args.players; ++q) {
        before += at.marks[q] != 0 && comes_before(at.keys, q, p) ? 1 : 0;
      }
      at.roles[p] = before;
      at.order[before] = p;
      atomicAdd(&count[1], 1);
    }
    __syncthreads();
    return count[1];
  }

  __device__ void add_keys(PathsView const& paths, std::int64_t l, std::uint64_t inside, std::uint64_t outside) const {
    auto const output = static_cast<std::int32_t>(paths.output[l]);
    double const scale = key_scale(args, output);
    auto const a = static_cast<std::int32_t>(__popcll(inside));
    auto const b = static_cast<std::int32_t>(__popcll(outside));
    std::uint64_t const key = weight_key(paths.fixed[l], scale);
    std::uint32_t const* players = paths.players + paths.player_begin[l];
    for (std::uint64_t members = inside | outside; members != 0; ++players, members >>= 1, inside >>= 1) {
      if ((members & 1) == 0) continue;
      bool const is_inside = (inside & 1) != 0;
      std::int64_t const own = margin_key(paths.fixed[l], scale, margin_share(a, b, is_inside));
      atomicOr(&at.marks[*players], 1u);
      lattice::add_atomically(&at.keys[*players], key);
      lattice::add_atomically(&at.margin_keys[std::int64_t{output} * args.players + *players],
                              static_cast<std::uint64_t>(own));
    }
  }

  /// values [G x P] of the live players at a level. REQUIRES: meet(), V > level.
  __device__ void play(std::int32_t live, std::int32_t level, double* values) {
    focused = level - 1;
    bits = focus_bits(level);
    rest = live - focused;
    size = std::int64_t{1} << bits;
    all = args.outputs * size;
    constexpr std::int32_t kSizes = kMostFocused + 1;
    for (auto i = static_cast<std::int32_t>(threadIdx.x); i < Weights::kRows * kSizes;
         i += static_cast<std::int32_t>(blockDim.x)) {
      if (i % kSizes <= bits) weights[i] = weight_of(i / kSizes, i % kSizes, bits, rest);
    }
    play_focus();
    for (std::int32_t j = 0; j < rest; ++j) play_rest(j);
    add_middles();
    fold_focus();
    finish(values);
  }

  [[nodiscard]] __device__ Real weight(std::int32_t row_of_weights, std::int64_t s) const {
    return static_cast<Real>(
        weights[row_of_weights * (kMostFocused + 1) + __popcll(static_cast<unsigned long long>(s))]);
  }
  [[nodiscard]] __device__ Real margin(Int fixed, std::int32_t g, double base) const {
    return lattice::margin_of<Real>(fixed, args.step[g], base);
  }

  /// The games of R all out and all in, and the middle: its margins, or probabilities under softmax.
  __device__ void play_focus() const {
    lattice::zero_block(at.base, kBaseLattices * all);
    for_each_cube([&](PathsView const& paths, std::int64_t l, std::uint64_t inside, std::uint64_t outside) {
      auto const cube = role_cube(inside, outside, paths.players + paths.player_begin[l], at.roles, focused);
      Int* const output = at.base + paths.output[l] * size;
      for_base_lattices<Int>(cube, paths.fixed[l],
                             [&](std::int32_t which, Int value) { scatter(cube, value, output + which * all); });
    });
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < kShared * all; i += blockDim.x)
      at.base[i] += at.base[kShared * all + i % all];
    __syncthreads();
    lattice::sum_over_subsets_block(std::int64_t{kShared} * args.outputs, bits, at.base);
    for (std::int64_t s = threadIdx.x; s < size; s += blockDim.x) {
      for (std::int32_t g = 0; g < args.outputs; ++g) {
        std::int64_t const i = g * size + s;
        at.none[i] = margin(at.base[kNone * all + i], g, args.base_margin[g]);
        at.whole[i] = margin(at.base[kAll * all + i], g, args.base_margin[g]);
        at.middle[i] = margin(at.base[kHalf * all + i], g, args.base_margin[g]);
        at.slope_none[i] = at.slope_all[i] = at.squares[i] = Real(0);
      }
      apply_link(args.link, args.outputs, at.none + s, size);
      apply_link(args.link, args.outputs, at.whole + s, size);
      if (args.link == Link::kSoftmax) apply_link(args.link, args.outputs, at.middle + s, size);
    }
    __syncthreads();
    for (std::int64_t g = threadIdx.x; g < args.outputs; g += blockDim.x) at.empty[g] = at.none[g * size];
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < all; i += blockDim.x) {
      at.none[i] -= at.empty[i / size];
      at.whole[i] -= at.empty[i / size];
    }
    // no barrier: play_rest has some before these are read
  }

  __device__ void scatter(RoleCube const& cube, Int value, Int* lattice_of_output) const {
    lattice::scatter_cube(cube.inside, cube.outside, value, [lattice_of_output](std::uint32_t s, Int term) {
      lattice::add_atomically(&lattice_of_output[s], term);
    });
  }

  /// Player j of R: what its ends add to its value, to the slopes, and its change of the margins in the middle.
  __device__ void play_rest(std::int32_t j) const {
    lattice::zero_block(at.own, kRestLattices * all);
    for_each_cube([&](PathsView const& paths, std::int64_t l, std::uint64_t inside, std::uint64_t outside) {
      std::uint32_t const* const players = paths.players + paths.player_begin[l];
      std::uint64_t const members = inside | outside;
      for (int q = 0; (members >> q) != 0; ++q) {  // at most one of them is j
        if ((members >> q & 1) == 0 || at.roles[players[q]] != focused + j) continue;
        auto const cube = role_cube(inside, outside, players, at.roles, focused);
        Int* const output = at.own + paths.output[l] * size;
        for_rest_lattices<Int>(cube, (inside >> q & 1) != 0, paths.fixed[l],
                               [&](std::int32_t which, Int value) { scatter(cube, value, output + which * all); });
        break;
      }
    });
    __syncthreads();
    lattice::sum_over_subsets_block(std::int64_t{kRestLattices} * args.outputs, bits, at.own);
    Real* const changes = at.changes + j * all;
    for (std::int64_t s = threadIdx.x; s < size; s += blockDim.x) add_player(s, changes);
    __syncthreads();
    halve(args.outputs, at.low);
    for (std::int64_t g = threadIdx.x; g < args.outputs; g += blockDim.x) {
      at.ends[j * args.outputs + g] = static_cast<double>(at.low[g * size]);
    }
    // no barrier: `low` is next written behind those of the next player's lattices, or of add_middles
  }

  /// Coalition s of the player whose lattices are in `own`; its part of the value goes to `low`.
  __device__ void add_player(std::int64_t s, Real* changes) const {
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      std::int64_t const i = g * size + s;
      at.low[i] = margin(at.base[kNone * all + i] + at.own[kLow * all + i], g, args.base_margin[g]);
      at.high[i] = margin(at.base[kAll * all + i] - at.own[kHigh * all + i], g, args.base_margin[g]);
      changes[i] = margin(at.own[kMiddle * all + i], g, 0.0);
    }
    apply_link(args.link, args.outputs, at.low + s, size);
    apply_link(args.link, args.outputs, at.high + s, size);
    if (args.link == Link::kSoftmax) {
      Real mean = 0;
      for (std::int64_t i = s; i < all; i += size) mean += at.middle[i] * changes[i];
      for (std::int64_t i = s; i < all; i += size) changes[i] = odds_change(changes[i], mean, at.middle[i]);
    }
    for (std::int64_t i = s; i < all; i += size) {
      Real const a = (at.low[i] - at.empty[i / size]) - at.none[i];
      Real const b = at.whole[i] - (at.high[i] - at.empty[i / size]);
      at.slope_none[i] += a;
      at.slope_all[i] += b;
      at.squares[i] += changes[i] * changes[i];
      at.low[i] = weight(Weights::kRestLow, s) * a + weight(Weights::kRestHigh, s) * b;
    }
  }

  /// sum_by_halving of segments [size] side by side. Begins at a barrier.
  __device__ void halve(std::int64_t segments, Real* entries) const {
    for (std::int64_t half = size / 2; half > 0; half /= 2) {
      for (std::int64_t i = threadIdx.x; i < segments * half; i += blockDim.x) {
        Real* const segment = entries + i / half * size;
        segment[i % half] += segment[i % half + half];
      }
      __syncthreads();
    }
  }

  /// Changes of the margins in the middle -> their parts of the values, at the first entry of each.
  __device__ void add_middles() const {
    for (std::int64_t i = threadIdx.x; i < all; i += blockDim.x) {
      Real const slope = args.link == Link::kSoftmax ? mean_odds_slope(at.middle[i], at.squares[i])
                                                     : mean_slope(args.link, at.middle[i], at.squares[i]);
      at.squares[i] = weight(Weights::kRestMiddle, i % size) * slope;
    }
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < rest * all; i += blockDim.x) at.changes[i] *= at.squares[i % all];
    __syncthreads();
    halve(std::int64_t{rest} * args.outputs, at.changes);
  }

  /// Sums of the focus players in `low`, at entry 2^i of each output, and the common part in `high`, at the first.
  __device__ void fold_focus() const {
    for (std::int64_t i = threadIdx.x; i < all; i += blockDim.x) {
      at.low[i] = weighted_entry(Weights::kMember, i);
      at.high[i] = weighted_entry(Weights::kCommon, i);
    }
    __syncthreads();
    halve(args.outputs, at.high);
    for (std::int64_t g = 0; g < args.outputs; ++g) lattice::member_sums_block(bits, at.low + g * size);
  }
  [[nodiscard]] __device__ Real weighted_entry(std::int32_t first, std::int64_t i) const {
    std::int64_t const s = i % size;
    return weighted(weight(first, s), at.none[i], weight(first + 1, s), at.slope_none[i], weight(first + 2, s),
                    at.whole[i], weight(first + 3, s), at.slope_all[i]);
  }

  /// An output a thread, players in their order.
  __device__ void finish(double* values) const {
    for (std::int64_t g = threadIdx.x; g < args.outputs; g += blockDim.x) {
      double* const of_output = values + g * args.players;
      std::int64_t const* const margin_keys = reinterpret_cast<std::int64_t const*>(at.margin_keys) + g * args.players;
      auto const common = static_cast<double>(at.high[g * size]);
      double sum = 0.0;
      double keys = 0.0;
      for (std::int32_t i = 0; i < focused; ++i) {
        double const value = static_cast<double>(at.low[g * size + (std::int64_t{1} << i)]) - common;
        of_output[at.order[i]] = value;
        sum += value;
      }
      for (std::int32_t j = 0; j < rest; ++j) {
        std::int32_t const p = at.order[focused + j];
        double const middle = static_cast<double>(at.changes[j * all + g * size]);
        of_output[p] = at.ends[j * args.outputs + g] + middle;
        sum += of_output[p];
        keys += size_of(margin_keys[p]);
      }
      double const lack = static_cast<double>(at.whole[(g + 1) * size - 1]) - sum;
      for (std::int32_t j = 0; j < rest; ++j) {
        std::int32_t const p = at.order[focused + j];
        of_output[p] += lack * share_of(margin_keys[p], keys, rest);
      }
    }
    __syncthreads();
  }
};

}  // namespace limpid::focused
