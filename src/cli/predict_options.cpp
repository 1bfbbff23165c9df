#include "cli/predict_options.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "cli/model_options.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr std::int64_t kChunkRows = 4096;

void add_input(std::vector<OptionSpec>& out) {
  add_model_file_option(out);
  add_model_options(kInputGroup, out);
  add_data_option(out);
  add_config_option(out);
}

void add_comparison(std::vector<OptionSpec>& out) {
  OptionSpec compare;
  compare.name = "compare";
  compare.value = "FILE:COLUMN";
  compare.group = kQuestionGroup;
  compare.help =
      "another program's predictions for the same rows, a column of a CSV file: the largest difference is reported. "
      "Several outputs: FILE:COLUMN,COLUMN, or the option repeated";
  out.push_back(compare);
  OptionSpec tolerance;
  tolerance.name = "tolerance";
  tolerance.value = "X";
  tolerance.group = kQuestionGroup;
  tolerance.help = "exit with 5 when a prediction differs by more than X max(1, |the other's|)";
  out.push_back(tolerance);
}

void add_output(std::vector<OptionSpec>& out) {
  OptionSpec file;
  file.name = "out";
  file.value = "FILE";
  file.group = kOutputGroup;
  file.help = "a file, or - for standard output; with --compare nothing is written unless it is given";
  file.fallback = "-";
  out.push_back(file);
  OptionSpec format;
  format.name = "format";
  format.value = "F";
  format.group = kOutputGroup;
  format.help = "csv, jsonl";
  format.fallback = "csv";
  format.choices = {"csv", "jsonl"};
  format.synonyms = {{"json", "jsonl"}};
  out.push_back(format);
  OptionSpec overwrite;
  overwrite.name = "overwrite";
  overwrite.group = kOutputGroup;
  overwrite.help = "replace FILE";
  out.push_back(overwrite);
  add_number_options(out);
}

CommandSpec make_spec() {
  CommandSpec spec;
  spec.name = "predict";
  spec.usage = "limpid predict --model FILE --data FILE [options]";
  spec.summary =
      "A model's predictions in the arithmetic of the library that wrote it: the first check that limpid reads a "
      "model\n"
      "as that library does. Columns are named by name or by 0-based index.";
  spec.required = {"model", "data"};
  add_input(spec.options);
  add_column_options(spec.options);
  add_space_option(spec.options);
  add_rounds_option(spec.options);
  add_comparison(spec.options);
  add_output(spec.options);
  add_thread_options(spec.options);
  add_message_options(spec.options);
  spec.examples =
      "  # probabilities, one row each, to a pipe\n"
      "  limpid predict --model loans.json --data loans.csv --id id --label approved | head\n"
      "  # are they the library's? its own predictions are column p of check.csv\n"
      "  limpid predict --model loans.json --data loans.csv --label approved --compare check.csv:p\n"
      "  # margins of three classes, and exit code 5 where one is off\n"
      "  limpid predict --model multi.json --data rows.csv --space margin --compare raw.csv:a,b,c --tolerance 1e-6\n";
  return spec;
}

CompareOption compare_option(Arguments const& arguments) {
  CompareOption out;
  for (auto const& text : arguments.all("compare")) {
    auto const colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
      throw Error("usage.value", fmt::format("--compare '{}' names no column", text), {},
                  "--compare takes FILE:COLUMN, for example --compare check.csv:prediction");
    }
    auto const path = text.substr(0, colon);
    if (!out.path.empty() && out.path != path) {
      throw Error("usage.value", fmt::format("--compare names two files, '{}' and '{}'", out.path, path), {},
                  "put the columns into one file");
    }
    out.path = path;
    std::istringstream columns(text.substr(colon + 1));
    for (std::string column; std::getline(columns, column, ',');) out.columns.push_back(column);
  }
  if (out.path == "-") {
    throw Error("usage.value", "--compare reads a file, not standard input");
  }
  return out;
}

std::optional<double> tolerance_option(Arguments const& arguments) {
  if (!arguments.given("tolerance")) return std::nullopt;
  if (!arguments.given("compare")) {
    throw Error("usage.value", "--tolerance bounds the differences of --compare, which was not given");
  }
  auto const text = arguments.text("tolerance");
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0.0) {
    throw Error("usage.value", fmt::format("--tolerance '{}' is not a number of at least 0", text), {},
                "for example --tolerance 1e-6");
  }
  return value;
}

}  // namespace

CommandSpec const& predict_spec() {
  static CommandSpec const spec = make_spec();
  return spec;
}

PredictOptions predict_options(Arguments const& arguments) {
  PredictOptions out;
  out.model = arguments.text("model");
  out.load = load_options(arguments);
  out.data = read_options(arguments);
  out.space = space_option(arguments);
  out.rounds = rounds_option(arguments);
  out.compare = compare_option(arguments);
  out.tolerance = tolerance_option(arguments);
  out.out = arguments.given("compare") && !arguments.given("out") ? "" : arguments.text("out");
  out.csv = arguments.text("format") == "csv";
  out.float64 = arguments.flag("float64");
  out.overwrite = arguments.flag("overwrite");
  out.labels = arguments.list("labels");
  out.threads = threads_option(arguments);
  out.chunk_rows = chunk_rows_option(arguments);
  if (out.chunk_rows == 0) out.chunk_rows = kChunkRows;
  out.progress = progress_option(arguments);
  return out;
}

}  // namespace limpid::cli
