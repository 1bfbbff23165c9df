// Leaf after leaf over a tile of rows. Interventional: sum_long_paths_simd-inl.h. Path-dependent (of trees that are not
// walked as a whole): the patterns of 64 rows at a time as byte lanes, then the task once per pattern that a small
// direct-mapped cache does not hold (rows repeat patterns), then K additions per row.
#include "kernels/sum_long_paths.h"

#include <algorithm>
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
constexpr std::int64_t kStepRows = 64;

/// Contributions by pattern, forgotten from leaf to leaf.
class PatternCache {
 public:
  void clear() { std::fill(used_.begin(), used_.end(), std::uint8_t{0}); }

  double const* get(LongPathDependentTask const& task, std::int64_t leaf, std::uint64_t a) {
    std::size_t const slot = (a * 0x9e3779b97f4a7c15u) >> (64 - kBits);
    double* const out = values_.data() + slot * kMaxLongPlayers;
    if (used_[slot] == 0 || keys_[slot] != a) {
      task(leaf, a, out);
      used_[slot] = 1;
      keys_[slot] = a;
    }
    return out;
  }

 private:
  static constexpr std::size_t kBits = 8;
  std::vector<std::uint8_t> used_ = std::vector<std::uint8_t>(std::size_t{1} << kBits);
  std::vector<std::uint64_t> keys_ = std::vector<std::uint64_t>(std::size_t{1} << kBits);
  std::vector<double> values_ = std::vector<double>((std::size_t{1} << kBits) * kMaxLongPlayers);
};

void sum_path_dependent(SumLongPathsArgs const& args, LongPathDependentTask const& task) {
  constexpr std::int64_t kTileRows = 2048;
  PatternCache cache;
  for (std::int64_t tile = 0; tile < args.bins.rows; tile += kTileRows) {
    std::int64_t const tile_end = std::min(tile + kTileRows, args.bins.rows);
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
      cache.clear();
      std::int32_t const players = path_players(args.paths, leaf);
      std::uint32_t const* const player = args.paths.players + args.paths.player_begin[leaf];
      double* const values =
          args.values + static_cast<std::int64_t>(args.paths.output[leaf]) * args.players * args.value_stride;
      for (std::int64_t row = tile; row < tile_end; row += kStepRows) {
        std::uint64_t words[kStepRows];
        HWY_DYNAMIC_DISPATCH(PatternWords)(args.paths, leaf, args.bins, row, words);
        for (std::int64_t i = 0; i < std::min(kStepRows, tile_end - row); ++i) {
          double const* const phi = cache.get(task, leaf, words[i]);
          for (std::int32_t q = 0; q < players; ++q) values[player[q] * args.value_stride + row + i] += phi[q];
        }
      }
    }
  }
}

/// Counts equal words by open addressing, then sorts the distinct ones. Kept between leaves.
class WordCounter {
 public:
  explicit WordCounter(std::int64_t rows) {
    while ((std::int64_t{1} << bits_) < 2 * rows) ++bits_;
    keys_.resize(std::size_t{1} << bits_);
    counts_.resize(std::size_t{1} << bits_);
  }

  /// REQUIRES: units > 0.
  void add(std::uint64_t word, std::uint64_t units) {
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

}  // namespace

DistinctPatterns distinct_patterns(PathsView const& paths, BinsView const& background, std::int64_t leaf_begin,
                                   std::size_t max_bytes, WeightsView const& weights) {
  DistinctPatterns result;
  result.leaf_begin = leaf_begin;
  result.leaf_end = leaf_begin;
  WordCounter counter(background.rows);
  while (result.leaf_end < paths.leaves && result.patterns.size() * kPatternEntryBytes < max_bytes) {
    for (std::int64_t row = 0; row < background.rows; row += kStepRows) {
      std::uint64_t words[kStepRows];
      HWY_DYNAMIC_DISPATCH(PatternWords)(paths, result.leaf_end, background, row, words);
      for (std::int64_t i = 0; i < std::min(kStepRows, background.rows - row); ++i) {
        std::uint64_t const units = weights.units != nullptr ? weights.units[row + i] : 1;
        if (units != 0) counter.add(words[i], units);
      }
    }
    counter.move_to(result);
    ++result.leaf_end;
  }
  return result;
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
  LongConstants const constants = long_constants().view();
  if (args.kind == TableKind::kInterventional) {
    HWY_DYNAMIC_DISPATCH(InterventionalLeaves)(args, constants);
  } else {
    sum_path_dependent(args, LongPathDependentTask{args.paths, constants});
  }
}

}  // namespace limpid
#endif
