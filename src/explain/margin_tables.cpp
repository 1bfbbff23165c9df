#include "explain/margin_tables.h"

#include <array>

namespace limpid {

MarginTables make_margin_tables(CompiledModel const& model, TableKind kind, BinsView const& background,
                                WeightsView const& weights, ParallelFor const& parallel_for) {
  MarginTables result;
  result.folded = fold_leaves(model.short_paths);
  FoldedLeaves const& folded = result.folded;
  result.tables.resize(folded.paths.table_size());
  parallel_for(folded.paths.leaves(), [&](std::int64_t begin, std::int64_t end) {
    std::array<float, std::size_t{kMaxShortPlayers} << kMaxShortPlayers> leaf_table;
    FoldSum sum(folded, model.short_paths);
    BuildLeafTablesArgs args;
    args.paths = model.short_paths.view();
    args.kind = kind;
    args.background = background;
    args.weights = weights;
    args.tables = leaf_table.data();
    for (std::int64_t fold = begin; fold < end; ++fold) {
      auto const f = static_cast<std::size_t>(fold);
      sum.begin(fold);
      for (std::uint32_t p = folded.part_begin[f]; p < folded.part_begin[f + 1]; ++p) {
        FoldPart const& part = folded.parts[p];
        args.leaf_begin = part.leaf;
        args.leaf_end = args.leaf_begin + 1;
        args.table_origin = model.short_paths.table_begin[part.leaf];
        build_leaf_tables_cpu(args);
        sum.add(part, leaf_table.data());
      }
      sum.write(result.tables.data() + folded.paths.table_begin[f]);
    }
  });
  return result;
}

}  // namespace limpid
