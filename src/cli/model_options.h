/// The options that say how a model file is read: the same for every command that takes one.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "limpid/ensemble.h"

namespace limpid::cli {

/// Appends --model-format, --model-entry and --allow-unknown-version.
void add_model_options(std::string const& group, std::vector<OptionSpec>& out);

[[nodiscard]] LoadOptions load_options(Arguments const& arguments);

}  // namespace limpid::cli
