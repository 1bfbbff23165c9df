/// CUDA's barriers, warp operations and integer atomics, by their own names. Floating-point atomics do not exist here:
/// their order is not fixed.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "tests/simt/block.h"

// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names are
// CUDA's.
using limpid_simt_site = limpid::simt::Site;

inline void __syncthreads(limpid_simt_site site = limpid_simt_site::here()) {
  static_cast<void>(limpid::simt::sync_block(limpid::simt::Vote::kNone, 0, site));
}
inline int __syncthreads_count(int predicate, limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::sync_block(limpid::simt::Vote::kCount, predicate, site);
}
inline int __syncthreads_and(int predicate, limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::sync_block(limpid::simt::Vote::kAnd, predicate, site);
}
inline int __syncthreads_or(int predicate, limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::sync_block(limpid::simt::Vote::kOr, predicate, site);
}
inline void __syncwarp(unsigned mask = 0xFFFFFFFFU, limpid_simt_site site = limpid_simt_site::here()) {
  static_cast<void>(limpid::simt::sync_warp({limpid::simt::WarpOperation::kSync, mask, 0, 0, 32, site}));
}

namespace limpid::simt {
template <class T>
std::uint64_t to_bits(T value) {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  __builtin_memcpy(&bits, &value, sizeof(T));
  return bits;
}
template <class T>
T shuffle(WarpOperation operation, unsigned mask, T value, int lane, int width, Site site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "CUDA shuffles words of 4 or 8 bytes");
  std::uint64_t const bits = sync_warp({operation, mask, to_bits(value), lane, width, site});
  T result;
  __builtin_memcpy(&result, &bits, sizeof(T));
  return result;
}
}  // namespace limpid::simt

template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32, limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::shuffle(limpid::simt::WarpOperation::kShuffle, mask, value, lane, width, site);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::shuffle(limpid::simt::WarpOperation::kShuffleUp, mask, value, static_cast<int>(delta), width,
                               site);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::shuffle(limpid::simt::WarpOperation::kShuffleDown, mask, value, static_cast<int>(delta), width,
                               site);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  limpid_simt_site site = limpid_simt_site::here()) {
  return limpid::simt::shuffle(limpid::simt::WarpOperation::kShuffleXor, mask, value, lane_mask, width, site);
}
inline unsigned __ballot_sync(unsigned mask, int predicate, limpid_simt_site site = limpid_simt_site::here()) {
  std::uint64_t const vote = predicate != 0 ? 1 : 0;
  return static_cast<unsigned>(
      limpid::simt::sync_warp({limpid::simt::WarpOperation::kBallot, mask, vote, 0, 32, site}));
}
inline int __any_sync(unsigned mask, int predicate, limpid_simt_site site = limpid_simt_site::here()) {
  std::uint64_t const vote = predicate != 0 ? 1 : 0;
  return static_cast<int>(limpid::simt::sync_warp({limpid::simt::WarpOperation::kAny, mask, vote, 0, 32, site}));
}
inline int __all_sync(unsigned mask, int predicate, limpid_simt_site site = limpid_simt_site::here()) {
  std::uint64_t const vote = predicate != 0 ? 1 : 0;
  return static_cast<int>(limpid::simt::sync_warp({limpid::simt::WarpOperation::kAll, mask, vote, 0, 32, site}));
}
template <class T>
unsigned __match_any_sync(unsigned mask, T value, limpid_simt_site site = limpid_simt_site::here()) {
  return static_cast<unsigned>(
      limpid::simt::sync_warp({limpid::simt::WarpOperation::kMatch, mask, limpid::simt::to_bits(value), 0, 32, site}));
}

inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

template <class T>
concept LimpidSimtAtomic =
    std::is_same_v<T, int> || std::is_same_v<T, unsigned> || std::is_same_v<T, unsigned long long>;

template <LimpidSimtAtomic T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
  return __atomic_fetch_add(address, value, __ATOMIC_RELAXED);
}
template <LimpidSimtAtomic T>
T atomicOr(T* address, std::type_identity_t<T> value) {
  return __atomic_fetch_or(address, value, __ATOMIC_RELAXED);
}
template <LimpidSimtAtomic T>
T atomicAnd(T* address, std::type_identity_t<T> value) {
  return __atomic_fetch_and(address, value, __ATOMIC_RELAXED);
}
template <LimpidSimtAtomic T>
T atomicExch(T* address, std::type_identity_t<T> value) {
  return __atomic_exchange_n(address, value, __ATOMIC_RELAXED);
}
template <LimpidSimtAtomic T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return expected;
}
template <LimpidSimtAtomic T>
T atomicMax(T* address, std::type_identity_t<T> value) {
  T old = __atomic_load_n(address, __ATOMIC_RELAXED);
  while (old < value && !__atomic_compare_exchange_n(address, &old, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return old;
}
template <LimpidSimtAtomic T>
T atomicMin(T* address, std::type_identity_t<T> value) {
  T old = __atomic_load_n(address, __ATOMIC_RELAXED);
  while (old > value && !__atomic_compare_exchange_n(address, &old, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return old;
}
// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
