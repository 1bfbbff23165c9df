/// Rows as CSV text for a predictor: no header unless asked for, numbers as the shortest text that reads back to the
/// same double, missing numbers as empty fields, texts byte for byte, quoted where CSV asks for it.
#pragma once

#include <string>

#include "blackbox/predictor.h"

namespace limpid {

void append_csv_header(PredictorColumns const& columns, std::string& out);
/// The row with its newline; a row of one empty field is `""`, so that no line is blank.
void append_csv_row(PredictorColumns const& columns, PredictorRows const& rows, std::int64_t row, std::string& out);

}  // namespace limpid
