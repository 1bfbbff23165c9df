#include "cli/job_command.h"

#include "cli/config_file.h"
#include "cli/program.h"
#include "cli/signals.h"
#include "limpid/error.h"

namespace limpid::cli {

std::optional<Arguments> job_arguments(CommandSpec const& spec, std::vector<std::string> const& args,
                                       Console& console) {
  auto arguments = parse_arguments(spec, args);
  if (arguments.flag("help")) {
    write_stdout(help_text(spec));
    return std::nullopt;
  }
  if (arguments.given("config")) arguments.add_missing_from(read_config_file(spec, arguments.text("config")));
  console.set_color(arguments.text("color"));
  console.set_quiet(arguments.flag("quiet"));
  if (spec.find("verbose") != nullptr) console.set_verbose(arguments.flag("verbose"));
  arguments.check_required();
  return arguments;
}

void run_stoppable(ReadOptions& data, std::function<void()> const& stages) {
  data.stop = [] { return stop_flag().requested(); };
  try {
    stages();
  } catch (Error const& e) {
    if (e.code() == "data.interrupted") throw Interrupted(stop_flag().signal());
    throw;
  }
}

}  // namespace limpid::cli
