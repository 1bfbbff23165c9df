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

/// Fills model.short_paths and long_paths. REQUIRES: fixed_point and base_margin are there. Throws Error model.tree.
void append_leaf_paths(Ensemble const& ensemble, Binning const& binning, CompiledModel& model);

}  // namespace limpid
