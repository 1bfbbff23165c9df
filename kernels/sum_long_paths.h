/// sum_long_paths: margin Shapley values of rows for leaf paths too long for a table (K > 8), leaf by leaf in order,
/// in double: same bits on every device.
///
/// Interventional: over the distinct background patterns b of the leaf with a | b full (so B = ~a and A = ~b), with
/// their counts (of rows, or of units of weight); Shapley weights as in build_leaf_tables; any K up to 256, player
/// q as bit q % 64 of word q / 64. Path-dependent: Gauss-Legendre with ceil(K / 2) nodes, K up to kMaxLongPlayers.
#pragma once

#include <cstdint>
#include <vector>

#include "compile/layout.h"
#include "kernels/build_leaf_tables.h"
#include "kernels/device.h"
#include "limpid/platform.h"

namespace limpid {

/// Distinct background patterns of every long leaf, sorted: leaf l has entries [begin[l], begin[l + 1]), and word w of
/// its entry e, counted from begin[l], is at patterns[words * begin[l] + w * entries + e]: a plane for each word.
struct PatternCountsView {
  std::uint64_t const* patterns = nullptr;
  std::uint64_t const* counts = nullptr;  ///< rows, or the sums of their units of weight
  std::uint64_t const* begin = nullptr;   ///< [L + 1]
  std::int32_t words = 1;                 ///< of a pattern of any of the leaves

  /// Word w of entry e of the leaf, e in [begin[leaf], begin[leaf + 1]).
  [[nodiscard]] LIMPID_HD std::uint64_t word(std::int64_t leaf, std::uint64_t e, std::int32_t w) const noexcept {
    std::uint64_t const entries = begin[leaf + 1] - begin[leaf];
    auto const plane = static_cast<std::uint64_t>(w);
    return patterns[static_cast<std::uint64_t>(words) * begin[leaf] + plane * entries + (e - begin[leaf])];
  }
};

/// Words of a pattern of K players.
[[nodiscard]] LIMPID_HD constexpr std::int32_t pattern_words(std::int32_t players) noexcept {
  return (players + 63) / 64;
}

/// Owner of the patterns of leaves [leaf_begin, leaf_end).
struct DistinctPatterns {
  std::vector<std::uint64_t> patterns;
  std::vector<std::uint64_t> counts;
  std::vector<std::uint64_t> begin{0};  ///< [leaf_end - leaf_begin + 1]
  std::int64_t leaf_begin = 0;
  std::int64_t leaf_end = 0;
  std::int32_t words = 1;
  [[nodiscard]] PatternCountsView view() const noexcept {
    return {patterns.data(), counts.data(), begin.data(), words};
  }
};

/// Patterns of one word take up to kPatternEntryBytes per leaf and background row. When all leaves together would take
/// more than this, a caller works slice by slice: distinct_patterns from leaf 0, sum_long_paths on slice_leaves(...),
/// and so on.
inline constexpr std::size_t kPatternEntryBytes = 16;
inline constexpr std::size_t kPatternBudget = std::size_t{256} << 20;  ///< bytes

/// Words of the longest path's pattern, at least one.
[[nodiscard]] std::int32_t longest_pattern_words(PathsView const& paths) noexcept;

/// The distinct patterns of the background rows on leaves leaf_begin, leaf_begin + 1, ... until the leaves end or
/// `max_bytes` is reached (at least one leaf). Rows of no unit of weight are left out. Same integers on every SIMD
/// target.
[[nodiscard]] DistinctPatterns distinct_patterns(PathsView const& paths, BinsView const& background,
                                                 std::int64_t leaf_begin, std::size_t max_bytes = kPatternBudget,
                                                 WeightsView const& weights = {});

/// Leaves [begin, end) of `paths` as paths of their own (without blocks, which long paths do not use).
[[nodiscard]] PathsView slice_leaves(PathsView paths, std::int64_t begin, std::int64_t end) noexcept;

struct SumLongPathsArgs {
  PathsView paths;  ///< long paths
  TableKind kind = TableKind::kInterventional;
  PatternCountsView background;        ///< interventional
  std::uint64_t background_total = 0;  ///< sum of a leaf's counts: background rows, or all their units of weight
  BinsView bins;
  std::int32_t players = 0;  ///< P
  std::int32_t outputs = 1;  ///< G
  double* values = nullptr;  ///< [G x P x value_stride] in and out, added to
  std::int64_t value_stride = 0;
};

void sum_long_paths_cpu(SumLongPathsArgs const& args);
void sum_long_paths_cuda(device::Exec const& exec, SumLongPathsArgs const& args);

}  // namespace limpid
