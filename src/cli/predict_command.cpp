// limpid predict: options to a job.
#include <utility>

#include "cli/arguments.h"
#include "cli/config_file.h"
#include "cli/predict_job.h"
#include "cli/predict_options.h"
#include "cli/program.h"

namespace limpid::cli {

int predict_command(std::vector<std::string> const& args, Console& console) {
  auto const& spec = predict_spec();
  auto arguments = parse_arguments(spec, args);
  if (arguments.flag("help")) {
    write_stdout(help_text(spec));
    return 0;
  }
  if (arguments.given("config")) arguments.add_missing_from(read_config_file(spec, arguments.text("config")));
  console.set_color(arguments.text("color"));
  console.set_quiet(arguments.flag("quiet"));
  console.set_verbose(arguments.flag("verbose"));
  arguments.check_required();
  PredictJob(predict_options(arguments), console).run();
  return 0;
}

}  // namespace limpid::cli
