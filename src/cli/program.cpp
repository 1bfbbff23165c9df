#include "cli/program.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>

#include "cli/signals.h"
#include "cli/simd_target.h"
#include "cli/suggest.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr int kSignalExit = 128;

constexpr char const* kHelp =
    R"(limpid explains tree-ensemble models: exact Shapley values for every row of a data file.

usage: limpid COMMAND [options]

commands:
  explain     local and global attributions of a model's outputs
  predict     a model's predictions, and whether they are the library's
  inspect     what a model file holds
  bench       how long explain takes on a model and its data, stage by stage
  version     limpid, CUDA, Arrow, SIMD target, compiler (also --version)
  help        this text (also --help)

`limpid COMMAND --help` lists a command's options.
)";

int dispatch(std::vector<std::string> const& args, Console& console) {
  if (args.empty()) {
    throw Error("usage.command", "a command is needed", {},
                "limpid explain, limpid predict, limpid inspect; `limpid --help` says more");
  }
  auto const& command = args[0];
  std::vector<std::string> const rest(args.begin() + 1, args.end());
  if (command == "--help" || command == "-h" || command == "help") {
    write_stdout(kHelp);
    return 0;
  }
  if (command == "--version" || command == "version") {
    write_stdout(version_text());
    return 0;
  }
  if (command == "explain") return explain_command(rest, console);
  if (command == "predict") return predict_command(rest, console);
  if (command == "bench") return bench_command(rest, console);
  if (command == "inspect") return inspect_command(rest, console);
  static std::vector<std::string> const known{"explain", "predict", "inspect",   "bench",
                                              "version", "help",    "--version", "--help"};
  auto const near = nearest(command, known);
  throw Error("usage.command", fmt::format("unknown command '{}'", command), {},
              near.empty() ? "`limpid --help` lists the commands" : fmt::format("did you mean '{}'?", near));
}

}  // namespace

void write_stdout(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw Error(errno == ENOSPC ? "output.full" : "output.write",
                  fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

int run_program(std::vector<std::string> const& args) {
  Console console;
  console.set_color("auto");
  try {
    install_signal_handlers();
    select_simd_target();
    return dispatch(args, console);
  } catch (Error const& e) {
    console.error(e);
    return e.exit_code();
  } catch (Interrupted const& e) {
    console.note(fmt::format("stopped by {}", e.signal() == SIGINT ? "SIGINT" : "SIGTERM"));
    return kSignalExit + e.signal();
  } catch (std::bad_alloc const&) {
    Error const error("internal.memory", "out of memory", {}, "use a smaller --chunk-rows, or fewer --threads");
    console.error(error);
    return error.exit_code();
  } catch (std::exception const& e) {
    Error const error("internal.bug", e.what(), {}, "this is a bug in limpid: please report it with the command");
    console.error(error);
    return error.exit_code();
  }
}

}  // namespace limpid::cli
