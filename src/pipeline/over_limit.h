/// Rows whose games have more players than the lattice takes, where nothing estimates them: counted, then an error.
#pragma once

#include <cstdint>

#include "pipeline/pipeline.h"

namespace limpid {

struct OverLimit {
  std::int64_t rows = 0;
  std::int64_t first = -1;  ///< row
  std::int64_t of_rows = 0;
  std::int32_t largest = 0;  ///< players
};

/// Throws Error usage.players with what makes them fewer.
[[noreturn]] void throw_over_limit(OverLimit const& found, PipelineOptions const& options);

}  // namespace limpid
