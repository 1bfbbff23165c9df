// The background rows of a leaf counted by pattern, and their sums over subsets. Included once per SIMD target.
#if defined(LIMPID_BACKGROUND_COUNTS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_BACKGROUND_COUNTS_SIMD_INL_H_
#undef LIMPID_BACKGROUND_COUNTS_SIMD_INL_H_
#else
#define LIMPID_BACKGROUND_COUNTS_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "compile/layout.h"
#include "kernels/bin_test_simd-inl.h"
#include "kernels/path_pattern.h"
#include "kernels/path_pattern_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

inline constexpr std::int32_t kPatterns = 1 << kMaxShortPlayers;
inline constexpr std::int32_t kSizes = kMaxShortPlayers + 1;

/// counts[b] = background rows with pattern b. For every subset of players the rows that pass all of its tests, as bits
/// of a word, counted; inclusion and exclusion turn "at least b" into "exactly b". (A histogram, whose increments wait
/// for each other, took 7 to 12 times as long.)
inline void CountPatterns(PathsView const& paths, std::int64_t leaf, BinsView const& bins, std::uint32_t* counts) {
  std::int32_t const players = path_players(paths, leaf);
  std::int32_t const patterns = 1 << players;
  std::fill_n(counts, patterns, 0u);
  for (std::int64_t row = 0; row < bins.rows; row += kGroupRows) {
    std::uint64_t passed[kPatterns];
    passed[0] = ~std::uint64_t{0} >> (kGroupRows - std::min(kGroupRows, bins.rows - row));
    std::uint32_t test = paths.test_begin[leaf];
    for (std::int32_t q = 0; q < players; ++q) {
      std::uint64_t rows = ~std::uint64_t{0};
      for (; test < paths.test_begin[leaf + 1] && paths.tests[test].player == q; ++test) {
        std::int64_t const column = paths.tests[test].column;
        rows &= passing_rows(paths.tests[test], bins.data + column * bins.stride + row);
      }
      for (std::int32_t s = 0; s < (1 << q); ++s) passed[(1 << q) + s] = passed[s] & rows;
    }
    for (std::int32_t s = 0; s < patterns; ++s) {
      counts[s] += static_cast<std::uint32_t>(hwy::PopCount(passed[s]));
    }
  }
  for (std::int32_t bit = 1; bit < patterns; bit *= 2) {
    for (std::int32_t s = 0; s < patterns; ++s) counts[s] -= (s & bit) == 0 ? counts[s | bit] : 0u;
  }
}

/// counts[b] = units of weight of the background rows with pattern b.
inline void CountUnits(PathsView const& paths, std::int64_t leaf, BinsView const& bins, std::uint64_t const* units,
                       std::uint64_t* counts) {
  std::int32_t const patterns = 1 << path_players(paths, leaf);
  Test const* const tests = paths.tests + paths.test_begin[leaf];
  Test const* const end = paths.tests + paths.test_begin[leaf + 1];
  std::fill_n(counts, patterns, std::uint64_t{0});
  for (std::int64_t row = 0; row < bins.rows; row += kGroupRows) {
    alignas(64) std::uint8_t of_row[kGroupRows];
    PatternBytes(tests, end, bins, row, static_cast<std::uint8_t>(patterns - 1), of_row);
    for (std::int64_t i = 0; i < std::min(kGroupRows, bins.rows - row); ++i) counts[of_row[i]] += units[row + i];
  }
}

/// sums[s][a] = sum of counts[~A] over the A of size s inside a.
template <class Count>
void RankedSums(Count const* counts, std::int32_t players, Count sums[kSizes][kPatterns]) {
  std::int32_t const patterns = 1 << players;
  for (std::int32_t s = 0; s <= players; ++s) std::fill_n(sums[s], patterns, Count{0});
  for (std::int32_t members = 0; members < patterns; ++members) {
    sums[count_bits(static_cast<std::uint64_t>(members))][members] = counts[patterns - 1 - members];
  }
  for (std::int32_t s = 0; s <= players; ++s) {
    for (std::int32_t half = 1; half < patterns; half *= 2) {
      for (std::int32_t a = half; a < patterns; a += 2 * half) {
        for (std::int32_t i = 0; i < half; ++i) sums[s][a + i] += sums[s][a - half + i];
      }
    }
  }
}

/// Calls body(counts [2^K] by pattern, their sum): rows, or units of weight where there are weights.
template <class Body>
void WithCounts(PathsView const& paths, std::int64_t leaf, BinsView const& background, WeightsView const& weights,
                Body const& body) {
  if (weights.units != nullptr) {
    std::uint64_t counts[kPatterns];
    CountUnits(paths, leaf, background, weights.units, counts);
    body(counts, weights.total);
  } else {
    std::uint32_t counts[kPatterns];
    CountPatterns(paths, leaf, background, counts);
    body(counts, static_cast<std::uint64_t>(background.rows));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
