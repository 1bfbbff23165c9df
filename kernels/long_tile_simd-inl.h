// Values of a tile of rows on one path after another, row by row in memory. Rows repeat patterns: what a pattern gives
// is worked out once per leaf and tile, and a row then adds a few vectors of players. Bits of the tasks in
// kernels/sum_long_paths.task.h: every row adds its leaves in their order. Included once per SIMD target.
#if defined(LIMPID_LONG_TILE_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_LONG_TILE_SIMD_INL_H_
#undef LIMPID_LONG_TILE_SIMD_INL_H_
#else
#define LIMPID_LONG_TILE_SIMD_INL_H_
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/long_pattern_words_simd-inl.h"
#include "kernels/sum_long_paths.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

using LongDoubles = hn::CappedTag<double, 8>;

/// The players of some leaves, numbered in their order, and the values of a tile of rows: [rows x lines x 8].
class LongTile {
 public:
  static constexpr std::int64_t kLine = 8;  ///< doubles of a cache line

  explicit LongTile(SumLongPathsArgs const& args) : args_(args), number_(static_cast<std::size_t>(args.players)) {
    PathsView const& paths = args.paths;
    std::vector<std::uint8_t> seen(number_.size());
    for (std::uint32_t p = paths.player_begin[0]; p < paths.player_begin[paths.leaves]; ++p) seen[paths.players[p]] = 1;
    for (std::uint32_t p = 0; p < number_.size(); ++p) {
      number_[p] = static_cast<std::uint32_t>(players_.size());
      if (seen[p] != 0) players_.push_back(p);
    }
    lines_ = (static_cast<std::int64_t>(players_.size()) + kLine - 1) / kLine;
    std::int64_t const fitting = kBytes / (lines_ * kLine * static_cast<std::int64_t>(sizeof(double)));
    tile_rows_ = std::clamp(fitting / kGroupRows * kGroupRows, kLeastRows, kMostRows);
    tile_rows_ = std::min(tile_rows_, (args.bins.rows + kGroupRows - 1) / kGroupRows * kGroupRows);
    values_ = hwy::AllocateAligned<double>(static_cast<std::size_t>(tile_rows_ * width()));
  }

  [[nodiscard]] std::int64_t rows() const noexcept { return tile_rows_; }
  [[nodiscard]] std::int64_t width() const noexcept { return lines_ * kLine; }
  [[nodiscard]] std::uint32_t number(std::uint32_t player) const noexcept { return number_[player]; }
  [[nodiscard]] double* of_row(std::int64_t r) const noexcept { return values_.get() + r * width(); }

  /// Rows [row, row + count) of one output.
  void load(std::uint32_t output, std::int64_t row, std::int64_t count) {
    for (std::size_t i = 0; i < players_.size(); ++i) {
      double const* const from = of_player(output, i) + row;
      for (std::int64_t r = 0; r < count; ++r) of_row(r)[i] = from[r];
    }
  }
  void store(std::uint32_t output, std::int64_t row, std::int64_t count) const {
    for (std::size_t i = 0; i < players_.size(); ++i) {
      double* const to = of_player(output, i) + row;
      for (std::int64_t r = 0; r < count; ++r) to[r] = of_row(r)[i];
    }
  }

 private:
  static constexpr std::int64_t kBytes = std::int64_t{512} << 10U;  ///< half of a core's second cache
  static constexpr std::int64_t kLeastRows = 256;
  static constexpr std::int64_t kMostRows = 4096;

  [[nodiscard]] double* of_player(std::uint32_t output, std::size_t i) const noexcept {
    return args_.values + (static_cast<std::int64_t>(output) * args_.players + players_[i]) * args_.value_stride;
  }

  SumLongPathsArgs const& args_;
  std::vector<std::uint32_t> number_;   ///< [P]
  std::vector<std::uint32_t> players_;  ///< that occur, ascending
  std::int64_t lines_ = 0;
  std::int64_t tile_rows_ = 0;
  hwy::AlignedFreeUniquePtr<double[]> values_;
};

/// Which patterns of a leaf were met in a tile, in open addressing; forgotten by a new stamp.
class MetPatterns {
 public:
  explicit MetPatterns(std::int64_t rows) {
    while ((std::int64_t{1} << bits_) < 2 * rows) ++bits_;
    entries_.resize(std::size_t{1} << bits_);
  }
  void forget() noexcept { ++stamp_; }

  /// The pattern's index, or that of make(), which is called where the pattern is new.
  template <class Make>
  HWY_INLINE std::uint32_t find(std::uint64_t a, Make const& make) {
    std::size_t slot = (a * 0x9e3779b97f4a7c15u) >> (64 - bits_);
    while (entries_[slot].stamp == stamp_ && entries_[slot].pattern != a) slot = (slot + 1) & (entries_.size() - 1);
    Entry& entry = entries_[slot];
    if (entry.stamp != stamp_) entry = {a, stamp_, make()};
    return entry.index;
  }

