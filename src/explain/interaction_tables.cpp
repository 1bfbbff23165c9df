#include "explain/interaction_tables.h"

#include <algorithm>

#include "explain/margin_tables.h"
#include "kernels/build_interaction_tables.h"

namespace limpid {

InteractionTables plan_interaction_tables(CompiledModel const& model, std::size_t bytes) {
  InteractionTables result;
  std::int32_t const reach = pair_table_reach(model.short_paths, bytes);
  result.leaves = select_leaves(model.short_paths, 2, reach);
  result.beyond = select_leaves(model.short_paths, std::max(reach + 1, 2), kMaxShortPlayers);
  result.pairs = fold_pairs(result.leaves, model.players);
  return result;
}

std::vector<std::uint64_t> pair_table_begin(LeafPaths const& leaves) {
  std::vector<std::uint64_t> begin{0};
  begin.reserve(static_cast<std::size_t>(leaves.leaves()) + 1);
  for (std::size_t l = 0; l < static_cast<std::size_t>(leaves.leaves()); ++l) {
    auto const players = static_cast<std::int32_t>(leaves.player_begin[l + 1] - leaves.player_begin[l]);
    begin.push_back(begin.back() + pair_table_size(players));
  }
  return begin;
}

void fold_interaction_tables(std::span<std::uint64_t const> begin, std::span<float const> leaf_tables,
                             InteractionTables& result) {
  FoldedLeaves const& folded = result.pairs.folded;
  result.tables.resize(result.pairs.paths.table_size());
  PairSum sum(result.pairs, result.leaves);
  for (std::int64_t fold = 0; fold < folded.paths.leaves(); ++fold) {
    auto const f = static_cast<std::size_t>(fold);
    sum.begin(fold);
    for (std::uint32_t p = folded.part_begin[f]; p < folded.part_begin[f + 1]; ++p) {
      sum.add(folded.parts[p], leaf_tables.data() + begin[folded.parts[p].leaf]);
    }
    sum.write(result.tables.data());
  }
}

InteractionTables make_interaction_tables(CompiledModel const& model, TableKind kind, BinsView const& background,
                                          WeightsView const& weights, ParallelFor const& parallel_for,
                                          std::size_t bytes) {
  InteractionTables result = plan_interaction_tables(model, bytes);
  FoldedLeaves const& folded = result.pairs.folded;
  result.tables.resize(result.pairs.paths.table_size());
  parallel_for(folded.paths.leaves(), [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> leaf_table(pair_table_size(kMaxShortPlayers));
    PairSum sum(result.pairs, result.leaves);
    BuildLeafTablesArgs args;
    args.paths = result.leaves.view();
    args.kind = kind;
    args.background = background;
    args.weights = weights;
    args.tables = leaf_table.data();
    build_folds(folded, args, build_interaction_tables_cpu, begin, end, sum,
                [&](std::size_t) { sum.write(result.tables.data()); });
  });
  return result;
}

}  // namespace limpid
