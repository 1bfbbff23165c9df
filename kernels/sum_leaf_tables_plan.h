/// What sum_leaf_tables prepares once per block of leaves: offsets into the two small arrays that stay in L1, the
/// bins [block's columns x group rows] and the float sums [block's players x group rows].
#pragma once

#include <cstdint>
#include <vector>

#include "compile/layout.h"

namespace limpid {

/// A test on the copied bins: passes iff uint8(bins[bins + row] + minus_lo) <= width.
struct PlanTest {
  std::uint32_t bins = 0;
  std::uint8_t minus_lo = 0;
  std::uint8_t width = 0;
  std::uint8_t bit = 0;  ///< 1 << q
  std::uint8_t reserved = 0;
};

/// Leaves [begin, end) of one block with patterns of the same number of bits.
struct PlanRun {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int32_t bits = 0;
};

struct BlockPlan {
  std::vector<std::uint32_t> columns;  ///< bin columns the block tests
  std::vector<PlanTest> tests;         ///< of the block's leaves
  std::vector<float*> sums;            ///< as PathsView::players: where the player's sums are
  std::vector<PlanRun> runs;
  std::vector<std::uint32_t> column_slot;  ///< scratch, kept between blocks
  std::vector<float*> player_sums;         ///< scratch
};

/// `sums` [block's players x group_rows].
void plan_block(PathsView const& paths, LeafBlock const& block, std::int64_t group_rows, float* sums, BlockPlan& plan);

}  // namespace limpid
