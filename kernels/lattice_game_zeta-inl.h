// The zeta transform of lattice_game on SIMD lanes, several players a pass. Sums are those of sum_over_subsets in
// lattice_game.task.h: integers, in any order. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_ZETA_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_ZETA_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_ZETA_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_ZETA_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/lattice_game.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Players of one pass: 2^players vectors are in registers.
inline constexpr std::int32_t kPassPlayers = HWY_TARGET == HWY_AVX3 ? 4 : 3;

template <class Int, std::size_t lanes, std::size_t bit>
struct ZetaStage {
  alignas(64) std::array<Int, lanes> partner;
  alignas(64) std::array<Int, lanes> has_bit;

  constexpr ZetaStage() : partner{}, has_bit{} {
    for (std::size_t i = 0; i < lanes; ++i) {
      partner[i] = static_cast<Int>(i & ~bit);
      has_bit[i] = (i & bit) != 0 ? static_cast<Int>(~Int{0}) : Int{0};
    }
  }
};

/// Lane i - bit for the lanes i that have the bit, 0 for the others.
template <std::size_t bit, class D, class V = hn::Vec<D>>
HWY_INLINE V lanes_without_bit(D d, V v) {
#if HWY_TARGET == HWY_SCALAR
  (void)d;
  return v;  // one lane: never called
#else
  constexpr std::size_t kBytes = bit * sizeof(hn::TFromD<D>);
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  if constexpr (kBytes == 4) {
    hn::RepartitionToWide<D> const wide;
    return hn::BitCast(d, hn::ShiftLeft<32>(hn::BitCast(wide, v)));
  } else if constexpr (kBytes == 8) {
    return hn::ShiftLeftBytes<8>(d, v);
  } else if constexpr (2 * bit == kLanes) {
    return hn::ConcatLowerLower(d, v, hn::Zero(d));
  } else {
    static constexpr ZetaStage<hn::TFromD<D>, kLanes, bit> kStage;
    auto const lower = hn::TableLookupLanes(v, hn::SetTableIndices(d, kStage.partner.data()));
    return hn::And(lower, hn::Load(d, kStage.has_bit.data()));
  }
#endif
}

/// The stages from `bit` on whose two entries lie in one vector.
template <std::size_t bit, class D, class V = hn::Vec<D>>
HWY_INLINE V sum_over_subsets_in_vector(D d, V v) {
  if constexpr (bit < hn::MaxLanes(D())) {
    return sum_over_subsets_in_vector<2 * bit>(d, hn::Add(v, lanes_without_bit<bit>(d, v)));
  }
  return v;
}

/// Zeta transform of v [vectors], vector by vector.
template <std::size_t vectors, std::size_t bit = 1, class V>
HWY_INLINE void sum_vectors_over_subsets(V* HWY_RESTRICT v) {
  if constexpr (bit < vectors) {
    for (std::size_t j = 0; j < vectors; ++j) {
      if ((j & bit) != 0) v[j] = hn::Add(v[j], v[j ^ bit]);
    }
    sum_vectors_over_subsets<vectors, 2 * bit>(v);
  }
}

/// One pass over `players` players, whose lowest bit is `bit`: lattice [2^players x bit]. With `in_vector` the players
/// of a vector's lanes too. REQUIRES: bit is a multiple of a vector.
template <std::int32_t players, bool in_vector, class Int>
HWY_INLINE void sum_over_subsets_pass(Int* HWY_RESTRICT lattice, std::size_t bit) {
  hn::ScalableTag<Int> const d;
  constexpr std::size_t kVectors = std::size_t{1} << players;
  for (std::size_t s = 0; s < bit; s += hn::Lanes(d)) {
    hn::Vec<decltype(d)> v[kVectors];
    for (std::size_t j = 0; j < kVectors; ++j) {
      v[j] = hn::Load(d, lattice + j * bit + s);
      if constexpr (in_vector) v[j] = sum_over_subsets_in_vector<1>(d, v[j]);
    }
    sum_vectors_over_subsets<kVectors>(v);
    for (std::size_t j = 0; j < kVectors; ++j) hn::Store(v[j], d, lattice + j * bit + s);
  }
}

/// sum_over_subsets_pass for a number of players that is not known before, at most kPassPlayers.
template <bool in_vector, class Int, std::int32_t players = kPassPlayers>
HWY_INLINE void sum_over_subsets_pass_of(std::int32_t count, Int* HWY_RESTRICT lattice, std::size_t bit) {
  if (count == players) return sum_over_subsets_pass<players, in_vector>(lattice, bit);
  if constexpr (players > 0) sum_over_subsets_pass_of<in_vector, Int, players - 1>(count, lattice, bit);
}

/// Zeta transform of lattice [2^V], 2^V >= lanes: the highest players last, so that what is below them is in the
/// nearest cache when their passes begin.
template <class Int>
void sum_over_subsets(Int* HWY_RESTRICT lattice, std::int32_t live) {
  constexpr auto kLanePlayers = static_cast<std::int32_t>(hwy::CeilLog2(hn::MaxLanes(hn::ScalableTag<Int>())));
  std::int32_t const outside = live - kLanePlayers;  // players who are no lanes
  if (outside <= kPassPlayers) {
    return sum_over_subsets_pass_of<true>(outside, lattice, std::size_t{1} << kLanePlayers);
  }
  std::int32_t const high = (outside - 1) % kPassPlayers + 1;
  std::int32_t const below = live - high;
  for (std::size_t j = 0; j < std::size_t{1} << high; ++j) sum_over_subsets(lattice + (j << below), below);
  sum_over_subsets_pass_of<false>(high, lattice, std::size_t{1} << below);
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
