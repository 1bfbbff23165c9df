// limpid predict: options to a job.
#include "cli/job_command.h"
#include "cli/predict_job.h"
#include "cli/predict_options.h"
#include "cli/program.h"

namespace limpid::cli {

int predict_command(std::vector<std::string> const& args, Console& console) {
  if (auto const arguments = job_arguments(predict_spec(), args, console)) {
    PredictJob(predict_options(*arguments), console).run();
  }
  return 0;
}

}  // namespace limpid::cli
