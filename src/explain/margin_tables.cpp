#include "explain/margin_tables.h"

#include <array>

namespace limpid {

MarginTables make_margin_tables(LeafPaths const& short_paths, TableKind kind, BinsView const& background,
                                WeightsView const& weights, ParallelFor const& parallel_for) {
  MarginTables result;
  result.folded = fold_leaves(short_paths);
  FoldedLeaves const& folded = result.folded;
  result.tables.resize(folded.paths.table_size());
  parallel_for(folded.paths.leaves(), [&](std::int64_t begin, std::int64_t end) {
    std::array<float, std::size_t{kMaxShortPlayers} << kMaxShortPlayers> leaf_table;
    FoldSum sum(folded, short_paths);
    BuildLeafTablesArgs args;
    args.paths = short_paths.view();
    args.kind = kind;
    args.background = background;
    args.weights = weights;
    args.tables = leaf_table.data();
    build_folds(folded, args, build_leaf_tables_cpu, begin, end, sum,
                [&](std::size_t fold) { sum.write(result.tables.data() + folded.paths.table_begin[fold]); });
  });
  return result;
}

}  // namespace limpid
