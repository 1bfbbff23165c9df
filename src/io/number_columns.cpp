#include "io/number_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "io/byte_source.h"
#include "io/csv_batches.h"
#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid {
namespace {

/// Names, or without a header the indices as text; one per column.
std::vector<std::string> column_names(ReadOptions const& options) {
  CsvBatches const file({options.path, options.role, options.delimiter, options.block_bytes, options.stop});
  auto const& records = file.head();
  auto const first = std::find_if(records.begin(), records.end(), [](CsvRecord const& r) { return !r.blank(); });
  if (first == records.end()) {
    throw Error("data.empty", fmt::format("{} has no rows", display_name(options.path)),
                fmt::format("{} {}", options.role, options.path));
  }
  if (options.header) return first->fields;
  return std::vector<std::string>(first->fields.size());
}

std::size_t find_column(std::string const& wanted, std::vector<std::string> const& names, ReadOptions const& options) {
  auto const named = std::find(names.begin(), names.end(), wanted);
  if (named != names.end() && !wanted.empty()) return static_cast<std::size_t>(named - names.begin());
  std::size_t index = 0;
  auto const [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
  if (error == std::errc{} && end == wanted.data() + wanted.size() && index < names.size()) return index;
  auto const near = nearest_name(wanted, names);
  throw Error("data.columns", fmt::format("'{}' is not a column of {}", wanted, display_name(options.path)),
              fmt::format("{} {}{}", options.role, options.path, options.header ? " (header)" : ""),
              near.empty()
                  ? fmt::format("columns are named by their name or by a 0-based index up to {}", names.size() - 1)
                  : fmt::format("did you mean '{}'?", near));
}

}  // namespace

NumberColumns open_number_columns(ReadOptions options, std::vector<std::string> const& columns) {
  auto const names = column_names(options);
  std::vector<std::size_t> found;
  found.reserve(columns.size());
  for (auto const& column : columns) found.push_back(find_column(column, names, options));
  auto used = found;
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());

  Ensemble columns_as_features;  // the reader matches features, excludes the rest, and names what is wrong in a cell
  columns_as_features.input_cast = InputCast::kFloat64;
  columns_as_features.named_features = options.header;
  options.id.reset();
  options.label.reset();
  options.exclude.clear();
  options.categories.clear();  // they are the data's
  options.may_be_text = false;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (std::binary_search(used.begin(), used.end(), c)) {
      Feature feature;
      feature.name = names[c];
      columns_as_features.features.push_back(feature);
    } else {
      options.exclude.push_back(names[c].empty() ? std::to_string(c) : names[c]);
    }
  }
  NumberColumns out;
  for (auto const column : found) {
    out.slot.push_back(static_cast<std::int32_t>(std::lower_bound(used.begin(), used.end(), column) - used.begin()));
  }
  out.rows = open_rows(options, columns_as_features);
  return out;
}

}  // namespace limpid
