// limpid bench: how long a job takes, stage by stage.
#include "cli/bench_job.h"
#include "cli/bench_options.h"
#include "cli/bench_report.h"
#include "cli/job_command.h"
#include "cli/program.h"

namespace limpid::cli {

int bench_command(std::vector<std::string> const& args, Console& console) {
  auto const arguments = job_arguments(bench_spec(), args, console);
  if (!arguments) return 0;
  auto options = bench_options(*arguments);
  bool const json = options.json;
  auto const facts = BenchJob(std::move(options), console).run();
  write_stdout(json ? bench_json(facts) : bench_text(facts));
  return 0;
}

}  // namespace limpid::cli
