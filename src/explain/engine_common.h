/// What the engines of all devices share: the background on the host, and the shape of what they return.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compile/boxes.h"
#include "explain/engine.h"
#include "kernels/lattice_game.h"
#include "kernels/sum_long_paths.h"

namespace limpid {

/// Smallest multiple of 64 >= rows: the stride of everything that has rows as lanes.
[[nodiscard]] constexpr std::int64_t row_stride(std::int64_t rows) noexcept { return (rows + 63) / 64 * 64; }

/// Throws Error model.tree when a path has more players than the question's method can take: path-dependent values of
/// kMaxLongPlayers and more come from walks, which not every tree has.
void check_paths(CompiledModel const& model, Question const& question);

/// Bins of a set of rows.
struct BinnedRows {
  std::int64_t rows = 0;
  std::int64_t stride = 0;
  std::vector<std::uint8_t> bins;  ///< [C x stride], then 64 readable bytes: 64 rows may be read from any row on

  [[nodiscard]] BinsView view() const noexcept { return {bins.data(), rows, stride}; }
};
/// Fills `binned` (reused).
void bin_rows(CompiledModel const& model, RowsView rows, ParallelFor const& parallel_for, BinnedRows& binned);

/// A background's weights as whole units of a power of two, below 2^53 in all: their sums are exact in any order, and
/// with whole numbers as weights every method gives what rows repeated so often give.
class BackgroundWeights {
 public:
  /// Rows that count the same: no weights at all.
  explicit BackgroundWeights(std::int64_t rows = 0) noexcept : total_(static_cast<std::uint64_t>(rows)) {}
  explicit BackgroundWeights(Background const& background);

  [[nodiscard]] WeightsView units() const noexcept { return {units_.empty() ? nullptr : units_.data(), total_}; }
  /// [B - begin] the same as doubles, from row `begin` on; nullptr: 1 each.
  [[nodiscard]] double const* values(std::int64_t begin = 0) const noexcept {
    return values_.empty() ? nullptr : values_.data() + begin;
  }
  [[nodiscard]] double value(std::int64_t z) const noexcept {
    return values_.empty() ? 1.0 : values_[static_cast<std::size_t>(z)];
  }
  [[nodiscard]] double total() const noexcept { return static_cast<double>(total_); }  ///< sum of the values

 private:
  std::vector<std::uint64_t> units_;  ///< [B], or empty
  std::vector<double> values_;
  std::uint64_t total_ = 0;
};

/// The background of the long paths, by groups of leaves. When all groups together are larger than the budget none
/// is kept, and each chunk of rows counts the patterns again, group by group: slower, same bits.
class LongBackground {
 public:
  LongBackground() = default;
  LongBackground(PathsView const& long_paths, BinsView const& background, WeightsView const& weights,
                 ParallelFor const& parallel_for, std::size_t budget = kPatternBudget);
  /// Calls body(paths of a group, patterns of its leaves) in the order of the leaves.
  void for_each_group(std::function<void(PathsView const&, PatternCountsView const&)> const& body) const;

 private:
  [[nodiscard]] PathsView group(std::int64_t index) const noexcept;

  PathsView paths_;
  BinsView background_;
  WeightsView weights_;
  std::int64_t group_leaves_ = 1;
  std::int64_t groups_ = 0;
  std::vector<DistinctPatterns> kept_;  ///< [groups], or empty
};

/// 64 bytes of sets of players.
struct alignas(64) MaskLine {
  std::uint8_t bytes[64];
};
/// Patterns of rows, as the lattice reads them: of leaf paths, or of boxes.
struct Patterns {
  std::int64_t byte_stride = 0;
  std::vector<std::uint8_t> bytes;   ///< [R x byte_stride] short paths
  std::vector<std::uint64_t> words;  ///< [R x long leaves]
  std::vector<WidePattern> wide;     ///< [R x wide leaves]
  std::vector<MaskLine> masks;       ///< [R x boxes] in lines

  [[nodiscard]] std::uint8_t const* mask_bytes() const noexcept { return masks.empty() ? nullptr : masks[0].bytes; }
};
/// The boxes that the lattice of the CPU reads in place of leaf paths; none where there are too many players.
[[nodiscard]] std::optional<Boxes> lattice_boxes(CompiledModel const& model);
/// Bytes of patterns that one row takes. `boxes`: nullptr: those of the leaf paths.
[[nodiscard]] std::int64_t pattern_bytes_per_row(CompiledModel const& model, Boxes const* boxes = nullptr) noexcept;
/// Fills `patterns` (reused) with those of the rows.
void make_patterns(CompiledModel const& model, BinsView const& rows, ParallelFor const& parallel_for,
                   Patterns& patterns, Boxes const* boxes = nullptr);

/// The patterns of the background: kept where all of them fit in the budget, else made again block by block.
class LatticeBackground {
 public:
  LatticeBackground() = default;
  /// The model must outlive it, and so must the bins and the boxes (nullptr: patterns of the leaf paths).
  LatticeBackground(CompiledModel const& model, BinsView const& background, ParallelFor const& parallel_for,
                    std::size_t budget = kPatternBudget, Boxes const* boxes = nullptr);
  /// Calls body(patterns, first row, rows) for the blocks in order. `scratch`: the caller's, reused.
  void for_each_block(Patterns& scratch,
                      std::function<void(Patterns const&, std::int64_t, std::int64_t)> const& body) const;

 private:
  CompiledModel const* model_ = nullptr;
  Boxes const* boxes_ = nullptr;
  BinsView background_;
  std::int64_t block_rows_ = 0;
  bool is_kept_ = false;
  Patterns kept_;
};

/// What the lattice reads from the model and the patterns; the caller sets the numbers of rows, the limit and the
/// outputs.
[[nodiscard]] LatticeGameArgs lattice_args(CompiledModel const& model, Patterns const& rows, Patterns const& background,
                                           Boxes const* boxes = nullptr) noexcept;

/// [G] value of the empty coalition: the cover mean, or the weighted mean over the background rows, in order in double,
/// of the predictions in the asked space.
[[nodiscard]] std::vector<double> expected_value(CompiledModel const& model, Question const& question,
                                                 BinsView const& background, BackgroundWeights const& weights,
                                                 ParallelFor const& parallel_for);

/// Fills out.summary, and out.error_summary where there are errors, on the host.
void summarise(Explanation& out);

/// Main effects and sums of interactions, from the values and what the pairs of different players hold; nothing where
/// there are none.
void finish_interactions(Explanation& out);

/// Sizes the vectors of a chunk's answer; values are 0.
void shape_explanation(CompiledModel const& model, Question const& question, std::int64_t rows, Explanation& out);

}  // namespace limpid
