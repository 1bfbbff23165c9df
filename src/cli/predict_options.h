/// The options of `limpid predict`: their declaration, and their values in the words of the library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/data_options.h"
#include "explain/engine.h"
#include "io/row_source.h"
#include "limpid/ensemble.h"

namespace limpid::cli {

/// Another program's predictions to hold ours against.
struct CompareOption {
  std::string path;  ///< empty: none
  std::vector<std::string> columns;
};

struct PredictOptions {
  std::string model;
  LoadOptions load;
  ReadOptions data;
  Space space = Space::kResponse;
  RoundsOption rounds;
  CompareOption compare;
  std::optional<double> tolerance;
  std::string out;  ///< "-": standard output; empty: the report of the comparison alone
  bool csv = true;
  bool float64 = false;
  bool overwrite = false;
  std::vector<std::string> labels;
  int threads = 1;
  std::int64_t chunk_rows = 0;
  std::string progress;
};

[[nodiscard]] CommandSpec const& predict_spec();

/// Throws Error usage.value.
[[nodiscard]] PredictOptions predict_options(Arguments const& arguments);

}  // namespace limpid::cli
