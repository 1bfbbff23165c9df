/// Named columns of numbers of a CSV file, beside the rows of a model's features: another program's predictions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/row_source.h"

namespace limpid {

struct NumberColumns {
  std::unique_ptr<RowSource> rows;  ///< its "features" are the columns, each once
  std::vector<std::int32_t> slot;   ///< [columns asked for] which of those features
};

/// Columns by name or 0-based index, as doubles. `options`: path, role, delimiter, header and stop are used. Throws
/// what open_rows throws; Error data.columns names a column that is not there, with the nearest.
[[nodiscard]] NumberColumns open_number_columns(ReadOptions options, std::vector<std::string> const& columns);

}  // namespace limpid
