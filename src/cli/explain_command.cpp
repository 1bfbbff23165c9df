// limpid explain: options to a job.
#include <utility>

#include "cli/explain_job.h"
#include "cli/explain_options.h"
#include "cli/http_predictor_options.h"
#include "cli/job_command.h"
#include "cli/program.h"

namespace limpid::cli {

int explain_command(std::vector<std::string> const& args, Console& console) {
  auto const arguments = job_arguments(explain_spec(), args, console);
  if (!arguments) return 0;
  auto options = explain_options(*arguments);
  options.command = {"limpid", "explain"};
  auto const safe = without_secrets(args);
  options.command.insert(options.command.end(), safe.begin(), safe.end());
  ExplainJob(std::move(options), console).run();
  return 0;
}

}  // namespace limpid::cli
