/// What `limpid inspect` says of a model, as one JSON object.
#pragma once

#include <nlohmann/json.hpp>

#include "limpid/ensemble.h"

namespace limpid::cli {

/// Throws Error model.tree when the model cannot be compiled.
[[nodiscard]] nlohmann::ordered_json inspect_facts(Ensemble const& ensemble);

}  // namespace limpid::cli
