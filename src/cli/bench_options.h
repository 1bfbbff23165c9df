/// The options of `limpid bench`: explain's that determine its work, and how long and what to measure.
#pragma once

#include <cstdint>
#include <string>

#include "cli/arguments.h"
#include "cli/explain_options.h"

namespace limpid::cli {

struct BenchOptions {
  ExplainOptions job;     ///< what is measured; `out` is not set
  std::int64_t rows = 0;  ///< of the job whose time is estimated; 0: the rows of the data
  double seconds = 0.0;   ///< that measuring should take
  std::int32_t runs = 0;  ///< of the same size
  bool alternatives = true;
  bool json = false;
};

[[nodiscard]] CommandSpec const& bench_spec();

/// Throws Error usage.value, usage.background, usage.group, config.*.
[[nodiscard]] BenchOptions bench_options(Arguments const& arguments);

}  // namespace limpid::cli
