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
[[nodiscard]] MarginTables make_margin_tables(CompiledModel const& model, TableKind kind, BinsView const& background,
                                              WeightsView const& weights, ParallelFor const& parallel_for);

}  // namespace limpid
