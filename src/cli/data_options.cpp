// Declaration and reading of the options that explain and predict share.
#include "cli/data_options.h"

#include <fmt/core.h>
#include <sched.h>

#include <limits>
#include <thread>

#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid::cli {
namespace {

constexpr std::int64_t kMaxThreads = 1024;
constexpr std::int64_t kMaxRounds = std::numeric_limits<std::int32_t>::max();

char delimiter_option(Arguments const& arguments) {
  auto const text = arguments.text("delimiter");
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() == 1 && text != "\"" && text != "\n" && text != "\r") return text[0];
  throw Error("usage.value", fmt::format("--delimiter '{}' is not one character", text), {},
              "for example --delimiter ';' or --delimiter tab");
}

/// Cores that this process may use: a container or taskset may give fewer than the machine has.
int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  auto const cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : static_cast<int>(cores);
}

}  // namespace

void add_model_file_option(std::vector<OptionSpec>& out) {
  out.push_back({"model",
                 "FILE",
                 kInputGroup,
                 "the model: XGBoost (JSON, UBJSON, binary), LightGBM (text), CatBoost (JSON), or limpid's JSON",
                 "",
                 {},
                 {},
                 ""});
}

void add_data_option(std::vector<OptionSpec>& out) {
  out.push_back({"data", "FILE", kInputGroup, "the rows: CSV, plain or gzip; - reads standard input", "", {}, {}, ""});
}

void add_config_option(std::vector<OptionSpec>& out) {
  out.push_back({"config",
                 "FILE",
                 kInputGroup,
                 "a JSON object of these options by their names without dashes, {\"data\": \"rows.csv\", "
                 "\"exclude\": [\"a\", \"b\"], \"overwrite\": true}; the command line goes first",
                 "",
                 {},
                 {},
                 ""});
}

void add_column_options(std::vector<OptionSpec>& out) {
  out.push_back({"id", "COLUMN", kColumnsGroup, "names the rows: copied to the output, byte for byte", "", {}, {}, ""});
  out.push_back({"label", "COLUMN", kColumnsGroup, "the target: left out", "", {}, {}, ""});
  out.push_back(
      {"exclude", "COLUMN", kColumnsGroup, "left out; several with commas or by repeating the option", "", {}, {}, ""});
  out.push_back({"no-header", "", kColumnsGroup, "the first line is a row", "", {}, {}, ""});
  out.push_back({"delimiter", "C", kColumnsGroup, "one character, or tab", ",", {}, {}, ""});
  out.push_back({"missing",
                 "VALUE",
                 kColumnsGroup,
                 "one more spelling of a missing value, beside empty, NaN, NA, N/A, null and None; may be repeated",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"categories",
                 "FILE",
                 kColumnsGroup,
                 "a JSON object that gives categorical features their codes by text, for models that hold codes alone: "
                 "{\"region\": [\"text of code 0\", \"text of code 1\"], \"grade\": {\"A\": 0, \"B\": 3}}",
                 "",
                 {},
                 {},
                 ""});
}

void add_space_option(std::vector<OptionSpec>& out) {
  out.push_back({"space",
                 "S",
                 kQuestionGroup,
                 "response: what the model's predict returns (probability, rate, value); margin: the sum of leaf "
                 "values before the link. Other names: probability, raw",
                 "response",
                 {"response", "margin"},
                 {{"probability", "response"}, {"raw", "margin"}},
                 ""});
}

void add_rounds_option(std::vector<OptionSpec>& out) {
  out.push_back({"iterations",
                 "all|N|A:B",
                 kQuestionGroup,
                 "boosting rounds to use: all, the first N, or A to B-1 (default: up to best_iteration when the "
                 "model carries it, else all)",
                 "",
                 {},
                 {},
                 ""});
}

void add_number_options(std::vector<OptionSpec>& out) {
  out.push_back({"float64", "", kOutputGroup, "all digits of a double (default: of a float)", "", {}, {}, ""});
  out.push_back({"labels",
                 "NAMES",
                 kOutputGroup,
                 "names of the model's outputs, with commas, instead of label0, label1",
                 "",
                 {},
                 {},
                 ""});
}

void add_thread_options(std::vector<OptionSpec>& out) {
  out.push_back({"threads", "N", kRunGroup, "processor threads; auto: as many as there are cores", "auto", {}, {}, ""});
  out.push_back({"chunk-rows",
                 "N",
                 kRunGroup,
                 "rows that are worked on at a time, rounded up to a multiple of 256; auto: by the method",
                 "auto",
                 {},
                 {},
                 ""});
}

void add_message_options(std::vector<OptionSpec>& out) {
  out.push_back({"progress",
                 "P",
                 kMessagesGroup,
                 "after 2 s; auto: a bar on a terminal, otherwise a line every 30 s; none, plain, json",
                 "auto",
                 {"auto", "none", "plain", "json"},
                 {},
                 ""});
  out.push_back({"quiet", "", kMessagesGroup, "errors and warnings only", "", {}, {}, ""});
  out.push_back({"verbose", "", kMessagesGroup, "more: the time of each stage", "", {}, {}, ""});
  out.push_back({"color", "C", kMessagesGroup, "auto, always, never", "auto", {"auto", "always", "never"}, {}, ""});
  out.push_back({"help", "", kMessagesGroup, "this text", "", {}, {}, ""});
}

ReadOptions read_options(Arguments const& arguments) {
  ReadOptions out;
  out.path = arguments.text("data");
  if (arguments.given("id")) out.id = arguments.text("id");
  if (arguments.given("label")) out.label = arguments.text("label");
  out.exclude = arguments.list("exclude");
  out.header = !arguments.flag("no-header");
  out.delimiter = delimiter_option(arguments);
  out.missing = arguments.all("missing");
  out.categories = arguments.text("categories");
  return out;
}

Space space_option(Arguments const& arguments) {
  return arguments.text("space") == "margin" ? Space::kMargin : Space::kResponse;
}

RoundsOption rounds_option(Arguments const& arguments) {
  RoundsOption out;
  out.given = arguments.given("iterations");
  auto const text = arguments.text("iterations");
  if (!out.given || text == "all") return out;
  out.all = false;
  auto const colon = text.find(':');
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool const good = colon == std::string::npos ? parse_integer(text, 1, kMaxRounds, end)
                                               : parse_integer(text.substr(0, colon), 0, kMaxRounds, begin) &&
                                                     parse_integer(text.substr(colon + 1), begin + 1, kMaxRounds, end);
  if (!good) {
    throw Error("usage.value", fmt::format("--iterations '{}' is no range of rounds", text), {},
                "--iterations takes all, a number of rounds N (the first N), or A:B (rounds A to B-1)");
  }
  out.begin = static_cast<std::int32_t>(begin);
  out.end = static_cast<std::int32_t>(end);
  return out;
}

int threads_option(Arguments const& arguments) {
  return arguments.text("threads") == "auto" ? available_cores()
                                             : static_cast<int>(arguments.integer("threads", 1, kMaxThreads));
}

std::int64_t chunk_rows_option(Arguments const& arguments) {
  static constexpr std::int64_t kMaxChunkRows = std::int64_t{1} << 30;
  if (arguments.text("chunk-rows") == "auto") return 0;
  return round_chunk_rows(arguments.integer("chunk-rows", 1, kMaxChunkRows));
}

std::string progress_option(Arguments const& arguments) {
  return arguments.flag("quiet") && !arguments.given("progress") ? "none" : arguments.text("progress");
}

}  // namespace limpid::cli
