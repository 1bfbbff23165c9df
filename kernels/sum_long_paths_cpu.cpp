// Leaf after leaf over a tile of rows (long_tile_simd-inl.h): the patterns of 64 rows at a time as byte lanes, what
// each pattern gives once per tile (sum_long_paths_simd-inl.h), then a few additions of vectors of players per row.
//
// Adult, 1,000 trees of depth 16, B = 100: 4,096 rows have 150 patterns on a leaf, half of the rows meet the
// background.
#include "kernels/sum_long_paths.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "kernels/simd_targets.h"
#include "kernels/sum_long_paths.task.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sum_long_paths_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/long_pattern_words_simd-inl.h"
#include "kernels/sum_long_paths_simd-inl.h"

#if HWY_ONCE
namespace limpid {
namespace {

HWY_EXPORT(PatternWords);
HWY_EXPORT(InterventionalLeaves);
HWY_EXPORT(PathDependentLeaves);
HWY_EXPORT(WideLeaves);
constexpr std::int64_t kStepRows = 64;

/// Counts equal patterns of one word by open addressing, then sorts the distinct ones. Kept between leaves.
class WordCounter {
 public:
  explicit WordCounter(std::int64_t rows) {
    while ((std::int64_t{1} << bits_) < 2 * rows) ++bits_;
    keys_.resize(std::size_t{1} << bits_);
    counts_.resize(std::size_t{1} << bits_);
  }

  /// `words` [64]: of row i. REQUIRES: units > 0.
  void add(std::uint64_t const* words, std::int64_t i, std::uint64_t units) {
    std::uint64_t const word = words[i];
    std::size_t slot = (word * 0x9e3779b97f4a7c15u) >> (64 - bits_);
    while (counts_[slot] != 0 && keys_[slot] != word) slot = (slot + 1) & (keys_.size() - 1);
    if (counts_[slot] == 0) {
      keys_[slot] = word;
      filled_.push_back(slot);
    }
    counts_[slot] += units;
  }

  void move_to(DistinctPatterns& out) {
    std::sort(filled_.begin(), filled_.end(), [&](std::size_t l, std::size_t r) { return keys_[l] < keys_[r]; });
    for (std::size_t const slot : filled_) {
      out.patterns.push_back(keys_[slot]);
      out.counts.push_back(std::exchange(counts_[slot], std::uint64_t{0}));
    }
    out.begin.push_back(out.patterns.size());
    filled_.clear();
  }

 private:
  std::uint32_t bits_ = 1;
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint64_t> counts_;  ///< 0: free
  std::vector<std::size_t> filled_;
};

/// The same for patterns of several words: the first word is the least significant one of the order.
class WidePatternCounter {
 public:
  explicit WidePatternCounter(std::int32_t words) : words_(words) {}

  /// `words` [words x 64]: those of row i.
  void add(std::uint64_t const* words, std::int64_t i, std::uint64_t units) {
    Pattern pattern{};
    for (std::int32_t w = 0; w < words_; ++w)
      pattern[static_cast<std::size_t>(words_ - 1 - w)] = words[w * kStepRows + i];
    counts_[pattern] += units;
  }

  void move_to(DistinctPatterns& out) {
    for (std::int32_t w = 0; w < words_; ++w) {
      for (auto const& [pattern, units] : counts_) {
        out.patterns.push_back(pattern[static_cast<std::size_t>(words_ - 1 - w)]);
      }
    }
    for (auto const& [pattern, units] : counts_) out.counts.push_back(units);
    out.begin.push_back(out.counts.size());
    counts_.clear();
  }

 private:
  using Pattern = std::array<std::uint64_t, kMaxPatternWords>;  ///< last word first
  std::int32_t words_;
  std::map<Pattern, std::uint64_t> counts_;
};

template <class Counter>
DistinctPatterns count_patterns(PathsView const& paths, BinsView const& background, std::int64_t leaf_begin,
                                std::size_t max_bytes, WeightsView const& weights, std::int32_t pattern_words,
                                Counter counter) {
  DistinctPatterns result;
  result.leaf_begin = leaf_begin;
  result.leaf_end = leaf_begin;
  result.words = pattern_words;
  while (result.leaf_end < paths.leaves && result.patterns.size() * kPatternEntryBytes < max_bytes) {
    for (std::int64_t row = 0; row < background.rows; row += kStepRows) {
      std::uint64_t words[kMaxPatternWords * kStepRows] = {};
      HWY_DYNAMIC_DISPATCH(PatternWords)(paths, result.leaf_end, background, row, words);
      for (std::int64_t i = 0; i < std::min(kStepRows, background.rows - row); ++i) {
        std::uint64_t const units = weights.units != nullptr ? weights.units[row + i] : 1;
        if (units != 0) counter.add(words, i, units);
      }
    }
    counter.move_to(result);
    ++result.leaf_end;
  }
  return result;
}

}  // namespace

std::int32_t longest_pattern_words(PathsView const& paths) noexcept {
  std::int32_t longest = 1;
  for (std::int64_t leaf = 0; leaf < paths.leaves; ++leaf) longest = std::max(longest, path_players(paths, leaf));
  return pattern_words(longest);
}

DistinctPatterns distinct_patterns(PathsView const& paths, BinsView const& background, std::int64_t leaf_begin,
                                   std::size_t max_bytes, WeightsView const& weights) {
  std::int32_t const words = longest_pattern_words(paths);
  if (words == 1) {
    return count_patterns(paths, background, leaf_begin, max_bytes, weights, 1, WordCounter(background.rows));
  }
  return count_patterns(paths, background, leaf_begin, max_bytes, weights, words, WidePatternCounter(words));
}

PathsView slice_leaves(PathsView paths, std::int64_t begin, std::int64_t end) noexcept {
  paths.leaves = end - begin;
  paths.test_begin += begin;
  paths.player_begin += begin;
  if (paths.table_begin != nullptr) paths.table_begin += begin;
  paths.value += begin;
  if (paths.fixed != nullptr) paths.fixed += begin;
  paths.output += begin;
  paths.blocks = nullptr;
  paths.blocks_count = 0;
  return paths;
}

void sum_long_paths_cpu(SumLongPathsArgs const& args) {
  if (args.paths.leaves == 0 || args.bins.rows == 0) return;
  LongConstants const constants = constants_of(args.background.words).view();
  if (args.kind == TableKind::kPathDependent) {
    HWY_DYNAMIC_DISPATCH(PathDependentLeaves)(args, constants);
  } else if (args.background.words > 1) {
    HWY_DYNAMIC_DISPATCH(WideLeaves)(args, constants);
  } else {
    HWY_DYNAMIC_DISPATCH(InterventionalLeaves)(args, constants);
  }
}

}  // namespace limpid
#endif
