#include "compile/fold_pairs.h"

#include <algorithm>

namespace limpid {
namespace {

/// Look-ups per pair of a block, at most: the terms of a float sum. Blocks are larger than those of values, since the
/// same leaves are dealt to many more sums.
constexpr std::size_t kLookUpsPerPair = 64;
constexpr std::size_t kMaxBlockLeaves = 2048;

std::size_t players_of(LeafPaths const& paths, std::size_t leaf) {
  return paths.player_begin[leaf + 1] - paths.player_begin[leaf];
}

template <class T>
void append(std::vector<T>& to, std::vector<T> const& from, std::size_t begin, std::size_t end) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

/// The distinct players of leaves [block.begin, end of `paths`) as the block's, and the block itself, if it has leaves.
void close_block(LeafBlock block, LeafPaths& paths) {
  block.end = static_cast<std::uint32_t>(paths.leaves());
  if (block.begin == block.end) return;
  std::vector<std::uint32_t> players(
      paths.players.begin() + static_cast<std::ptrdiff_t>(paths.player_begin[block.begin]), paths.players.end());
  std::sort(players.begin(), players.end());
  players.erase(std::unique(players.begin(), players.end()), players.end());
  block.player_begin = static_cast<std::uint32_t>(paths.block_players.size());
  append(paths.block_players, players, 0, players.size());
  block.player_end = static_cast<std::uint32_t>(paths.block_players.size());
  paths.blocks.push_back(block);
}

void end_leaf(std::uint32_t output, std::uint64_t table_size, LeafPaths& paths) {
  paths.test_begin.push_back(static_cast<std::uint32_t>(paths.tests.size()));
  paths.player_begin.push_back(static_cast<std::uint32_t>(paths.players.size()));
  paths.table_begin.push_back(paths.table_begin.back() + table_size);
  paths.value.push_back(0.0);
  paths.fixed.push_back(0);
  paths.output.push_back(output);
}

/// Sorted pairs of slots that a leaf of the fold holds together.
std::vector<std::uint32_t> slots_of(FoldedLeaves const& folded, LeafPaths const& short_paths, std::size_t fold) {
  std::vector<std::uint32_t> slots;
  for (std::uint32_t p = folded.part_begin[fold]; p < folded.part_begin[fold + 1]; ++p) {
    FoldPart const& part = folded.parts[p];
    std::size_t const k = players_of(short_paths, part.leaf);
    for (std::size_t q = 0; q < k; ++q) {
      for (std::size_t r = q + 1; r < k; ++r) slots.push_back(std::uint32_t{part.slot[q]} << 8U | part.slot[r]);
    }
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

class PairWriter {
 public:
  PairWriter(FoldedPairs& to, std::int32_t players)
      : to_(to), players_(players), look_ups_(static_cast<std::size_t>(pair_count(players)), 0) {}

  void add(std::size_t fold, std::uint32_t output, std::vector<std::uint32_t> const& slots) {
    LeafPaths& paths = to_.paths;
    if (output != block_.output || is_full()) flush();
    block_.output = output;
    LeafPaths const& from = to_.folded.paths;
    std::size_t const bits = std::size_t{from.tests[from.test_begin[fold + 1] - 1].player} + 1U;
    std::size_t const at_a_time = std::max<std::size_t>(kMaxPairTableFloats >> bits, 1);
    for (std::size_t first = 0; first < slots.size(); first += at_a_time) {
      std::size_t const end = std::min(first + at_a_time, slots.size());
      append(paths.tests, from.tests, from.test_begin[fold], from.test_begin[fold + 1]);
      for (std::size_t s = first; s < end; ++s) add_pair(from, fold, slots[s]);
      end_leaf(output, (end - first) << bits, paths);
    }
  }

  void flush() {
    close_block(block_, to_.paths);
    block_.begin = static_cast<std::uint32_t>(to_.paths.leaves());
    std::fill(look_ups_.begin(), look_ups_.end(), 0U);
    most_ = 0;
  }

 private:
  void add_pair(LeafPaths const& from, std::size_t fold, std::uint32_t slots) {
    std::uint32_t const* const player = from.players.data() + from.player_begin[fold];
    auto const pair = static_cast<std::uint32_t>(pair_index(players_, player[slots >> 8U], player[slots & 0xFFU]));
    to_.paths.players.push_back(pair);
    most_ = std::max<std::size_t>(most_, ++look_ups_[pair]);
  }
  [[nodiscard]] bool is_full() const {
    std::size_t const leaves = static_cast<std::size_t>(to_.paths.leaves()) - block_.begin;
    return most_ >= kLookUpsPerPair || leaves >= kMaxBlockLeaves;
  }

  FoldedPairs& to_;
  std::int64_t players_;
  LeafBlock block_{};
  std::vector<std::uint32_t> look_ups_;  ///< [T] of the block
  std::size_t most_ = 0;                 ///< largest of them
};

}  // namespace

LeafPaths select_leaves(LeafPaths const& from, std::int32_t min_players, std::int32_t max_players) {
  LeafPaths to;
  for (LeafBlock block : from.blocks) {
    std::size_t const first = block.begin;
    std::size_t const last = block.end;
    block.begin = static_cast<std::uint32_t>(to.leaves());
    for (std::size_t leaf = first; leaf < last; ++leaf) {
      auto const k = static_cast<std::int32_t>(players_of(from, leaf));
      if (k < min_players || k > max_players) continue;
      append(to.tests, from.tests, from.test_begin[leaf], from.test_begin[leaf + 1]);
      append(to.players, from.players, from.player_begin[leaf], from.player_begin[leaf + 1]);
      if (!from.cover_ratio.empty()) {
        append(to.cover_ratio, from.cover_ratio, from.player_begin[leaf], from.player_begin[leaf + 1]);
      }
      end_leaf(block.output, from.table_begin[leaf + 1] - from.table_begin[leaf], to);
      to.value.back() = from.value[leaf];
      to.fixed.back() = from.fixed[leaf];
    }
    close_block(block, to);
  }
  return to;
}

std::int32_t pair_table_reach(LeafPaths const& short_paths, std::size_t bytes) {
  std::vector<std::size_t> tables(kMaxShortPlayers + 1, 0);  // bytes by K
  for (std::size_t leaf = 0; leaf < static_cast<std::size_t>(short_paths.leaves()); ++leaf) {
    std::size_t const k = players_of(short_paths, leaf);
    tables[k] += sizeof(float) * ((k * (k - 1) / 2) << k);
  }
  std::size_t sum = 0;
  std::int32_t reach = 0;
  for (std::size_t const of_size : tables) {
    sum += of_size;
    if (sum > bytes) break;
    ++reach;
  }
  return reach - 1;
}

FoldedPairs fold_pairs(LeafPaths const& short_paths, std::int32_t players) {
  FoldedPairs result;
  result.folded = fold_leaves(short_paths, FoldFor::kPairs);
  PairWriter writer(result, players);
  for (LeafBlock const& block : result.folded.paths.blocks) {
    for (std::size_t fold = block.begin; fold < block.end; ++fold) {
      std::vector<std::uint32_t> const slots = slots_of(result.folded, short_paths, fold);
      result.begin.push_back(result.paths.table_begin.back());
      append(result.slots, slots, 0, slots.size());
      result.slot_begin.push_back(static_cast<std::uint32_t>(result.slots.size()));
      writer.add(fold, block.output, slots);
    }
  }
  writer.flush();
  return result;
}

void PairSum::begin(std::int64_t fold) {
  fold_ = static_cast<std::size_t>(fold);
  LeafPaths const& paths = pairs_.folded.paths;
  patterns_ = std::size_t{2} << paths.tests[paths.test_begin[fold_ + 1] - 1].player;
  sums_.assign((pairs_.slot_begin[fold_ + 1] - pairs_.slot_begin[fold_]) * patterns_, 0.0);
}

void PairSum::add(FoldPart const& part, float const* leaf_table) {
  std::size_t const k = players_of(short_paths_, part.leaf);
  auto const first = pairs_.slots.begin() + static_cast<std::ptrdiff_t>(pairs_.slot_begin[fold_]);
  auto const last = pairs_.slots.begin() + static_cast<std::ptrdiff_t>(pairs_.slot_begin[fold_ + 1]);
  pattern_.resize(patterns_);
  part_patterns(part, k, pattern_);
  for (std::size_t q = 0; q < k; ++q) {
    for (std::size_t r = q + 1; r < k; ++r, leaf_table += std::ptrdiff_t{1} << k) {
      auto const slot = std::lower_bound(first, last, std::uint32_t{part.slot[q]} << 8U | part.slot[r]);
      double* const to = sums_.data() + static_cast<std::size_t>(slot - first) * patterns_;
      for (std::size_t a = 0; a < patterns_; ++a) to[a] += static_cast<double>(leaf_table[pattern_[a]]);
    }
  }
}

void PairSum::write(float* tables) const {
  std::transform(sums_.begin(), sums_.end(), tables + pairs_.begin[fold_],
                 [](double sum) { return static_cast<float>(sum); });
}

}  // namespace limpid
