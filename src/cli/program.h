/// The program: subcommands, errors to messages and exit codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"

namespace limpid::cli {

/// Runs `limpid` with its arguments (without the program's name) and returns the exit code.
[[nodiscard]] int run_program(std::vector<std::string> const& args);

/// One subcommand: returns the exit code, throws Error and Interrupted.
[[nodiscard]] int explain_command(std::vector<std::string> const& args, Console& console);
[[nodiscard]] int predict_command(std::vector<std::string> const& args, Console& console);
[[nodiscard]] int bench_command(std::vector<std::string> const& args, Console& console);
[[nodiscard]] int inspect_command(std::vector<std::string> const& args, Console& console);

[[nodiscard]] std::string version_text();

/// Writes to standard output; throws Error output.write, output.full.
void write_stdout(std::string_view bytes);

}  // namespace limpid::cli
