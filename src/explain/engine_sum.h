/// An engine over another: the values of the features of a group added up.
#pragma once

#include <memory>

#include "explain/engine.h"

namespace limpid {

/// Explains by `features`, whose players are features, and gives each player of `players` the sum of its features'
/// values, in the features' order in double on the host: same bytes on every device.
[[nodiscard]] std::unique_ptr<Engine> make_sum_engine(std::unique_ptr<Engine> features, Players players);

}  // namespace limpid
