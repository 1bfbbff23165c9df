/// Several engines that answer the same question on devices of their own, as one.
#pragma once

#include <memory>
#include <vector>

#include "explain/engine.h"

namespace limpid {

/// Deals its workers to the engines in turn: n workers are spread over the engines as evenly as n allows. Every engine
/// gives the same bytes, so it does not matter who explains a chunk. REQUIRES: at least one engine.
[[nodiscard]] std::unique_ptr<Engine> make_devices_engine(std::vector<std::unique_ptr<Engine>> engines);

}  // namespace limpid
