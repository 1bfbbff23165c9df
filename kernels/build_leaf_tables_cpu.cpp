// Leaf after leaf. Interventional: patterns of 64 background rows at a time, counted, then for all patterns of
// the leaf at once what InterventionalEntryTask does for one: its integer counts per |A| are sums over subsets (a
// ranked zeta transform, K 2^(K-1) adds per size), and those with a given member q are differences of two of them.
// Path-dependent: the products of PathDependentEntryTask grow bit by bit, which keeps their order of factors.
#include "kernels/build_leaf_tables.h"

#include <algorithm>

#include "kernels/build_leaf_tables.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/build_leaf_tables_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/background_counts_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// `counts` [2^K] by pattern, `total` their sum.
template <class Count>
void InterventionalTable(PathsView const& paths, std::int64_t leaf, Count const* counts, std::uint64_t total,
                         float* table) {
  std::int32_t const players = path_players(paths, leaf);
  std::int32_t const patterns = 1 << players;
  Count sums[kSizes][kPatterns];
  RankedSums(counts, players, sums);
  InterventionalEntryTask<Count> const task{short_constants(), counts, players, total};
  double outside[kPatterns];  // the same for every q outside a
  for (std::int32_t a = 0; a < patterns; ++a) {
    Count by_size[kSizes];
    for (std::int32_t s = 0; s <= players; ++s) by_size[s] = sums[s][a];
    outside[a] = task.weigh(by_size, false, count_bits(static_cast<std::uint64_t>(a)));
  }
  double const value = paths.value[leaf];
  for (std::int32_t q = 0; q < players; ++q) {
    for (std::int32_t a = 0; a < patterns; ++a) {
      double entry = outside[a];
      if (((a >> q) & 1) != 0) {
        Count by_size[kSizes];
        for (std::int32_t s = 0; s <= players; ++s) by_size[s] = sums[s][a] - sums[s][a & ~(1 << q)];
        entry = task.weigh(by_size, true, count_bits(static_cast<std::uint64_t>(a)));
      }
      table[(q << players) + a] = static_cast<float>(value * entry);
    }
  }
}

void PathDependentTable(PathsView const& paths, std::int64_t leaf, float* table) {
  std::int32_t const players = path_players(paths, leaf);
  std::int32_t const patterns = 1 << players;
  std::int32_t const points = rule_points(players);
  double const* ratio = paths.cover_ratio + paths.player_begin[leaf];
  ShortConstants const& constants = short_constants();
  for (std::int32_t q = 0; q < players; ++q) {
    double integral[kPatterns] = {};
    for (std::int32_t i = 0; i < points; ++i) {
      double product[kPatterns];
      product[0] = 1.0;
      for (std::int32_t k = 0, half = 1; k < players; ++k, half *= 2) {
        double const t = constants.node[points][i];
        double const zero = k == q ? 1.0 : PathDependentEntryTask::factor(t, ratio[k], false);
        double const one = k == q ? 1.0 : PathDependentEntryTask::factor(t, ratio[k], true);
        for (std::int32_t a = 0; a < half; ++a) product[half + a] = product[a] * one;
        for (std::int32_t a = 0; a < half; ++a) product[a] = product[a] * zero;
      }
      for (std::int32_t a = 0; a < patterns; ++a) integral[a] += constants.weight[points][i] * product[a];
    }
    for (std::int32_t a = 0; a < patterns; ++a) {
      double const entry = ((((a >> q) & 1) != 0 ? 1.0 : 0.0) - ratio[q]) * integral[a];
      table[(q << players) + a] = static_cast<float>(paths.value[leaf] * entry);
    }
  }
}

void BuildLeafTables(BuildLeafTablesArgs const& args) {
  for (std::int64_t leaf = args.leaf_begin; leaf < args.leaf_end; ++leaf) {
    float* const table = args.tables + (args.paths.table_begin[leaf] - args.table_origin);
    if (args.kind == TableKind::kPathDependent) {
      PathDependentTable(args.paths, leaf, table);
    } else {
      WithCounts(args.paths, leaf, args.background, args.weights, [&](auto const* counts, std::uint64_t total) {
        InterventionalTable(args.paths, leaf, counts, total, table);
      });
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
HWY_EXPORT(BuildLeafTables);
void build_leaf_tables_cpu(BuildLeafTablesArgs const& args) { HWY_DYNAMIC_DISPATCH(BuildLeafTables)(args); }
}  // namespace limpid
#endif
