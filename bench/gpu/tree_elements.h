/// Trees and rows as GPUTreeShap takes them.
#pragma once

#include <vector>

#include "explain/engine.h"
#include "gputreeshap.h"
#include "limpid/ensemble.h"

namespace limpid::bench {

/// The tests of every path from a root to a leaf. REQUIRES: numeric tests and covers alone.
[[nodiscard]] std::vector<PathElement> path_elements(Ensemble const& ensemble);

/// Its splits are half open, so that an infinite value would follow no path at all: the largest float in its place.
[[nodiscard]] FloatRows float_rows(RowsView rows, std::int32_t features);

}  // namespace limpid::bench
