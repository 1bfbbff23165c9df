/// The step of the lattice's fixed-point margins (ARCHITECTURE.md, section 3, Integers first).
#pragma once

#include "compile/compiled_model.h"

namespace limpid {

/// `margin_range`: [G] S, the sum over an output's trees of the largest |leaf * weight|; `trees`: [G] T.
[[nodiscard]] FixedPoint make_fixed_point(std::vector<double> const& margin_range,
                                          std::vector<std::int64_t> const& trees, Link link);

/// Rounds the model's leaves again, to 64-bit integers, where the standard error of a margin is above `tolerance`.
void refine_fixed_point(CompiledModel& model, double tolerance);

}  // namespace limpid
