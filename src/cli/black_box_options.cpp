#include "cli/black_box_options.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "cli/http_predictor_options.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr double kLeastMemory = 1 << 20U;
constexpr double kMostMemory = 1LL << 50U;
constexpr double kMostSeconds = 86400.0;

struct Refusal {
  char const* option;
  char const* hint;
};

constexpr Refusal kTreeOptions[] = {
    {"categories", "texts go to the predictor as they are: --text-columns NAMES"},
    {"model-format", "leave it out: the predictor has its own model"},
    {"model-entry", "leave it out: the predictor has its own model"},
    {"allow-unknown-version", "leave it out: the predictor has its own model"},
    {"interactions", "interactions need the trees of a model: --model FILE"},
};
/// Those that libxgboost knows what to do with.
constexpr Refusal kBoosterOptions[] = {
    {"model", "leave it out: the predictor has its own model; --predictor xgboost takes a file"},
    {"iterations", "leave it out, or explain the model file: --predictor xgboost"},
};
constexpr char const* kPredictorOptions[] = {"text-columns", "predictor-timeout", "predictor-header", "memory",
                                             "xgboost-lib"};

void refuse(Arguments const& arguments, Refusal const& refusal) {
  if (!arguments.given(refusal.option)) return;
  throw Error("usage.predictor",
              fmt::format("--{} has no meaning for --predictor {}", refusal.option, arguments.text("predictor")), {},
              refusal.hint);
}

void check_question(Arguments const& arguments, PredictorKind kind) {
  auto const fail = [&](std::string const& message, std::string const& hint) {
    throw Error("usage.predictor", message, {}, hint);
  };
  for (auto const& refusal : kTreeOptions) refuse(arguments, refusal);
  if (kind != PredictorKind::kXgboost) {
    for (auto const& refusal : kBoosterOptions) refuse(arguments, refusal);
    if (arguments.text("space") == "margin") {
      fail("--space margin: a black box answers with what it answers with, its margin is not known",
           "leave --space out; for a tree ensemble, give the model file itself: --model FILE");
    }
  }
  if (arguments.text("method") == "path-dependent") {
    fail("--method path-dependent needs the trees of a model, a black box shows none",
         "leave --method out (against the background), or give the model file: --model FILE");
  }
  if (kind != PredictorKind::kXgboost && arguments.text("device").starts_with("cuda")) {
    fail(fmt::format("--device {}: rows for --predictor {} are written on the CPU, from where they are sent",
                     arguments.text("device"), arguments.text("predictor")),
         "use --device auto or cpu; the predictor runs where it likes");
  }
}

std::optional<EstimatorChoice> estimator_of(Arguments const& arguments, EstimatorChoice choice) {
  auto const name = arguments.given("estimator") ? arguments.text("estimator") : "auto";
  if (name == "exact") return std::nullopt;
  if (name == "focus") {
    throw Error("usage.predictor", "--estimator focus needs the trees of a model, a black box shows none", {},
                "use --estimator auto (gp), gp or wls");
  }
  if (choice.coalitions > EstimatorChoice::kMostSampled) {
    throw Error("usage.value", fmt::format("--coalitions {}: of a black box at most {}", choice.coalitions,
                                           EstimatorChoice::kMostSampled));
  }
  if (choice.kind == EstimatorKind::kAuto) choice.kind = EstimatorKind::kGp;
  choice.max_coalitions = arguments.integer("max-coalitions", 2, EstimatorChoice::kMostSampled);
  return choice;
}

double seconds_option(Arguments const& arguments) {
  auto const text = arguments.text("predictor-timeout");
  double seconds = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size() && seconds > 0.0 && seconds <= kMostSeconds) {
    return seconds;
  }
  throw Error("usage.value", fmt::format("--predictor-timeout '{}' is no number of seconds", text), {},
              "a number above 0 and up to 86400");
}

}  // namespace

