/// What all pairs of players share of the margin: the folded interaction tables of the short paths, and the
/// recurrence's view of the paths whose tables would be too large (ARCHITECTURE.md, 2.1).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compile/fold_pairs.h"
#include "explain/engine.h"
#include "kernels/build_leaf_tables.h"

namespace limpid {

inline constexpr std::size_t kPairTableBytes = std::size_t{1} << 30U;  ///< of all leaves, before they are folded

struct InteractionTables {
  LeafPaths leaves;           ///< short paths with a table
  FoldedPairs pairs;          ///< the same, folded
  std::vector<float> tables;  ///< [pairs.paths.table_size()]
  LeafPaths beyond;           ///< short paths without: the recurrence's, like the long ones
};

/// Everything but the tables.
[[nodiscard]] InteractionTables plan_interaction_tables(CompiledModel const& model,
                                                        std::size_t bytes = kPairTableBytes);

/// [leaves + 1] where each leaf's interaction table begins when those of all leaves lie side by side.
[[nodiscard]] std::vector<std::uint64_t> pair_table_begin(LeafPaths const& leaves);

/// Fills `tables` from those of all leaves.
void fold_interaction_tables(std::span<std::uint64_t const> begin, std::span<float const> leaf_tables,
                             InteractionTables& result);

/// Builds the tables on the CPU, leaf by leaf. `background`, `weights`: interventional.
[[nodiscard]] InteractionTables make_interaction_tables(CompiledModel const& model, TableKind kind,
                                                        BinsView const& background, WeightsView const& weights,
                                                        ParallelFor const& parallel_for,
                                                        std::size_t bytes = kPairTableBytes);

}  // namespace limpid
