#include "blackbox/csv_body.h"

#include <array>

#include "io/csv_record.h"
#include "io/number_text.h"

namespace limpid {

void append_csv_header(PredictorColumns const& columns, std::string& out) {
  for (std::size_t c = 0; c < columns.columns.size(); ++c) {
    if (c > 0) out += ',';
    append_csv_field(columns.columns[c].name, ',', out);
  }
  out += '\n';
}

void append_csv_row(PredictorColumns const& columns, PredictorRows const& rows, std::int64_t row, std::string& out) {
  auto const begin = out.size();
  for (std::int32_t c = 0; c < rows.columns; ++c) {
    if (c > 0) out += ',';
    if (columns.columns[static_cast<std::size_t>(c)].text) {
      append_csv_field(rows.text(row, c), ',', out);
      continue;
    }
    std::array<char, kNumberBytes> text{};
    double const value = rows.values[row * rows.columns + c];
    out.append(text.data(), static_cast<std::size_t>(write_number(value, true, "", text.data()) - text.data()));
  }
  if (out.size() == begin) out += "\"\"";
  out += '\n';
}

}  // namespace limpid
