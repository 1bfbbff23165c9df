/// One run of `limpid bench`: explain's job on the first rows of the data, several times, into a folder that is
/// removed.
#pragma once

#include <cstdint>

#include "cli/bench_options.h"
#include "cli/bench_report.h"
#include "cli/console.h"

namespace limpid::cli {

class BenchJob {
 public:
  BenchJob(BenchOptions options, Console const& console);
  /// Throws Error, Interrupted: what explain throws.
  [[nodiscard]] BenchFacts run();

 private:
  [[nodiscard]] JobCosts trial(ExplainOptions options, std::int64_t rows);
  /// A run of about `seconds` after its setting up: rows are added until one lasts half as long, or the data end.
  [[nodiscard]] JobCosts sized(ExplainOptions const& options, double seconds);
  void measure_alternatives(BenchFacts& facts);

  BenchOptions options_;
  bool at_end_ = false;  ///< the last run that was sized had all rows of the data
  Console console_;      ///< says warnings once, and nothing else
};

}  // namespace limpid::cli
