/// What the programs that time a GPU share: the example of kernels/README.md and a clock.
#pragma once

#include <functional>

#include "limpid/ensemble.h"

namespace limpid::bench {

/// 500 trees of depth 6, seeded: the same model in every program.
[[nodiscard]] Ensemble example_ensemble(std::int32_t features, Link link);

/// Median of five of the seconds that `work` takes, after a run that is not timed. It returns when the GPU is done.
[[nodiscard]] double median_seconds(std::function<void()> const& work);

}  // namespace limpid::bench
