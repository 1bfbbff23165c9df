/// How the columns of a data file meet the features of a model (docs/contract.md, Data): by name in any order where
/// both sides have names, otherwise by position. Pure: knows the head of the file, not the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/csv_record.h"
#include "io/row_source.h"

namespace limpid {

/// The head of a data file: names (empty without a header) and the first rows that are not blank.
struct DataHead {
  std::vector<std::string> names;
  std::int32_t column_count = 0;
  std::vector<CsvRecord> rows;
};

struct ColumnPlan {
  std::vector<std::int32_t> column_of_feature;  ///< [M] 0-based column of the file
  std::optional<std::int32_t> id_column;
  std::vector<std::string> column_names;  ///< [columns] as messages call them
  DataSchema schema;
};

/// Throws Error data.columns (duplicate, missing, unknown, count) and usage.column (an option names no column), each
/// with the options that fix it.
[[nodiscard]] ColumnPlan plan_columns(DataHead const& head, ReadOptions const& options, Ensemble const& ensemble);

/// The same where no model says what the columns are: all that no option names are features.
[[nodiscard]] ColumnPlan plan_all_columns(DataHead const& head, ReadOptions const& options);

/// The column that an option names, by name or 0-based index. Throws Error usage.column.
[[nodiscard]] std::int32_t find_column(DataHead const& head, ReadOptions const& options, char const* option,
                                       std::string const& spec);

/// Which options are in use already, so that hints do not name them again.
struct TakenOptions {
  bool id = false;
  bool label = false;
};

/// For each of `columns`, which are no features, the option that most likely explains it, by its name and its first
/// values: "--id x", "--label y", "--exclude z", or "--id 0 or --exclude 0" for an index. For hints only.
[[nodiscard]] std::vector<std::string> suggest_options(DataHead const& head, std::vector<std::int32_t> const& columns,
                                                       TakenOptions taken);

/// Whether the column's first values count 0, 1, 2, ...: the index of a data frame that was written along.
[[nodiscard]] bool counts_from_zero(DataHead const& head, std::int32_t column);

}  // namespace limpid
