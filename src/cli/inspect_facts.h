/// What `limpid inspect` says of a model, as one JSON object.
#pragma once

#include <nlohmann/json.hpp>

#include "limpid/ensemble.h"

namespace limpid::cli {

/// Of several models that are averaged: the first, and how many there are. Throws Error model.tree when the model
/// cannot be compiled.
[[nodiscard]] nlohmann::ordered_json inspect_facts(Model const& model);

}  // namespace limpid::cli
