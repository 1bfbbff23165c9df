/// `--predictor cmd:COMMAND`: a command that reads CSV rows on its standard input and writes, for each, one line of
/// scores (numbers with commas) on its standard output. It is started once, by /bin/sh -c, at the first rows, and its
/// input is closed at the end of the run.
///
/// Rows are in the data's column order, without the columns of --id, --label and --exclude, and without a header; with
/// --predictor-header the first line has the columns' names. Numbers are the shortest that read back to the same
/// double, a missing one is an empty field, texts are sent byte for byte, quoted where CSV asks for it. Rows are
/// written while answers are read; the command may answer row by row or in blocks of what it could read.
#pragma once

#include <memory>

#include "blackbox/predictor.h"

namespace limpid {

[[nodiscard]] std::unique_ptr<Predictor> make_command_predictor(PredictorOptions const& options,
                                                                PredictorColumns columns);

}  // namespace limpid
