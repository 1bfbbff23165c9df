// Leaf after leaf over a tile of rows, rows as lanes: the patterns of 64 rows, then vector by vector what the tasks do
// for one row, all pairs of the leaf together (sum_long_interactions_simd-inl.h).
//
// Path-dependent, K players, n nodes, per vector of rows: K n (2 selections, 1 product) for the factors, then for each
// of K (K - 1) / 2 pairs n (multiply, add, load) and one read-add-write of its sums. Interventional: per distinct
// background pattern two operations a word that say whether a row of the vector meets its cube, and for those that do
// one addition for each pair of the cube's A.
#include "kernels/sum_long_interactions.h"

#include <algorithm>

#include "kernels/simd_targets.h"
#include "kernels/sum_long_interactions.task.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sum_long_interactions_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/long_pattern_words_simd-inl.h"
#include "kernels/sum_long_interactions_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

inline constexpr std::int64_t kTileRows = 512;  ///< 100 pairs of them are 400 KB of sums

template <template <std::int32_t> class Leaf, std::int32_t kWords>
void SumWith(SumLongPathsArgs const& args) {
  Leaf<kWords> leaf_sums(args);
  alignas(64) std::uint64_t words[kWords * kGroupRows] = {};
  std::int64_t const padded = (args.bins.rows + kGroupRows - 1) / kGroupRows * kGroupRows;
  for (std::int64_t tile = 0; tile < padded; tile += kTileRows) {
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
      if (path_players(args.paths, leaf) < 2) continue;
      leaf_sums.begin(leaf);
      if constexpr (kWords > 1) std::fill_n(words, kWords * kGroupRows, std::uint64_t{0});  // this path may have fewer
      double* const values = args.values + static_cast<std::int64_t>(args.paths.output[leaf]) *
                                               pair_count(args.players) * args.value_stride;
      for (std::int64_t row = tile; row < std::min(tile + kTileRows, padded); row += kGroupRows) {
        PatternWords(args.paths, leaf, args.bins, row, words);
        for (std::int64_t i = 0; i < kGroupRows; i += static_cast<std::int64_t>(hn::Lanes(WordLanes()))) {
          leaf_sums.add(RowPatterns<kWords>(words + i), values + row + i);
        }
      }
    }
  }
}

void SumLongInteractions(SumLongPathsArgs const& args) {
  bool const wide = args.background.words > 1;
  if (args.kind == TableKind::kInterventional) {
    wide ? SumWith<InterventionalLeaf, kMaxPatternWords>(args) : SumWith<InterventionalLeaf, 1>(args);
  } else {
    wide ? SumWith<PathDependentLeaf, kMaxPatternWords>(args) : SumWith<PathDependentLeaf, 1>(args);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
HWY_EXPORT(SumLongInteractions);
void sum_long_interactions_cpu(SumLongPathsArgs const& args) { HWY_DYNAMIC_DISPATCH(SumLongInteractions)(args); }
}  // namespace limpid
#endif
