/// The folded leaf tables of a model: what sum_leaf_tables looks up, on every device.
#pragma once

#include <vector>

#include "compile/fold_leaves.h"
#include "explain/engine.h"
#include "kernels/build_leaf_tables.h"

namespace limpid {

struct MarginTables {
  FoldedLeaves folded;
  std::vector<float> tables;  ///< [folded.paths.table_size()]
};

/// Folds the short paths and builds the tables on the CPU, leaf by leaf: never more than one leaf's table beside the
/// folded ones. `background`, `weights`: interventional.
[[nodiscard]] MarginTables make_margin_tables(LeafPaths const& short_paths, TableKind kind, BinsView const& background,
                                              WeightsView const& weights, ParallelFor const& parallel_for);

/// Leaf after leaf with `build`, args.tables a leaf's table, fold after fold of [begin, end) with `sum`; then
/// write(fold). `args`: paths, kind, background and weights.
template <class Sum, class Write>
void build_folds(FoldedLeaves const& folded, BuildLeafTablesArgs args, void (*build)(BuildLeafTablesArgs const&),
                 std::int64_t begin, std::int64_t end, Sum& sum, Write const& write) {
  for (std::int64_t fold = begin; fold < end; ++fold) {
    auto const f = static_cast<std::size_t>(fold);
    sum.begin(fold);
    for (std::uint32_t p = folded.part_begin[f]; p < folded.part_begin[f + 1]; ++p) {
      FoldPart const& part = folded.parts[p];
      args.leaf_begin = part.leaf;
      args.leaf_end = args.leaf_begin + 1;
      args.table_origin = args.paths.table_begin[part.leaf];
      build(args);
      sum.add(part, args.tables);
    }
    write(f);
  }
}

}  // namespace limpid
