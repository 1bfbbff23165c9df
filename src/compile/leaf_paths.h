/// Trees -> leaf paths, one merged condition per player, in the order and blocks of PathsView.
#pragma once

#include "compile/binning.h"
#include "compile/compiled_model.h"
#include "limpid/ensemble.h"

namespace limpid {

/// Share of the parent's cover that goes to a child; 0/0 := 0.5, as XGBoost 3.4 and shap have it.
[[nodiscard]] inline double cover_share(double child, double parent) noexcept {
  return parent == 0.0 ? 0.5 : child / parent;
}

/// What a leaf adds to the margin.
[[nodiscard]] inline double leaf_value(Ensemble const& ensemble, Tree const& tree, std::size_t leaf) noexcept {
  return tree.value[leaf] * tree.weight / ensemble.divisor;
}

/// Fills model.short_paths, long_paths and wide_paths. REQUIRES: fixed_point and base_margin are there. Throws Error
/// model.tree.
void append_leaf_paths(Ensemble const& ensemble, Binning const& binning, Players const& players, CompiledModel& model);

}  // namespace limpid
