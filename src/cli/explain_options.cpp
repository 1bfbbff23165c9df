#include "cli/explain_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include "cli/http_predictor_options.h"
#include "cli/model_options.h"
#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid::cli {
namespace {

constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMostClusters = 10'000;

/// N of "sample:N" or "kmeans:N"; false: the text begins otherwise.
bool counted_background(BackgroundOption& out, std::string const& kind, std::int64_t most) {
  if (!out.text.starts_with(kind + ":")) return false;
  if (parse_integer(out.text.substr(kind.size() + 1), 1, most, out.count)) return true;
  char const letter = kind == "sample" ? 'N' : 'K';
  auto const range = most == kAnyCount ? std::string("of at least 1") : fmt::format("from 1 to {}", most);
  throw Error("usage.value",
              fmt::format("--background '{}': {}:{} needs a whole number {}", out.text, kind, letter, range), {},
              fmt::format("for example --background {}:{}", kind, kind == "sample" ? 100 : 20));
}

BackgroundOption background_option(Arguments const& arguments) {
  BackgroundOption out;
  out.text = arguments.text("background");
  out.given = arguments.given("background");
  out.weights = arguments.text("background-weights");
  if (counted_background(out, "kmeans", kMostClusters)) {
    out.kind = BackgroundKind::kClusters;
  } else if (!counted_background(out, "sample", kAnyCount)) {
    out.kind = BackgroundKind::kFile;
    out.path = out.text;
  }
  if (!out.weights.empty() && out.kind != BackgroundKind::kFile) {
    throw Error("usage.background",
                fmt::format("--background-weights '{}' names a column of a background file, and --background is {}",
                            out.weights, out.text),
                {}, "give --background FILE (kmeans:K has weights of its own), or leave --background-weights out");
  }
  return out;
}

/// "0,1" -> indices, each once; false for anything else.
bool parse_devices(std::string const& text, std::vector<std::int32_t>& indices) {
  static constexpr std::int64_t kMaxDevices = 1024;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t const end = std::min(text.find(',', begin), text.size());
    std::int64_t index = 0;
    if (!parse_integer(text.substr(begin, end - begin), 0, kMaxDevices, index)) return false;
    auto const device = static_cast<std::int32_t>(index);
    if (std::find(indices.begin(), indices.end(), device) != indices.end()) return false;
    indices.push_back(device);
    begin = end + 1;
  }
  return true;
}

DeviceOption device_option(Arguments const& arguments) {
  DeviceOption out;
  out.text = arguments.text("device");
  out.indices = {0};
  if (out.text == "auto") return out;
  if (out.text == "cpu") {
    out.kind = DeviceKind::kCpu;
    return out;
  }
  std::string const prefix = "cuda:";
  bool is_known = out.text == "cuda";
  if (out.text.starts_with(prefix)) {
    out.indices.clear();
    is_known = out.text == "cuda:all" || parse_devices(out.text.substr(prefix.size()), out.indices);
  }
  if (!is_known) {
    OptionSpec spec = *explain_spec().find("device");
    spec.choices = {"auto", "cpu", "cuda", "cuda:0", "cuda:0,1", "cuda:all"};
    if (out.text.starts_with("gpu")) {
      throw Error("usage.value", fmt::format("--device '{}' is not a known value", out.text), {},
                  "did you mean 'cuda'? --device takes auto, cpu, cuda, cuda:INDEX, cuda:INDEX,INDEX, cuda:all");
    }
    throw_bad_value(spec, out.text);
  }
  out.kind = DeviceKind::kCuda;
  return out;
}

EstimatorKind estimator_kind(std::string const& name) {
  if (name == "gp") return EstimatorKind::kGp;
  if (name == "focus") return EstimatorKind::kFocus;
  return name == "wls" ? EstimatorKind::kWls : EstimatorKind::kAuto;
}

