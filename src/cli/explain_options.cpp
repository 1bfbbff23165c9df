#include "cli/explain_options.h"

#include <fmt/core.h>
#include <sched.h>

#include <limits>
#include <thread>

#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid::cli {
namespace {

constexpr std::int64_t kMaxThreads = 1024;
constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMaxRounds = std::numeric_limits<std::int32_t>::max();

BackgroundOption background_option(Arguments const& arguments) {
  BackgroundOption out;
  out.text = arguments.text("background");
  out.given = arguments.given("background");
  if (out.text.starts_with("kmeans:")) {
    throw Error("usage.background", fmt::format("--background '{}': there are no k-means backgrounds", out.text), {},
                "use sample:N (rows of the data) or a CSV file");
  }
  if (!out.text.starts_with("sample:")) {
    out.kind = BackgroundKind::kFile;
    out.path = out.text;
    return out;
  }
  if (!parse_integer(out.text.substr(std::string_view("sample:").size()), 1, kAnyCount, out.sample_rows)) {
    throw Error("usage.value", fmt::format("--background '{}': sample:N needs a whole number of at least 1", out.text),
                {}, "for example --background sample:100");
  }
  return out;
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

DeviceOption device_option(Arguments const& arguments) {
  static constexpr std::int64_t kMaxDevices = 1024;
  DeviceOption out;
  out.text = arguments.text("device");
  std::int64_t index = 0;
  if (out.text == "auto") return out;
  if (out.text == "cpu") {
    out.kind = DeviceKind::kCpu;
    return out;
  }
  std::string const prefix = "cuda:";
  bool const cuda = out.text == "cuda" || (out.text.starts_with(prefix) &&
                                           parse_integer(out.text.substr(prefix.size()), 0, kMaxDevices, index));
  if (!cuda) {
    OptionSpec spec = *explain_spec().find("device");
    spec.choices = {"auto", "cpu", "cuda", "cuda:0"};
    if (out.text.starts_with("gpu")) {
      throw Error("usage.value", fmt::format("--device '{}' is not a known value", out.text), {},
                  "did you mean 'cuda'? --device takes auto, cpu, cuda, cuda:INDEX");
    }
    throw_bad_value(spec, out.text);
  }
  out.kind = DeviceKind::kCuda;
  out.index = static_cast<std::int32_t>(index);
  return out;
}

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

ReadOptions read_options(Arguments const& arguments) {
  ReadOptions out;
  out.path = arguments.text("data");
  if (arguments.given("id")) out.id = arguments.text("id");
  if (arguments.given("label")) out.label = arguments.text("label");
  out.exclude = arguments.list("exclude");
  out.header = !arguments.flag("no-header");
  out.delimiter = delimiter_option(arguments);
  out.missing = arguments.all("missing");
  return out;
}

Method method_option(std::string const& text) {
  if (text == "auto") return Method::kAuto;
  return text == "interventional" ? Method::kInterventional : Method::kPathDependent;
}

}  // namespace

ExplainOptions explain_options(Arguments const& arguments) {
  ExplainOptions out;
  out.model = arguments.text("model");
  out.model_format = arguments.text("model-format");
  out.data = read_options(arguments);
  out.background = background_option(arguments);
  out.space = arguments.text("space") == "margin" ? Space::kMargin : Space::kResponse;
  out.space_given = arguments.given("space");
  out.method = method_option(arguments.text("method"));
  out.rounds = rounds_option(arguments);
  out.max_exact_players = static_cast<std::int32_t>(arguments.integer("max-exact-players", 1, kMaxExactPlayers));
  out.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, kAnyCount));
  out.out = arguments.text("out");
  out.csv = arguments.text("format") == "csv";
  out.float64 = arguments.flag("float64");
  out.overwrite = arguments.flag("overwrite");
  out.labels = arguments.list("labels");
  out.device = device_option(arguments);
  out.threads = arguments.text("threads") == "auto" ? available_cores()
                                                    : static_cast<int>(arguments.integer("threads", 1, kMaxThreads));
  if (arguments.text("chunk-rows") != "auto") {
    static constexpr std::int64_t kMaxChunkRows = std::int64_t{1} << 30;
    out.chunk_rows = round_chunk_rows(arguments.integer("chunk-rows", 1, kMaxChunkRows));
  }
  out.progress = arguments.flag("quiet") && !arguments.given("progress") ? "none" : arguments.text("progress");
  return out;
}

}  // namespace limpid::cli
