/// --config FILE: a JSON object of a command's options.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace limpid::cli {

/// Reads `{"option": value}`, where a value is a string, a number, true, false or an array of strings and numbers.
/// Throws Error config.open, config.format, config.key (with the nearest known one), config.value.
[[nodiscard]] Arguments read_config_file(CommandSpec const& spec, std::string const& path);

}  // namespace limpid::cli
