#include "cli/bench_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr double kMostSeconds = 3600.0;
constexpr std::int64_t kMostRuns = 100;

/// What explain can do and bench does not measure: black boxes (their time is the predictor's), and where files go.
bool is_left_out(OptionSpec const& option) {
  static constexpr std::array<std::string_view, 9> kOthers{"out",     "overwrite", "memory",  "data-format", "features",
                                                           "headers", "progress",  "verbose", "seconds"};
  static constexpr std::array<std::string_view, 6> kKept{kInputGroup,  kColumnsGroup, kQuestionGroup,
                                                         kOutputGroup, kRunGroup,     kMessagesGroup};
  return std::find(kKept.begin(), kKept.end(), option.group) == kKept.end() ||
         std::find(kOthers.begin(), kOthers.end(), option.name) != kOthers.end();
}

void add_measuring(std::vector<OptionSpec>& out) {
  static constexpr char const* kGroup = "what is measured";
  out.push_back(
      {"rows", "N", kGroup, "the time of so many rows is estimated (default: those of the data)", "", {}, {}, ""});
  out.push_back({"seconds", "S", kGroup, "that the runs should take together", "5", {}, {}, ""});
  out.push_back({"runs", "N", kGroup, "of the same rows, of which the median is told", "5", {}, {}, ""});
  out.push_back({"no-alternatives", "", kGroup, "not what other options would change", "", {}, {}, ""});
  out.push_back({"json", "", kGroup, "one JSON object instead of text", "", {}, {}, ""});
}

CommandSpec make_spec() {
  CommandSpec spec;
  spec.name = "bench";
  spec.usage = "limpid bench --model FILE --data FILE [options]";
  spec.summary =
      "How long `limpid explain` with these options takes on this machine: every stage on the first rows of the data,\n"
      "as many as time allows, the time of a whole job, and what other options would change. Nothing is kept.";
  spec.required = {"model", "data"};
  add_measuring(spec.options);
  for (auto const& option : explain_spec().options) {
    if (is_left_out(option)) continue;
    spec.options.push_back(option);
    if (option.name == "data")
      spec.options.back().help = "the rows: a CSV file, plain or gzip, which is read several times";
  }
  spec.examples =
      "  # probabilities against 100 rows of the data: how long for ten million rows?\n"
      "  limpid bench --model loans.json --data loans.csv --label approved --rows 10000000\n"
      "  # margin values on one thread, for a program to read\n"
      "  limpid bench --model loans.json --data loans.csv --label approved --space margin --threads 1 --json\n";
  return spec;
}

/// The same arguments as explain takes them.
Arguments of_explain(Arguments const& arguments) {
  Arguments out(explain_spec());
  for (auto const& option : explain_spec().options) {
    if (is_left_out(option)) continue;
    for (auto const& value : arguments.all(option.name)) out.add(option, value);
  }
  return out;
}

double seconds_option(Arguments const& arguments) {
  auto const text = arguments.text("seconds");
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value > 0.0 && value <= kMostSeconds)) {
    throw Error("usage.value", fmt::format("--seconds '{}' is not a number above 0 and up to {:g}", text, kMostSeconds),
                {}, "for example --seconds 10");
  }
  return value;
}

}  // namespace

CommandSpec const& bench_spec() {
  static CommandSpec const spec = make_spec();
  return spec;
}

BenchOptions bench_options(Arguments const& arguments) {
  BenchOptions out;
  out.job = explain_options(of_explain(arguments));
  if (out.job.data.path == "-") {
    throw Error("usage.value", "limpid bench reads the data several times, and standard input can be read once",
                "--data -", "give the data as a file");
  }
  if (out.job.groups.every_level()) {
    throw Error("usage.group", "limpid bench measures one result, and --group-by-separator gives one for each level",
                {}, "choose one: --group-level K");
  }
  out.job.documents = false;
  out.job.progress = "none";
  if (arguments.given("rows")) out.rows = arguments.integer("rows", 1, std::numeric_limits<std::int64_t>::max());
  out.seconds = seconds_option(arguments);
  out.runs = static_cast<std::int32_t>(arguments.integer("runs", 1, kMostRuns));
  out.alternatives = !arguments.flag("no-alternatives");
  out.json = arguments.flag("json");
  return out;
}

}  // namespace limpid::cli