void add_predictor_options(std::vector<OptionSpec>& out) {
  static constexpr char const* kGroup = "models that are no tree ensemble of ours";
  out.push_back({"predictor",
                 "P",
                 kGroup,
                 "explains what answers, whatever it is: cmd:COMMAND (reads CSV rows, writes a line of scores for "
                 "each), http://HOST:PORT/PATH, xgboost (libxgboost on --model)",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"text-columns",
                 "NAMES",
                 kGroup,
                 "columns whose values are texts, with commas; others are if the file's first 512 KiB hold a cell "
                 "that is neither a number nor missing",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"predictor-timeout", "SECONDS", kGroup, "without any answer, then it is an error", "60", {}, {}, ""});
  out.push_back(
      {"predictor-header", "", kGroup, "the first CSV line that is sent has the columns' names", "", {}, {}, ""});
  out.push_back({"xgboost-lib", "FILE", kGroup, "libxgboost.so; without it, it is looked for", "", {}, {}, ""});
}

void add_memory_option(std::vector<OptionSpec>& out) {
  out.push_back({"memory",
                 "SIZE",
                 kRunGroup,
                 "of a black box: for the rows that are asked about at a time, such as 500M or 4G",
                 "1G",
                 {},
                 {},
                 ""});
}

std::int64_t parse_memory(std::string const& option, std::string const& text) {
  double number = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  double scale = 1.0;
  for (std::string_view const known : {"K", "M", "G", "T"}) {
    scale *= 1024.0;
    if (unit == known || (unit.starts_with(known) && (unit.substr(1) == "B" || unit.substr(1) == "iB"))) {
      number *= scale;
      unit = {};
      break;
    }
  }
  bool const good = error == std::errc{} && unit.empty() && number >= kLeastMemory && number <= kMostMemory;
  if (good) return static_cast<std::int64_t>(number);
  throw Error("usage.value", fmt::format("--{} '{}' is no size in memory", option, text), {},
              "a number with K, M or G (of 1024), at least 1M: for example 500M or 4G");
}

std::optional<BlackBoxOptions> black_box_options(Arguments const& arguments, EstimatorChoice const& estimator) {
  if (!arguments.given("predictor")) {
    for (auto const* const option : kPredictorOptions) {
      if (!arguments.given(option)) continue;
      throw Error("usage.predictor", fmt::format("--{} belongs to --predictor, which is not given", option), {},
                  "leave it out, or name what is to be explained: --predictor cmd:COMMAND");
    }
    refuse_http_options(arguments);
    if (!arguments.given("model")) {
      throw Error("usage.missing", "limpid explain needs --model FILE", {},
                  "or a model that answers: --predictor cmd:COMMAND, --predictor http://HOST:PORT/PATH");
    }
    return std::nullopt;
  }
  BlackBoxOptions out;
  out.predictor = parse_predictor(arguments.text("predictor"));
  check_question(arguments, out.predictor.kind);
  out.predictor.timeout_seconds = seconds_option(arguments);
  out.predictor.header = arguments.flag("predictor-header");
  out.predictor.http = http_options(arguments, out.predictor.kind == PredictorKind::kHttp);
  out.memory_bytes = parse_memory("memory", arguments.text("memory"));
  out.text_columns = arguments.list("text-columns");
  out.estimator = estimator_of(arguments, estimator);
  auto& xgboost = out.predictor.xgboost;
  xgboost.library = arguments.text("xgboost-lib");
  xgboost.model = arguments.text("model");
  xgboost.margin = arguments.text("space") == "margin";
  xgboost.threads = threads_option(arguments);
  auto const rounds = rounds_option(arguments);
  xgboost.rounds_given = rounds.given;
  xgboost.rounds_begin = rounds.begin;
  xgboost.rounds_end = rounds.end;
  if (out.predictor.kind == PredictorKind::kXgboost && !arguments.given("model")) {
    throw Error("usage.missing", "--predictor xgboost needs the booster's file: --model FILE");
  }
  return out;
}

}  // namespace limpid::cli
