// Leaf after leaf, all patterns of a pair at once. Interventional: what InterventionalPairTask counts per |A| are sums
// over subsets (a ranked zeta transform), and those with given members are differences of them; a cube's weight for two
// players of B is the same for all of them, for one of each it depends on the one in A alone. Path-dependent: the
// products of PathDependentPairTask grow bit by bit, which keeps their order of factors.
#include "kernels/build_interaction_tables.h"

#include "kernels/build_interaction_tables.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/build_interaction_tables_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/background_counts_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// The entries of a leaf by how many of the pair the row's pattern holds: none [a], one of them [q][a], or both.
template <class Count>
class PairEntries {
 public:
  PairEntries(Count const* counts, std::int32_t players, std::uint64_t total)
      : task_{short_constants(), counts, players, total} {
    RankedSums(counts, players, sums_);
    for (std::int32_t a = 0; a < (1 << players); ++a) {
      if (players - ones(a) >= 2) none_[a] = weigh(a, 0, 0);
      for (std::int32_t q = 0; players > ones(a) && q < players; ++q) {
        if ((a & (1 << q)) != 0) one_[q][a] = weigh(a, 1 << q, 0);
      }
    }
  }

  [[nodiscard]] double operator()(std::int32_t q, std::int32_t r, std::int32_t a) const {
    std::int32_t const inside = a & ((1 << q) | (1 << r));
    if (inside == 0) return none_[a];
    if (inside == (1 << q)) return one_[q][a];
    return inside == (1 << r) ? one_[r][a] : weigh(a, 1 << q, 1 << r);
  }

 private:
  static std::int32_t ones(std::int32_t a) { return count_bits(static_cast<std::uint64_t>(a)); }

  /// Over the A inside a that hold the bits `first` and `second` (0: nothing to hold).
  [[nodiscard]] double weigh(std::int32_t a, std::int32_t first, std::int32_t second) const {
    Count by_size[kSizes];
    for (std::int32_t s = 0; s <= task_.players; ++s) {
      by_size[s] = sums_[s][a];
      if (first != 0) by_size[s] -= sums_[s][a & ~first];
      if (second != 0) by_size[s] -= sums_[s][a & ~second] - sums_[s][a & ~first & ~second];
    }
    return task_.weigh(by_size, (first != 0 ? 1 : 0) + (second != 0 ? 1 : 0), ones(a));
  }

  InterventionalPairTask<Count> task_;
  Count sums_[kSizes][kPatterns];
  double none_[kPatterns];
  double one_[kMaxShortPlayers][kPatterns];
};

template <class Count>
void InterventionalPairs(PathsView const& paths, std::int64_t leaf, Count const* counts, std::uint64_t total,
                         float* table) {
  std::int32_t const players = path_players(paths, leaf);
  PairEntries<Count> const entries(counts, players, total);
  for (std::int32_t q = 0; q < players; ++q) {
    for (std::int32_t r = q + 1; r < players; ++r, table += 1 << players) {
      for (std::int32_t a = 0; a < (1 << players); ++a) {
        table[a] = static_cast<float>(paths.value[leaf] * entries(q, r, a));
      }
    }
  }
}

/// integral[a] of the product over the players other than q and r.
void IntegratePair(double const* ratio, std::int32_t players, std::int32_t q, std::int32_t r, double* integral) {
  std::int32_t const patterns = 1 << players;
  std::int32_t const points = rule_points(players - 1);
  ShortConstants const& constants = short_constants();
  std::fill_n(integral, patterns, 0.0);
  for (std::int32_t i = 0; i < points; ++i) {
    double product[kPatterns];
    product[0] = 1.0;
    for (std::int32_t k = 0, half = 1; k < players; ++k, half *= 2) {
      bool const left_out = k == q || k == r;
      double const t = constants.node[points][i];
      double const zero = left_out ? 1.0 : PathDependentEntryTask::factor(t, ratio[k], false);
      double const one = left_out ? 1.0 : PathDependentEntryTask::factor(t, ratio[k], true);
      for (std::int32_t a = 0; a < half; ++a) product[half + a] = product[a] * one;
      for (std::int32_t a = 0; a < half; ++a) product[a] = product[a] * zero;
    }
    for (std::int32_t a = 0; a < patterns; ++a) integral[a] += constants.weight[points][i] * product[a];
  }
}

void PathDependentPairs(PathsView const& paths, std::int64_t leaf, float* table) {
  std::int32_t const players = path_players(paths, leaf);
  double const* ratio = paths.cover_ratio + paths.player_begin[leaf];
  PathDependentPairTask const task{short_constants(), ratio, players};
  for (std::int32_t q = 0; q < players; ++q) {
    for (std::int32_t r = q + 1; r < players; ++r, table += 1 << players) {
      double integral[kPatterns];
      IntegratePair(ratio, players, q, r, integral);
      for (std::int32_t a = 0; a < (1 << players); ++a) {
        double const entry = task.differences(q, r, static_cast<std::uint32_t>(a)) * integral[a];
        table[a] = static_cast<float>(paths.value[leaf] * entry);
      }
    }
  }
}

void BuildInteractionTables(BuildLeafTablesArgs const& args) {
  for (std::int64_t leaf = args.leaf_begin; leaf < args.leaf_end; ++leaf) {
    if (path_players(args.paths, leaf) < 2) continue;
    float* const table = args.tables + (args.paths.table_begin[leaf] - args.table_origin);
    if (args.kind == TableKind::kPathDependent) {
      PathDependentPairs(args.paths, leaf, table);
    } else {
      WithCounts(args.paths, leaf, args.background, args.weights, [&](auto const* counts, std::uint64_t total) {
        InterventionalPairs(args.paths, leaf, counts, total, table);
      });
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
HWY_EXPORT(BuildInteractionTables);
void build_interaction_tables_cpu(BuildLeafTablesArgs const& args) {
  HWY_DYNAMIC_DISPATCH(BuildInteractionTables)(args);
}
}  // namespace limpid
#endif
