// The inner loop of sum_leaf_tables for one SIMD target: the look-ups of one leaf for a group of rows.
//
// Counted for AVX-512, K = 5, per leaf and 64 rows, in a group of 128: per test 2 broadcasts shared by two vectors,
// then add, compare, masked subtract: 4.5; five tests 22; pattern to indices 5; per player two table registers
// shared, then 4 x (permute, add from memory, store): 13 and 4 register copies (the permute overwrites its index);
// together about 110 instructions. A 512-bit store takes two clocks on Zen 4: 20 stores are 40 of the clocks.
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

/// Entry idx of a table of 2^K floats in registers t.
template <int K>
HWY_INLINE __m512 LookUp(__m512 const* t, __m512i idx) {
  if constexpr (K <= 4) {
    return _mm512_permutexvar_ps(idx, t[0]);
  } else if constexpr (K == 5) {
    return _mm512_permutex2var_ps(t[0], idx, t[1]);
  } else {
    __mmask16 const upper = _mm512_test_epi32_mask(idx, _mm512_set1_epi32(1 << (K - 1)));
    return _mm512_mask_blend_ps(upper, LookUp<K - 1>(t, idx), LookUp<K - 1>(t + (1 << (K - 5)), idx));
  }
}

/// One leaf of K players for 64 * Steps rows.
template <int K, int Steps>
HWY_INLINE void AddLeaf(PlanTest const* test, PlanTest const* end, std::uint32_t const* sums, float const* table,
                        std::uint8_t const* bins, float* acc) {
  constexpr int kVectors = 4 * Steps;
  __m512i pattern[Steps];
  for (auto& p : pattern) p = _mm512_set1_epi8(static_cast<char>((1 << K) - 1));
  if (end - test == K) {  // one test per player: each bit is subtracted at most once
    for (int q = 0; q < K; ++q) {
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
  constexpr int kRegisters = K <= 4 ? 1 : 1 << (K - 4);
  for (int q = 0; q < K; ++q) {
    __m512 t[kRegisters];
    if constexpr (K < 4) {
      t[0] = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << (1 << K)) - 1u), table + (q << K));
    } else {
      for (int i = 0; i < kRegisters; ++i) t[i] = _mm512_loadu_ps(table + (q << K) + 16 * i);
    }
    float* const sum = acc + sums[q];
    for (int v = 0; v < kVectors; ++v) {
      _mm512_store_ps(sum + 16 * v, _mm512_add_ps(_mm512_load_ps(sum + 16 * v), LookUp<K>(t, idx[v])));
    }
  }
}

#else

/// Entries idx of a table of 2^K floats. (On other targets the hardware's gather, or its emulation, serves.)
template <int K, class D, class V>
HWY_INLINE hn::Vec<D> LookUp(D d, float const* table, V idx) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr ((1 << K) == HWY_LANES(float)) {
    return hn::TableLookupLanes(hn::LoadU(d, table), hn::IndicesFromVec(d, idx));
  } else if constexpr ((1 << K) == 2 * HWY_LANES(float)) {
    constexpr int kHalf = 1 << (K - 1);
    auto const lane = hn::IndicesFromVec(d, hn::And(idx, hn::Set(hn::RebindToSigned<D>(), kHalf - 1)));
    auto const upper = hn::Gt(idx, hn::Set(hn::RebindToSigned<D>(), kHalf - 1));
    return hn::IfThenElse(hn::RebindMask(d, upper), hn::TableLookupLanes(hn::LoadU(d, table + kHalf), lane),
                          hn::TableLookupLanes(hn::LoadU(d, table), lane));
  }
#endif
  return hn::GatherIndex(d, table, idx);
}

template <int K, int Steps>
HWY_INLINE void AddLeaf(PlanTest const* test, PlanTest const* end, std::uint32_t const* sums, float const* table,
                        std::uint8_t const* bins, float* acc) {
  hn::CappedTag<std::uint8_t, 64> const d8;
  hn::ScalableTag<float> const df;
  hn::Rebind<std::int32_t, decltype(df)> const di;
  hn::Rebind<std::uint8_t, decltype(df)> const dq;
  alignas(64) std::uint8_t bytes[64 * Steps];
  for (std::size_t i = 0; i < sizeof bytes; i += hn::Lanes(d8)) {
    auto pattern = hn::Set(d8, static_cast<std::uint8_t>((1 << K) - 1));
    for (PlanTest const* t = test; t != end; ++t) {
      auto const distance = hn::Add(hn::Load(d8, bins + t->bins + i), hn::Set(d8, t->minus_lo));
      auto const pass = hn::Eq(hn::Min(distance, hn::Set(d8, t->width)), distance);
      pattern = hn::IfThenElse(pass, pattern, hn::AndNot(hn::Set(d8, t->bit), pattern));
    }
    hn::Store(pattern, d8, bytes + i);
  }
  for (int q = 0; q < K; ++q) {
    float* const sum = acc + sums[q];
    for (std::size_t i = 0; i < sizeof bytes; i += hn::Lanes(df)) {
      auto const idx = hn::PromoteTo(di, hn::Load(dq, bytes + i));
      hn::Store(hn::Add(hn::Load(df, sum + i), LookUp<K>(df, table + (q << K), idx)), df, sum + i);
    }
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();
#endif
