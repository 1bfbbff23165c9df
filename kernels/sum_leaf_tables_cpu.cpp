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
  float* sums;
};

/// Leaves [begin, end), all of K players.
template <int K, int Steps>
void AddRun(GroupContext const& c, std::uint32_t begin, std::uint32_t end) {
  std::uint32_t const first_test = c.paths.test_begin[c.block.begin];
  std::uint32_t const first_player = c.paths.player_begin[c.block.begin];
  for (std::uint32_t leaf = begin; leaf < end; ++leaf) {
    PlanTest const* const tests = c.plan.tests.data();
    AddLeaf<K, Steps>(tests + (c.paths.test_begin[leaf] - first_test),
                      tests + (c.paths.test_begin[leaf + 1] - first_test),
                      c.plan.sums.data() + (c.paths.player_begin[leaf] - first_player),
                      c.tables + c.paths.table_begin[leaf], c.bins, c.sums);
  }
}

template <int Steps>
void AddBlock(GroupContext const& c) {
  using Run = void (*)(GroupContext const&, std::uint32_t, std::uint32_t);
  static constexpr Run kRuns[kMaxShortPlayers + 1] = {nullptr,          AddRun<1, Steps>, AddRun<2, Steps>,
                                                      AddRun<3, Steps>, AddRun<4, Steps>, AddRun<5, Steps>,
                                                      AddRun<6, Steps>, AddRun<7, Steps>, AddRun<8, Steps>};
  for (std::uint32_t begin = c.block.begin; begin < c.block.end;) {
    std::int32_t const players = path_players(c.paths, begin);
    std::uint32_t end = begin + 1;
    while (end < c.block.end && path_players(c.paths, end) == players) ++end;
    kRuns[players](c, begin, end);
    begin = end;
  }
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
inline constexpr std::int64_t kMaxSteps = 2;
/// Rows of a tile: 30 players x 2048 rows of doubles are 480 KB, which with a block's tables fits a 1 MB L2.
inline constexpr std::int64_t kTileRows = 2048;

/// One group of rows of one block; `rows` is kStepRows times 1 or kMaxSteps and the plan was made for it.
void AddGroup(SumLeafTablesArgs const& args, LeafBlock const& block, BlockPlan const& plan, std::int64_t row,
              std::int64_t rows, std::uint8_t* bins, float* sums) {
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    std::memcpy(bins + static_cast<std::int64_t>(c) * rows,
                args.bins.data + static_cast<std::int64_t>(plan.columns[c]) * args.bins.stride + row,
                static_cast<std::size_t>(rows));
  }
  std::fill_n(sums, static_cast<std::int64_t>(block.player_end - block.player_begin) * rows, 0.0f);
  GroupContext const context{args.paths, args.tables, plan, block, bins, sums};
  if (rows == kStepRows) {
    AddBlock<1>(context);
  } else {
    AddBlock<kMaxSteps>(context);
  }
  Flush(args, block, sums, row, rows);
}

void SumLeafTables(SumLeafTablesArgs const& args) {
  BlockPlan plan;
  std::size_t bins_size = 0;
  std::size_t sums_size = 0;
  hwy::AlignedFreeUniquePtr<std::uint8_t[]> bins;
  hwy::AlignedFreeUniquePtr<float[]> sums;
  std::int64_t const padded = (args.bins.rows + kStepRows - 1) / kStepRows * kStepRows;
  for (std::int64_t tile = 0; tile < padded; tile += kTileRows) {
    std::int64_t const tile_end = std::min(tile + kTileRows, padded);
    for (std::int32_t b = 0; b < args.paths.blocks_count; ++b) {
      LeafBlock const& block = args.paths.blocks[b];
      std::int64_t planned = 0;
      for (std::int64_t row = tile; row < tile_end;) {
        std::int64_t const rows = tile_end - row >= kMaxSteps * kStepRows ? kMaxSteps * kStepRows : kStepRows;
        if (rows != planned) {
          plan_block(args.paths, block, rows, plan);
          planned = rows;
          std::size_t const width = static_cast<std::size_t>(rows);
          if (plan.columns.size() * width > bins_size) {
            bins_size = plan.columns.size() * width;
            bins = hwy::AllocateAligned<std::uint8_t>(bins_size);
          }
          if ((block.player_end - block.player_begin) * width > sums_size) {
            sums_size = (block.player_end - block.player_begin) * width;
            sums = hwy::AllocateAligned<float>(sums_size);
          }
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

void plan_block(PathsView const& paths, LeafBlock const& block, std::int64_t group_rows, BlockPlan& plan) {
  auto const width = static_cast<std::uint32_t>(group_rows);
  for (std::uint32_t const column : plan.columns) plan.column_slot[column] = kNoSlot;
  plan.columns.clear();
  plan.tests.clear();
  plan.sums.clear();
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
    if (player >= plan.player_slot.size()) plan.player_slot.resize(player + 1);
    plan.player_slot[player] = (p - block.player_begin) * width;
  }
  for (std::uint32_t p = paths.player_begin[block.begin]; p < paths.player_begin[block.end]; ++p) {
    plan.sums.push_back(plan.player_slot[paths.players[p]]);
  }
}

HWY_EXPORT(SumLeafTables);
void sum_leaf_tables_cpu(SumLeafTablesArgs const& args) { HWY_DYNAMIC_DISPATCH(SumLeafTables)(args); }
}  // namespace limpid
#endif
