/// What the commands over rows of data (explain, predict) share: from arguments to a job, and a job that can be
/// stopped.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "io/row_source.h"

namespace limpid::cli {

/// The arguments, those of --config included, checked; the console is set by them. Nothing: --help was asked for and
/// has been answered. Throws Error usage., config.
[[nodiscard]] std::optional<Arguments> job_arguments(CommandSpec const& spec, std::vector<std::string> const& args,
                                                     Console& console);

/// Runs the stages of a job that reads `data`: a signal ends its reading, and then this throws Interrupted.
void run_stoppable(ReadOptions& data, std::function<void()> const& stages);

}  // namespace limpid::cli
