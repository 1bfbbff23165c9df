/// lattice_game: response Shapley values by the whole lattice of every pair (row, background row), ARCHITECTURE.md
/// 2.2: Moebius scatter and zeta transform in integers, link, fold; then the weighted mean over the background in
/// order, in double. Integers up to the link, then float (sigmoid, softmax) or double (exp, identity) in one fixed
/// pairing: same bits on every device.
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"
#include "kernels/wide_patterns.h"
#include "limpid/ensemble.h"
#include "limpid/platform.h"

namespace limpid {

struct LatticeGameArgs {
  PathsView short_paths;
  PathsView long_paths;
  std::uint8_t const* row_bytes = nullptr;          ///< [R x byte_stride] from leaf_patterns
  std::uint64_t const* row_words = nullptr;         ///< [R x long leaves]
  std::uint8_t const* background_bytes = nullptr;   ///< [B x byte_stride]
  std::uint64_t const* background_words = nullptr;  ///< [B x long leaves]
  std::int64_t byte_stride = 0;
  PathsView wide_paths;                          ///< on the CPU alone
  WidePattern const* row_wide = nullptr;         ///< [R x wide leaves] from wide_patterns
  WidePattern const* background_wide = nullptr;  ///< [B x wide leaves]
  /// On the CPU, in place of paths and patterns: the boxes and the sets of players that fail them (box_masks).
  BoxesView boxes;
  std::uint8_t const* row_masks = nullptr;         ///< [R x boxes]; nullptr: paths and patterns are given
  std::uint8_t const* background_masks = nullptr;  ///< [B x boxes]
  std::int64_t rows = 0;
  std::int64_t background_rows = 0;
  /// A background too large for memory comes block by block: `background_begin` rows came before this block, and
  /// `values` (sums until the last block) and `largest` go on from there. `background_total` 0: this block is all.
  std::int64_t background_begin = 0;
  std::int64_t background_total = 0;
  /// [B] of the rows of this block: what a row's values are multiplied by; nullptr: 1. `weight_total`: what the sums
  /// over all blocks are then divided by.
  double const* background_weight = nullptr;
  double weight_total = 0.0;
  std::int32_t players = 0;             ///< P
  std::int32_t outputs = 0;             ///< G
  double const* base_margin = nullptr;  ///< [G] what no leaf path holds: CompiledModel::path_base
  double const* step = nullptr;         ///< [G] fixed-point step
  bool wide = false;                    ///< 64-bit lattice
  Link link = Link::kSigmoid;
  std::int32_t max_players = 16;  ///< a pair with more live players is counted, not computed
  bool count_only = false;        ///< only `largest` is wanted
  double* values = nullptr;       ///< [G x P x value_stride] out: weighted mean over the background rows
  std::int64_t value_stride = 0;
  std::int32_t* largest = nullptr;  ///< [R] out: the most live players V of any pair of the row
  /// [G x T x value_stride] (pair_index), in and out: the interactions of different players are added, half of their
  /// Shapley interaction index, as sums until the last block; nullptr: not wanted. By lattice_game_cpu, on a GPU by
  /// lattice_pairs_cuda. REQUIRES: zeros before the first.
  double* interactions = nullptr;

  [[nodiscard]] LIMPID_HD bool continues() const noexcept { return background_begin > 0; }
  [[nodiscard]] LIMPID_HD double weight(std::int64_t z) const noexcept {
    return background_weight != nullptr ? background_weight[z] : 1.0;
  }
  /// What the sums of this block are divided by: all background rows, or their weights, after the last block, else 1.
  [[nodiscard]] LIMPID_HD double divisor() const noexcept {
    std::int64_t const end = background_begin + background_rows;
    if (background_total != 0 && background_total != end) return 1.0;
    return background_weight != nullptr ? weight_total : static_cast<double>(end);
  }
};

void lattice_game_cpu(LatticeGameArgs const& args);
void lattice_game_cuda(device::Exec const& exec, LatticeGameArgs const& args);

}  // namespace limpid
