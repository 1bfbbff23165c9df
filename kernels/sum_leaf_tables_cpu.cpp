// Rows are lanes. Tiles of rows outermost, then blocks of leaves (whose tables stay in L2 meanwhile), then groups of
// rows (whose bins and sums stay in L1 meanwhile), then the leaves of the block, run by run of equal K.
#include "kernels/sum_leaf_tables.h"

#include <algorithm>
#include <cstring>

#include "kernels/path_pattern.h"
#include "kernels/simd_targets.h"
#include "kernels/sum_leaf_tables_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sum_leaf_tables_cpu.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/sum_leaf_tables_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// Everything that the leaves of one block need for one group of rows.
struct GroupContext {
  PathsView const& paths;
  float const* tables;
  BlockPlan const& plan;
  LeafBlock const& block;
  std::uint8_t const* bins;
};

/// Leaves [begin, end), all with patterns of N bits.
template <int N, int Steps>
void AddRun(GroupContext const& c, PlanRun const& run) {
  std::uint32_t const first_test = c.paths.test_begin[c.block.begin];
  std::uint32_t const first_player = c.paths.player_begin[c.block.begin];
  PlanTest const* const tests = c.plan.tests.data();
  float* const* const sums = c.plan.sums.data();
  for (std::uint32_t leaf = run.begin; leaf < run.end; ++leaf) {
    AddLeaf<N, Steps>(tests + (c.paths.test_begin[leaf] - first_test),
                      tests + (c.paths.test_begin[leaf + 1] - first_test),
                      sums + (c.paths.player_begin[leaf] - first_player), path_players(c.paths, leaf),
                      c.tables + c.paths.table_begin[leaf], c.bins);
  }
}

template <int Steps>
void AddBlock(GroupContext const& c) {
  using Run = void (*)(GroupContext const&, PlanRun const&);
  static constexpr Run kRuns[kMaxShortPlayers + 1] = {nullptr,          AddRun<1, Steps>, AddRun<2, Steps>,
                                                      AddRun<3, Steps>, AddRun<4, Steps>, AddRun<5, Steps>,
                                                      AddRun<6, Steps>, AddRun<7, Steps>, AddRun<8, Steps>};
  for (PlanRun const& run : c.plan.runs) kRuns[run.bits](c, run);
}

/// values += the block's sums, in double.
void Flush(SumLeafTablesArgs const& args, LeafBlock const& block, float const* sums, std::int64_t row,
           std::int64_t rows) {
  hn::ScalableTag<double> const dd;
  hn::Rebind<float, decltype(dd)> const df;
  for (std::uint32_t p = block.player_begin; p < block.player_end; ++p) {
    std::int64_t const vector = static_cast<std::int64_t>(block.output) * args.players + args.paths.block_players[p];
    double* const values = args.values + vector * args.value_stride + row;
    for (std::int64_t i = 0; i < rows; i += static_cast<std::int64_t>(hn::Lanes(dd))) {
      hn::StoreU(hn::Add(hn::LoadU(dd, values + i), hn::PromoteTo(dd, hn::LoadU(df, sums + i))), dd, values + i);
    }
    sums += rows;
  }
}

inline constexpr std::int64_t kStepRows = 64;
inline constexpr int kMaxSteps = 2;
inline constexpr std::int64_t kMaxGroupRows = kMaxSteps * kStepRows;
/// Rows of a tile: 30 players x 2048 rows of doubles are 480 KB, which with a block's tables fits a 1 MB L2.
inline constexpr std::int64_t kTileRows = 2048;

/// One group of rows of one block; `rows` is kStepRows or kMaxGroupRows and the plan was made for it.
void AddGroup(SumLeafTablesArgs const& args, LeafBlock const& block, BlockPlan const& plan, std::int64_t row,
              std::int64_t rows, std::uint8_t* bins, float* sums) {
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    std::memcpy(bins + static_cast<std::int64_t>(c) * rows,
                args.bins.data + static_cast<std::int64_t>(plan.columns[c]) * args.bins.stride + row,
                static_cast<std::size_t>(rows));
  }
  std::fill_n(sums, static_cast<std::int64_t>(block.player_end - block.player_begin) * rows, 0.0f);
  GroupContext const context{args.paths, args.tables, plan, block, bins};
  if (rows == kStepRows) {
    AddBlock<1>(context);
  } else {
    AddBlock<kMaxSteps>(context);
  }
  Flush(args, block, sums, row, rows);
}

