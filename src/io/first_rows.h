/// The first rows of a source.
#pragma once

#include <cstdint>
#include <memory>

#include "io/row_source.h"

namespace limpid {

/// REQUIRES: most_rows >= 0.
[[nodiscard]] std::unique_ptr<RowSource> first_rows(std::unique_ptr<RowSource> source, std::int64_t most_rows);

}  // namespace limpid
