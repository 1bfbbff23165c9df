/// Pieces of a lattice in the registers of a warp: zeta transform and halvings by registers and shuffles, without a
/// barrier. A piece has up to 2^10 entries, entry 32 k + lane in register k of a lane, so that loads from shared memory
/// meet no bank twice. Every addition of reals pairs the same entries as in lattice_game.task.h: same bits.
/// All lanes of the warp call every function.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/launch.cuh"

namespace limpid::lattice {

inline constexpr int kLanes = 32;
inline constexpr int kLaneBits = 5;
inline constexpr std::int32_t kPieceBits = 10;
inline constexpr std::int64_t kPieceEntries = std::int64_t{1} << kPieceBits;
inline constexpr unsigned kAllLanes = 0xFFFFFFFFU;

__device__ inline int lane_of_warp() { return static_cast<int>(threadIdx.x % kLanes); }
__device__ inline int warp_of_block() { return static_cast<int>(threadIdx.x / kLanes); }
__device__ inline int warps_of_block() { return static_cast<int>(blockDim.x / kLanes); }

/// Sum over the lanes by halving: lane i with i + 16, then i + 8, and so on; the same number in every lane.
template <class T>
__device__ __forceinline__ T sum_of_lanes(T value) {
  for (int half = kLanes / 2; half > 0; half /= 2) value += __shfl_xor_sync(kAllLanes, value, half);
  return value;
}

template <class T, int kRegisterBits>
struct Piece {
  static constexpr int kRegisters = 1 << kRegisterBits;
  T entry[kRegisters];

  /// Entries from `count` on are 0.
  __device__ __forceinline__ void load(T const* from, std::int64_t count) {
    LIMPID_UNROLL
    for (int k = 0; k < kRegisters; ++k) {
      int const i = kLanes * k + lane_of_warp();
      entry[k] = i < count ? from[i] : T{0};
    }
  }
  __device__ __forceinline__ void store(T* to, std::int64_t count) const {
    LIMPID_UNROLL
    for (int k = 0; k < kRegisters; ++k) {
      int const i = kLanes * k + lane_of_warp();
      if (i < count) to[i] = entry[k];
    }
  }

  /// The zeta transform of the lowest `bits` bits.
  __device__ __forceinline__ void sum_over_subsets(std::int32_t bits) {
    for (int bit = 0; bit < kLaneBits && bit < bits; ++bit) {
      bool const has_bit = (lane_of_warp() >> bit & 1) != 0;
      LIMPID_UNROLL
      for (int k = 0; k < kRegisters; ++k) {
        T const other = __shfl_xor_sync(kAllLanes, entry[k], 1 << bit);
        if (has_bit) entry[k] += other;
      }
    }
    LIMPID_UNROLL
    for (int b = 0; b < kRegisterBits; ++b) {
      if (kLaneBits + b >= bits) continue;
      LIMPID_UNROLL
      for (int k = 0; k < kRegisters; ++k) {
        if ((k >> b & 1) != 0) entry[k] += entry[k ^ (1 << b)];
      }
    }
  }

  /// fold_members of 2^bits entries, bits <= 5 + kRegisterBits: lane i gets the sum of bit i. Entries are destroyed.
  __device__ __forceinline__ T member_sums(std::int32_t bits) {
    T mine = 0;
    fold_registers<kRegisterBits - 1>(bits, mine);
    for (int b = bits < kLaneBits ? bits - 1 : kLaneBits - 1; b >= 0; --b) {
      T sum = entry[0];
      for (int half = 1 << b >> 1; half > 0; half /= 2) sum += __shfl_xor_sync(kAllLanes, sum, half);
      T const of_bit = __shfl_sync(kAllLanes, sum, 1 << b);
      if (lane_of_warp() == b) mine = of_bit;
      entry[0] += __shfl_xor_sync(kAllLanes, entry[0], 1 << b);
    }
    return mine;
  }

  /// sum_by_halving of all entries, in every lane. Entries are destroyed.
  __device__ __forceinline__ T sum() { return halve<0, kRegisters>(); }

 private:
  // Templates, not loops: an index that the compiler does not know would move the registers to memory.

  /// Of kCount registers from kFirst on.
  template <int kFirst, int kCount>
  __device__ __forceinline__ T halve() {
    if constexpr (kCount > 1) {
      LIMPID_UNROLL
      for (int k = 0; k < kCount / 2; ++k) entry[kFirst + k] += entry[kFirst + kCount / 2 + k];
      return halve<kFirst, kCount / 2>();
    } else {
      return sum_of_lanes(entry[kFirst]);
    }
  }

  /// The bits of registers from kBit down.
  template <int kBit>
  __device__ __forceinline__ void fold_registers(std::int32_t bits, T& mine) {
    if constexpr (kBit >= 0) {
      constexpr int kHalf = 1 << kBit;
      if (kLaneBits + kBit < bits) {
        LIMPID_UNROLL
        for (int k = 0; k < kHalf; ++k) entry[k] += entry[kHalf + k];
        T const of_bit = halve<kHalf, kHalf>();
        if (lane_of_warp() == kLaneBits + kBit) mine = of_bit;
      }
      fold_registers<kBit - 1>(bits, mine);
    }
  }
};

/// Calls work(piece) with one that holds `entries` <= 2^10 in as few registers as there are variants of.
template <class T, class Work>
__device__ __forceinline__ void with_piece(std::int64_t entries, Work const& work) {
  constexpr int kFew = 3;
  constexpr int kMost = kPieceBits - kLaneBits;
  if (entries <= kLanes) {
    Piece<T, 0> piece;
    work(piece);
  } else if (entries <= (kLanes << kFew)) {
    Piece<T, kFew> piece;
    work(piece);
  } else {
    Piece<T, kMost> piece;
    work(piece);
  }
}

}  // namespace limpid::lattice
