// The inner loop of sum_leaf_tables for one SIMD target: the look-ups of one leaf for a group of rows.
//
// N: bits of the pattern; K: players. Counted for AVX-512, N = K = 5, per leaf and 64 rows, in a group of 128 rows:
// per test 2 broadcasts and an offset shared by two vectors, then add, compare, masked subtract: 4.5, five tests 23;
// pattern to indices 8; per player a pointer, two table registers and a loop shared, then 4 x (copy of the table
// register that the permute overwrites, permute, add from memory, store): 19, five players 95; together about 125
// and 15 of loop over leaves; g++ 12 makes 165 (27, 8, 107, 22). A 512-bit store takes two clocks on Zen 4: 20 stores
// are 40 clocks, the lower bound.
#if defined(LIMPID_SUM_LEAF_TABLES_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_SUM_LEAF_TABLES_SIMD_INL_H_
#undef LIMPID_SUM_LEAF_TABLES_SIMD_INL_H_
#else
#define LIMPID_SUM_LEAF_TABLES_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/sum_leaf_tables_plan.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_AVX3

/// Entry idx of a table of 2^N floats in registers t.
template <int N>
HWY_INLINE __m512 LookUp(__m512 const* t, __m512i idx) {
  if constexpr (N <= 4) {
    return _mm512_permutexvar_ps(idx, t[0]);
  } else if constexpr (N == 5) {
    return _mm512_permutex2var_ps(t[0], idx, t[1]);
  } else {
    __mmask16 const upper = _mm512_test_epi32_mask(idx, _mm512_set1_epi32(1 << (N - 1)));
    return _mm512_mask_blend_ps(upper, LookUp<N - 1>(t, idx), LookUp<N - 1>(t + (1 << (N - 5)), idx));
  }
}

/// One leaf of N bits and K players for 64 * Steps rows. `sums` [K]: where the players' sums are.
template <int N, int Steps>
HWY_INLINE void AddLeaf(PlanTest const* test, PlanTest const* end, float* const* sums, int players, float const* table,
                        std::uint8_t const* bins) {
  constexpr int kVectors = 4 * Steps;
  __m512i pattern[Steps];
  for (auto& p : pattern) p = _mm512_set1_epi8(static_cast<char>((1 << N) - 1));
  if (end - test == N) {  // one test per bit: each bit is subtracted at most once
    for (int q = 0; q < N; ++q) {
      __m512i const minus_lo = _mm512_set1_epi8(static_cast<char>(test[q].minus_lo));
      __m512i const width = _mm512_set1_epi8(static_cast<char>(test[q].width));
      __m512i const bit = _mm512_set1_epi8(static_cast<char>(1 << q));
      for (int s = 0; s < Steps; ++s) {
        __m512i const distance = _mm512_add_epi8(minus_lo, _mm512_load_si512(bins + test[q].bins + 64 * s));
        __mmask64 const fail = _mm512_cmpgt_epu8_mask(distance, width);
        pattern[s] = _mm512_mask_sub_epi8(pattern[s], fail, pattern[s], bit);
      }
    }
  } else {
    for (; test != end; ++test) {
      for (int s = 0; s < Steps; ++s) {
        __m512i const distance = _mm512_add_epi8(_mm512_set1_epi8(static_cast<char>(test->minus_lo)),
                                                 _mm512_load_si512(bins + test->bins + 64 * s));
        __mmask64 const fail = _mm512_cmpgt_epu8_mask(distance, _mm512_set1_epi8(static_cast<char>(test->width)));
        __m512i const cleared = _mm512_maskz_set1_epi8(fail, static_cast<char>(test->bit));
        pattern[s] = _mm512_andnot_si512(cleared, pattern[s]);
      }
    }
  }
  __m512i idx[kVectors];
  for (int s = 0; s < Steps; ++s) {
    idx[4 * s] = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(pattern[s]));
    idx[4 * s + 1] = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(pattern[s], 1));
    idx[4 * s + 2] = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(pattern[s], 2));
    idx[4 * s + 3] = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(pattern[s], 3));
  }
  constexpr int kRegisters = N <= 4 ? 1 : 1 << (N - 4);
  for (int q = 0; q < players; ++q, table += 1 << N) {
    __m512 t[kRegisters];
    if constexpr (N < 4) {
      t[0] = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << (1 << N)) - 1u), table);
    } else {
      for (int i = 0; i < kRegisters; ++i) t[i] = _mm512_loadu_ps(table + 16 * i);
    }
    float* const sum = sums[q];
    for (int v = 0; v < kVectors; ++v) {
      _mm512_store_ps(sum + 16 * v, _mm512_add_ps(_mm512_load_ps(sum + 16 * v), LookUp<N>(t, idx[v])));
    }
  }
}

#else

/// Entries idx of a table of 2^N floats. (On other targets the hardware's gather, or its emulation, serves.)
template <int N, class D, class V>
HWY_INLINE hn::Vec<D> LookUp(D d, float const* table, V idx) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr ((1 << N) == HWY_LANES(float)) {
    return hn::TableLookupLanes(hn::LoadU(d, table), hn::IndicesFromVec(d, idx));
  } else if constexpr ((1 << N) == 2 * HWY_LANES(float)) {
    constexpr int kHalf = 1 << (N - 1);
    auto const lane = hn::IndicesFromVec(d, hn::And(idx, hn::Set(hn::RebindToSigned<D>(), kHalf - 1)));
    auto const upper = hn::Gt(idx, hn::Set(hn::RebindToSigned<D>(), kHalf - 1));
    return hn::IfThenElse(hn::RebindMask(d, upper), hn::TableLookupLanes(hn::LoadU(d, table + kHalf), lane),
                          hn::TableLookupLanes(hn::LoadU(d, table), lane));
  }
#endif
  return hn::GatherIndex(d, table, idx);
}

template <int N, int Steps>
HWY_INLINE void AddLeaf(PlanTest const* test, PlanTest const* end, float* const* sums, int players, float const* table,
                        std::uint8_t const* bins) {
  hn::CappedTag<std::uint8_t, 64> const d8;
  hn::ScalableTag<float> const df;
  hn::Rebind<std::int32_t, decltype(df)> const di;
  hn::Rebind<std::uint8_t, decltype(df)> const dq;
  alignas(64) std::uint8_t bytes[64 * Steps];
  for (std::size_t i = 0; i < sizeof bytes; i += hn::Lanes(d8)) {
    auto pattern = hn::Set(d8, static_cast<std::uint8_t>((1 << N) - 1));
    for (PlanTest const* t = test; t != end; ++t) {
      auto const distance = hn::Add(hn::Load(d8, bins + t->bins + i), hn::Set(d8, t->minus_lo));
      auto const pass = hn::Eq(hn::Min(distance, hn::Set(d8, t->width)), distance);
      pattern = hn::IfThenElse(pass, pattern, hn::AndNot(hn::Set(d8, t->bit), pattern));
    }
    hn::Store(pattern, d8, bytes + i);
  }
  for (int q = 0; q < players; ++q, table += 1 << N) {
    float* const sum = sums[q];
    for (std::size_t i = 0; i < sizeof bytes; i += hn::Lanes(df)) {
      auto const idx = hn::PromoteTo(di, hn::Load(dq, bytes + i));
      hn::Store(hn::Add(hn::Load(df, sum + i), LookUp<N>(df, table, idx)), df, sum + i);
    }
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();
#endif