 private:
  struct Entry {
    std::uint64_t pattern = 0;
    std::uint32_t stamp = 0;
    std::uint32_t index = 0;
  };
  std::uint32_t bits_ = 1;
  std::uint32_t stamp_ = 0;
  std::vector<Entry> entries_;
};

/// What the patterns of a leaf give: [patterns x lines x 8], places where no player of the leaf is -0.0, which adds
/// nothing to any value. Pattern 0 gives nothing at all.
class GivenValues {
 public:
  GivenValues(SumLongPathsArgs const& args, LongTile const& tile) : args_(args), tile_(tile) {}

  void start(std::int64_t leaf) {
    players_ = args_.paths.players + args_.paths.player_begin[leaf];
    count_ = path_players(args_.paths, leaf);
    auto const [least, most] = std::minmax_element(players_, players_ + count_);
    first_ = tile_.number(*least) / LongTile::kLine * LongTile::kLine;
    std::int64_t const last = tile_.number(*most);
    lines_ = (last - first_) / LongTile::kLine + 1;
    given_.clear();
    append();
  }
  /// `values` [K]: of a new pattern. Returns its index.
  std::uint32_t add(double const* values) {
    double* const to = append();
    for (std::int32_t q = 0; q < count_; ++q) to[tile_.number(players_[q]) - first_] = values[q];
    return static_cast<std::uint32_t>(given_.size() / width()) - 1;
  }
  /// To the values of rows [r, r + count), `pattern` [count] the indices of theirs.
  void add_to_rows(std::uint32_t const* pattern, std::int64_t r, std::int64_t count) const {
    if (lines_ == 1) return add_lines<1>(pattern, r, count);
    if (lines_ == 2) return add_lines<2>(pattern, r, count);
    if (lines_ <= count_) return add_lines<0>(pattern, r, count);
    for (std::int64_t i = 0; i < count; ++i) {
      if (pattern[i] == 0) continue;
      double const* const from = given_.data() + pattern[i] * width();
      double* const to = tile_.of_row(r + i) + first_;
      for (std::int32_t q = 0; q < count_; ++q) {
        std::int64_t const at = tile_.number(players_[q]) - first_;
        to[at] += from[at];
      }
    }
  }

 private:
  [[nodiscard]] std::size_t width() const noexcept { return static_cast<std::size_t>(lines_ * LongTile::kLine); }
  double* append() {
    given_.resize(given_.size() + width(), -0.0);
    return given_.data() + given_.size() - width();
  }

  /// Lines: lines_, or 0 for any.
  template <int Lines>
  void add_lines(std::uint32_t const* pattern, std::int64_t r, std::int64_t count) const {
    LongDoubles const d;
    std::size_t const doubles = Lines != 0 ? std::size_t{8} * Lines : width();
    for (std::int64_t i = 0; i < count; ++i) {
      double const* HWY_RESTRICT const from = given_.data() + pattern[i] * doubles;
      double* HWY_RESTRICT const to = tile_.of_row(r + i) + first_;
      for (std::size_t v = 0; v < doubles; v += hn::MaxLanes(d)) {
        hn::Store(hn::Add(hn::Load(d, to + v), hn::LoadU(d, from + v)), d, to + v);
      }
    }
  }

  SumLongPathsArgs const& args_;
  LongTile const& tile_;
  std::uint32_t const* players_ = nullptr;
  std::int32_t count_ = 0;
  std::int64_t first_ = 0;  ///< of the line of the leaf's first player
  std::int64_t lines_ = 1;
  std::vector<double> given_;
};

/// All leaves, tile of rows by tile. `values`: start(leaf), and whether it gives a row of this pattern anything, what
/// into [K].
template <class Values>
HWY_INLINE void SumLongLeaves(SumLongPathsArgs const& args, Values& values) {
  LongTile tile(args);
  MetPatterns met(tile.rows());
  GivenValues given(args, tile);
  for (std::int64_t begin = 0; begin < args.bins.rows; begin += tile.rows()) {
    std::int64_t const rows = std::min(tile.rows(), args.bins.rows - begin);
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
      bool const first = leaf == 0 || args.paths.output[leaf - 1] != args.paths.output[leaf];
      if (first) tile.load(args.paths.output[leaf], begin, rows);
      values.start(leaf);
      given.start(leaf);
      met.forget();
      for (std::int64_t r = 0; r < rows; r += kGroupRows) {
        alignas(64) std::uint64_t words[kGroupRows];
        std::uint32_t pattern[kGroupRows];
        PatternWords(args.paths, leaf, args.bins, begin + r, words);
        std::int64_t const count = std::min(kGroupRows, rows - r);
        for (std::int64_t i = 0; i < count; ++i) {
          pattern[i] = met.find(words[i], [&] {
            double of_players[kMaxLongPlayers];
            return values(words[i], of_players) ? given.add(of_players) : 0U;
          });
        }
        given.add_to_rows(pattern, r, count);
      }
      bool const last = leaf + 1 == args.paths.leaves || args.paths.output[leaf + 1] != args.paths.output[leaf];
      if (last) tile.store(args.paths.output[leaf], begin, rows);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