void SumLeafTables(SumLeafTablesArgs const& args) {
  if (args.paths.blocks_count == 0 || args.bins.rows == 0) return;
  BlockPlan plan;
  std::size_t bins_size = 0;
  hwy::AlignedFreeUniquePtr<std::uint8_t[]> bins;
  auto const sums = hwy::AllocateAligned<float>(static_cast<std::size_t>(args.paths.widest_block * kMaxGroupRows));
  std::int64_t const padded = (args.bins.rows + kStepRows - 1) / kStepRows * kStepRows;
  for (std::int64_t tile = 0; tile < padded; tile += kTileRows) {
    std::int64_t const tile_end = std::min(tile + kTileRows, padded);
    for (std::int32_t b = 0; b < args.paths.blocks_count; ++b) {
      LeafBlock const& block = args.paths.blocks[b];
      std::int64_t planned = 0;
      for (std::int64_t row = tile; row < tile_end;) {
        std::int64_t const rows = tile_end - row >= kMaxGroupRows ? kMaxGroupRows : kStepRows;
        if (rows != planned) plan_block(args.paths, block, rows, sums.get(), plan);
        planned = rows;
        if (plan.columns.size() * kMaxGroupRows > bins_size) {
          bins_size = plan.columns.size() * kMaxGroupRows;
          bins = hwy::AllocateAligned<std::uint8_t>(bins_size);
        }
        AddGroup(args, block, plan, row, rows, bins.get(), sums.get());
        row += rows;
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {

namespace {
std::uint32_t constexpr kNoSlot = ~std::uint32_t{0};
}

void plan_block(PathsView const& paths, LeafBlock const& block, std::int64_t group_rows, float* sums, BlockPlan& plan) {
  auto const width = static_cast<std::uint32_t>(group_rows);
  for (std::uint32_t const column : plan.columns) plan.column_slot[column] = kNoSlot;
  plan.columns.clear();
  plan.tests.clear();
  plan.sums.clear();
  plan.runs.clear();
  for (std::uint32_t t = paths.test_begin[block.begin]; t < paths.test_begin[block.end]; ++t) {
    Test const& test = paths.tests[t];
    if (test.column >= plan.column_slot.size()) plan.column_slot.resize(test.column + 1, kNoSlot);
    std::uint32_t& slot = plan.column_slot[test.column];
    if (slot == kNoSlot) {
      slot = static_cast<std::uint32_t>(plan.columns.size());
      plan.columns.push_back(test.column);
    }
    plan.tests.push_back({slot * width, static_cast<std::uint8_t>(-test.lo), test.width,
                          static_cast<std::uint8_t>(1u << test.player), 0});
  }
  for (std::uint32_t p = block.player_begin; p < block.player_end; ++p) {
    std::uint32_t const player = paths.block_players[p];
    if (player >= plan.player_sums.size()) plan.player_sums.resize(player + 1);
    plan.player_sums[player] = sums + (p - block.player_begin) * width;
  }
  for (std::uint32_t p = paths.player_begin[block.begin]; p < paths.player_begin[block.end]; ++p) {
    plan.sums.push_back(plan.player_sums[paths.players[p]]);
  }
  for (std::uint32_t leaf = block.begin; leaf < block.end; ++leaf) {
    std::int32_t const bits = path_bits(paths, leaf);
    if (plan.runs.empty() || plan.runs.back().bits != bits) plan.runs.push_back({leaf, leaf, bits});
    plan.runs.back().end = leaf + 1;
  }
}

HWY_EXPORT(SumLeafTables);
void sum_leaf_tables_cpu(SumLeafTablesArgs const& args) { HWY_DYNAMIC_DISPATCH(SumLeafTables)(args); }
}  // namespace limpid
#endif
