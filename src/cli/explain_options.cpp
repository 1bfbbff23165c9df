#include "cli/explain_options.h"

#include <fmt/core.h>

#include <limits>

#include "cli/model_options.h"
#include "limpid/error.h"
#include "pipeline/pipeline.h"

namespace limpid::cli {
namespace {

constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMostCoalitions = 1 << 15;  ///< the gp's matrix has the square of half of it: 2 GiB

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

/// Of pairs above the lattice's limit.
EstimatorChoice estimator_choice(Arguments const& arguments) {
  EstimatorChoice out;
  out.kind = arguments.text("estimator") == "wls" ? LinearKind::kWls : LinearKind::kGp;
  out.design = arguments.text("design") == "kernel" ? DesignKind::kKernel : DesignKind::kLeverage;
  if (arguments.text("coalitions") != "auto") out.coalitions = arguments.integer("coalitions", 2, kMostCoalitions);
  out.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, kAnyCount));
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
  out.load = load_options(arguments);
  out.data = read_options(arguments);
  out.background = background_option(arguments);
  out.space = space_option(arguments);
  out.space_given = arguments.given("space");
  out.method = method_option(arguments.text("method"));
  out.rounds = rounds_option(arguments);
  out.groups = groups_option(arguments);
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
