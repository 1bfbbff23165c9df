/// The options of `limpid explain` that belong to a black box, and those that a black box has no use for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blackbox/predictor.h"
#include "cli/arguments.h"
#include "cli/data_options.h"
#include "explain/estimator_choice.h"

namespace limpid::cli {

struct BlackBoxOptions {
  PredictorOptions predictor;
  std::int64_t memory_bytes = 0;
  std::vector<std::string> text_columns;     ///< by name or 0-based index
  std::optional<EstimatorChoice> estimator;  ///< none: every coalition, --estimator exact
};

void add_predictor_options(std::vector<OptionSpec>& out);  ///< predictor and what it asks about
void add_memory_option(std::vector<OptionSpec>& out);

/// Nothing without --predictor. Throws Error usage.predictor (options that make no sense with a black box, and the
/// other way round, with the alternative), usage.value, usage.missing.
[[nodiscard]] std::optional<BlackBoxOptions> black_box_options(Arguments const& arguments,
                                                               EstimatorChoice const& estimator);

/// Bytes of "512M", "1G", "1.5GiB", "65536". Throws Error usage.value.
[[nodiscard]] std::int64_t parse_memory(std::string const& option, std::string const& text);

}  // namespace limpid::cli