/// Lattices are not bound by the size of a design.
std::int64_t most_coalitions(EstimatorKind kind) {
  bool const samples = kind == EstimatorKind::kGp || kind == EstimatorKind::kWls;
  return samples ? EstimatorChoice::kMostSampled : EstimatorChoice::kMostFocused;
}

/// --target-error and --max-coalitions.
void set_target(Arguments const& arguments, EstimatorChoice& out) {
  out.max_coalitions = arguments.integer("max-coalitions", 2, most_coalitions(out.kind));
  bool const samples = out.kind == EstimatorKind::kGp || out.kind == EstimatorKind::kWls;
  if (!samples && !arguments.given("max-coalitions")) out.max_coalitions = 0;
  if (!arguments.given("target-error")) {
    if (!arguments.given("max-coalitions")) return;
    throw Error("usage.value", "--max-coalitions is where --target-error stops, which was not given", {},
                "for example --target-error 0.01, or --coalitions N for a fixed number");
  }
  auto const& text = arguments.text("target-error");
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.target_error);
  if (error != std::errc{} || end != text.data() + text.size() ||
      !(out.target_error > 0.0 && out.target_error <= 1.0)) {
    throw Error("usage.value", fmt::format("--target-error '{}' is not a number above 0 and up to 1", text), {},
                "for example --target-error 0.01: 1 % of the spread of a row's values");
  }
  if (out.max_coalitions > 0 && out.coalitions > out.max_coalitions) {
    throw Error("usage.value",
                fmt::format("--coalitions {} is more than --max-coalitions {}", out.coalitions, out.max_coalitions));
  }
}

/// Of pairs above the lattice's limit.
EstimatorChoice estimator_choice(Arguments const& arguments) {
  EstimatorChoice out;
  auto const& name = arguments.text("estimator");
  out.kind = estimator_kind(name);
  out.design = arguments.text("design") == "kernel" ? DesignKind::kKernel : DesignKind::kLeverage;
  if (arguments.text("coalitions") != "auto") {
    out.coalitions = arguments.integer("coalitions", 2, most_coalitions(out.kind));
  }
  out.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, kAnyCount));
  set_target(arguments, out);
  if (name == "exact" && out.target_error > 0.0) {
    throw Error("usage.value", "--target-error raises the effort of estimates, and --estimator exact makes none", {},
                "leave out one of them");
  }
  return out;
}

Method method_option(std::string const& text) {
  if (text == "auto") return Method::kAuto;
  if (text == "kernel") return Method::kKernel;
  return text == "interventional" ? Method::kInterventional : Method::kPathDependent;
}

}  // namespace

ExplainOptions explain_options(Arguments const& arguments) {
  ExplainOptions out;
  out.model = arguments.text("model");
  out.load = load_options(arguments);
  out.data = read_options(arguments);
  read_json_data_options(arguments, out.data);
  out.background = background_option(arguments);
  out.space = space_option(arguments);
  out.space_given = arguments.given("space");
  out.method = method_option(arguments.text("method"));
  if (arguments.text("link") == "logit") out.mean_link = MeanLink::kLogit;
  out.rounds = rounds_option(arguments);
  out.groups = groups_option(arguments);
  out.interactions = interactions_option(arguments);
  out.max_exact_players = static_cast<std::int32_t>(arguments.integer("max-exact-players", 1, kMaxExactPlayers));
  auto const estimator = estimator_choice(arguments);
  if (arguments.text("estimator") != "exact") out.estimator = estimator;
  out.black_box = black_box_options(arguments, estimator);
  out.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, kAnyCount));
  out.out = arguments.text("out");
  out.csv = arguments.text("format") == "csv";
  out.float64 = arguments.flag("float64");
  out.overwrite = arguments.flag("overwrite");
  out.labels = arguments.list("labels");
  out.outputs = arguments.list("outputs");
  out.device = device_option(arguments);
  out.threads = threads_option(arguments);
  out.chunk_rows = chunk_rows_option(arguments);
  out.progress = progress_option(arguments);
  return out;
}

}  // namespace limpid::cli
