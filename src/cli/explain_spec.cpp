// The declaration of `limpid explain`'s options: what --help shows and --config knows.
#include "cli/explain_options.h"

namespace limpid::cli {
namespace {

constexpr char const* kInput = "input";
constexpr char const* kColumns = "columns of the data";
constexpr char const* kQuestion = "what is computed";
constexpr char const* kOutput = "output";
constexpr char const* kRun = "how it runs (never changes a value)";
constexpr char const* kMessages = "messages, on standard error";

void add_input(std::vector<OptionSpec>& out) {
  out.push_back({"model", "FILE", kInput, "the model: an XGBoost JSON or UBJSON file", "", {}, {}, ""});
  out.push_back({"model-format",
                 "F",
                 kInput,
                 "auto (by its content), xgboost-json, xgboost-ubjson",
                 "auto",
                 {"auto", "xgboost-json", "xgboost-ubjson"},
                 {},
                 ""});
  out.push_back(
      {"data", "FILE", kInput, "the rows to explain: CSV, plain or gzip; - reads standard input", "", {}, {}, ""});
  out.push_back({"background",
                 "FILE|sample:N",
                 kInput,
                 "the reference rows, whose values absent features take: a CSV file, or N rows of the data drawn by "
                 "--seed. Path-dependent values need none. Other name: --baseline",
                 "sample:100",
                 {},
                 {},
                 "baseline"});
  out.push_back({"config",
                 "FILE",
                 kInput,
                 "a JSON object of these options by their names without dashes, {\"data\": \"rows.csv\", "
                 "\"exclude\": [\"a\", \"b\"], \"overwrite\": true}; the command line goes first",
                 "",
                 {},
                 {},
                 ""});
}

void add_columns(std::vector<OptionSpec>& out) {
  out.push_back({"id", "COLUMN", kColumns, "names the rows: copied to the output, byte for byte", "", {}, {}, ""});
  out.push_back({"label", "COLUMN", kColumns, "the target: left out", "", {}, {}, ""});
  out.push_back(
      {"exclude", "COLUMN", kColumns, "left out; several with commas or by repeating the option", "", {}, {}, ""});
  out.push_back({"no-header", "", kColumns, "the first line is a row", "", {}, {}, ""});
  out.push_back({"delimiter", "C", kColumns, "one character, or tab", ",", {}, {}, ""});
  out.push_back({"missing",
                 "VALUE",
                 kColumns,
                 "one more spelling of a missing value, beside empty, NaN, NA, N/A, null and None; may be repeated",
                 "",
                 {},
                 {},
                 ""});
}

void add_question(std::vector<OptionSpec>& out) {
  out.push_back({"space",
                 "S",
                 kQuestion,
                 "response: what the model's predict returns (probability, rate, value); margin: the sum of leaf "
                 "values before the link. Other names: probability, raw",
                 "response",
                 {"response", "margin"},
                 {{"probability", "response"}, {"raw", "margin"}},
                 ""});
  out.push_back({"method",
                 "M",
                 kQuestion,
                 "auto, interventional (against the background), path-dependent (from the training covers in the "
                 "model; margin only). Other name: tree_path_dependent",
                 "auto",
                 {"auto", "interventional", "path-dependent"},
                 {{"tree_path_dependent", "path-dependent"}, {"path_dependent", "path-dependent"}},
                 ""});
  out.push_back({"iterations",
                 "all|N|A:B",
                 kQuestion,
                 "boosting rounds to use: all, the first N, or A to B-1 (default: up to best_iteration when the "
                 "model carries it, else all)",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"max-exact-players",
                 "N",
                 kQuestion,
                 "response: the most features in which a row and a background row may differ, up to 20; the work "
                 "doubles with each",
                 "16",
                 {},
                 {},
                 ""});
  out.push_back({"seed", "N", kQuestion, "of sample:N", "0", {}, {}, ""});
}

void add_output(std::vector<OptionSpec>& out) {
  out.push_back({"out",
                 "DIR",
                 kOutput,
                 "a directory for analysis.json, explanations_shap/, manifest.json and run.json; - writes the rows' "
                 "values alone to standard output",
                 "",
                 {},
                 {},
                 ""});
  out.push_back(
      {"format", "F", kOutput, "of the rows' values: jsonl, csv", "jsonl", {"jsonl", "csv"}, {{"json", "jsonl"}}, ""});
  out.push_back({"overwrite", "", kOutput, "replace limpid's own files in DIR", "", {}, {}, ""});
  out.push_back({"float64", "", kOutput, "all digits of a double (default: of a float)", "", {}, {}, ""});
  out.push_back({"labels",
                 "NAMES",
                 kOutput,
                 "names of the model's outputs, with commas, instead of label0, label1",
                 "",
                 {},
                 {},
                 ""});
}

void add_run(std::vector<OptionSpec>& out) {
  out.push_back({"device", "D", kRun, "auto (a GPU where there is one), cpu, cuda, cuda:INDEX", "auto", {}, {}, ""});
  out.push_back({"threads", "N", kRun, "processor threads; auto: as many as there are cores", "auto", {}, {}, ""});
  out.push_back({"chunk-rows",
                 "N",
                 kRun,
                 "rows that are worked on at a time, rounded up to a multiple of 256; auto: by the method",
                 "auto",
                 {},
                 {},
                 ""});
}

void add_messages(std::vector<OptionSpec>& out) {
  out.push_back({"progress",
                 "P",
                 kMessages,
                 "after 2 s; auto: a bar on a terminal, otherwise a line every 30 s; none, plain, json",
                 "auto",
                 {"auto", "none", "plain", "json"},
                 {},
                 ""});
  out.push_back({"quiet", "", kMessages, "errors and warnings only", "", {}, {}, ""});
  out.push_back({"verbose", "", kMessages, "more: the time of each stage", "", {}, {}, ""});
  out.push_back({"color", "C", kMessages, "auto, always, never", "auto", {"auto", "always", "never"}, {}, ""});
  out.push_back({"help", "", kMessages, "this text", "", {}, {}, ""});
}

CommandSpec make_spec() {
  CommandSpec spec;
  spec.name = "explain";
  spec.usage = "limpid explain --model FILE --data FILE --out DIR [options]";
  spec.summary =
      "Shapley values of a tree ensemble for every row of a data file, and their global means.\n"
      "Columns are named by name or by 0-based index.";
  spec.required = {"model", "data", "out"};
  add_input(spec.options);
  add_columns(spec.options);
  add_question(spec.options);
  add_output(spec.options);
  add_run(spec.options);
  add_messages(spec.options);
  spec.examples =
      "  # why each applicant got their probability, against 100 of them\n"
      "  limpid explain --model loans.json --data loans.csv --id id --label approved --out values\n"
      "  # additive contributions to the margin, as XGBoost's pred_contribs, to a pipe\n"
      "  limpid explain --model loans.json --data loans.csv --method path-dependent --format csv --out - | head\n"
      "  # a background of your own\n"
      "  limpid explain --model loans.json --data loans.csv --background typical.csv --space margin --out values\n";
  return spec;
}

}  // namespace

CommandSpec const& explain_spec() {
  static CommandSpec const spec = make_spec();
  return spec;
}

}  // namespace limpid::cli
