/// The options that commands over rows of data share: which columns are what, which rounds, how many threads, what is
/// said. Declared and read in one place, so that `explain` and `predict` mean the same by them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "explain/engine.h"
#include "io/row_source.h"

namespace limpid::cli {

/// Headings of --help.
inline constexpr char const* kInputGroup = "input";
inline constexpr char const* kColumnsGroup = "columns of the data";
inline constexpr char const* kQuestionGroup = "what is computed";
inline constexpr char const* kOutputGroup = "output";
inline constexpr char const* kRunGroup = "how it runs (never changes a value)";
inline constexpr char const* kMessagesGroup = "messages, on standard error";

void add_model_file_option(std::vector<OptionSpec>& out);  ///< model; beside it add_model_options (model_options.h)
void add_data_option(std::vector<OptionSpec>& out);        ///< data
void add_config_option(std::vector<OptionSpec>& out);      ///< config
void add_column_options(std::vector<OptionSpec>& out);     ///< id, label, exclude, no-header, delimiter, missing
void add_space_option(std::vector<OptionSpec>& out);       ///< space
void add_rounds_option(std::vector<OptionSpec>& out);      ///< iterations
void add_number_options(std::vector<OptionSpec>& out);     ///< float64, labels
void add_thread_options(std::vector<OptionSpec>& out);     ///< threads, chunk-rows
void add_message_options(std::vector<OptionSpec>& out);    ///< progress, quiet, verbose, color, help

/// Rounds [begin, end) of the model; all: no selection.
struct RoundsOption {
  bool given = false;
  bool all = true;
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// Each throws Error usage.value.
[[nodiscard]] ReadOptions read_options(Arguments const& arguments);
[[nodiscard]] Space space_option(Arguments const& arguments);
[[nodiscard]] RoundsOption rounds_option(Arguments const& arguments);
[[nodiscard]] int threads_option(Arguments const& arguments);
[[nodiscard]] std::int64_t chunk_rows_option(Arguments const& arguments);  ///< 0: auto
[[nodiscard]] std::string progress_option(Arguments const& arguments);     ///< auto, none, plain, json

}  // namespace limpid::cli
