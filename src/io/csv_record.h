/// One CSV record cut into fields: for the header and the few rows that are looked at before the reader starts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limpid {

struct CsvRecord {
  std::vector<std::string> fields;  ///< unquoted; one empty field for a blank line
  std::size_t bytes = 0;            ///< with the line end
  std::size_t lines = 1;            ///< physical lines
  [[nodiscard]] bool blank() const noexcept { return fields.size() == 1 && fields[0].empty() && !quoted; }
  bool quoted = false;  ///< a quote opened any field
};

/// The record at the start of `bytes`; nothing when its end is not there. `at_end`: the file ends with `bytes`, so that
/// the last record needs no newline. Quotes open a field only at its start; a doubled quote inside is one quote.
[[nodiscard]] std::optional<CsvRecord> parse_record(std::string_view bytes, char delimiter, bool at_end);

/// A field as CSV text: quoted when it holds the delimiter, a quote or a line end.
void append_csv_field(std::string_view text, char delimiter, std::string& out);

}  // namespace limpid
