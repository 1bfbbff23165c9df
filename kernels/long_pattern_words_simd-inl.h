// Word patterns of 64 rows on one long or wide path. Included once per SIMD target.
#if defined(LIMPID_LONG_PATTERN_WORDS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_LONG_PATTERN_WORDS_SIMD_INL_H_
#undef LIMPID_LONG_PATTERN_WORDS_SIMD_INL_H_
#else
#define LIMPID_LONG_PATTERN_WORDS_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "kernels/path_pattern.h"
#include "kernels/path_pattern_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// Words of rows [row, row + 64): eight players at a time as a plane of bytes. `out` [words of K players x 64], unused
/// bits 0.
inline void PatternWords(PathsView const& paths, std::int64_t leaf, BinsView const& bins, std::int64_t row,
                         std::uint64_t* out) {
  std::int32_t const players = path_players(paths, leaf);
  Test const* test = paths.tests + paths.test_begin[leaf];
  Test const* const end = paths.tests + paths.test_begin[leaf + 1];
  std::fill_n(out, kGroupRows * ((players + 63) / 64), std::uint64_t{0});
  for (std::int32_t plane = 0; 8 * plane < players; ++plane) {
    Test const* const begin = test;
    while (test != end && test->player < 8 * (plane + 1)) ++test;
    alignas(64) std::uint8_t bytes[kGroupRows];
    auto const full = static_cast<std::uint8_t>((1u << std::min(8, players - 8 * plane)) - 1u);
    PatternBytes(begin, test, bins, row, full, bytes);
    std::uint64_t* const word = out + plane / 8 * kGroupRows;
    for (std::int64_t i = 0; i < kGroupRows; ++i) word[i] |= static_cast<std::uint64_t>(bytes[i]) << (plane % 8 * 8);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
