// From --predictor to a predictor.
#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "blackbox/command_predictor.h"
#include "blackbox/http_predictor.h"
#include "blackbox/predictor.h"
#include "blackbox/xgboost_predictor.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::string_view kCommandPrefix = "cmd:";
constexpr char const* kKnown = "--predictor takes xgboost, http://HOST:PORT/PATH (or https://), cmd:COMMAND";

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(" \t\n") == std::string_view::npos; }

}  // namespace

PredictorOptions parse_predictor(std::string const& text) {
  PredictorOptions out;
  out.text = text;
  if (text.starts_with(kCommandPrefix)) {
    out.kind = PredictorKind::kCommand;
    out.address = text.substr(kCommandPrefix.size());
    if (is_blank(out.address)) {
      throw Error("usage.predictor", fmt::format("--predictor '{}' names no command", text), {},
                  "for example --predictor 'cmd:python score.py'");
    }
    return out;
  }
  if (text.starts_with("http://") || text.starts_with("https://")) {
    out.kind = PredictorKind::kHttp;
    out.address = text;
    return out;
  }
  if (text == "xgboost") {
    out.kind = PredictorKind::kXgboost;
    return out;
  }
  throw Error("usage.predictor", fmt::format("--predictor '{}' is no predictor", text), {}, kKnown);
}

std::unique_ptr<Predictor> make_predictor(PredictorOptions const& options, PredictorColumns columns) {
  switch (options.kind) {  // one line and one file for each
    case PredictorKind::kCommand:
      return make_command_predictor(options, std::move(columns));
    case PredictorKind::kHttp:
      return make_http_predictor(options, std::move(columns));
    case PredictorKind::kXgboost:
      return make_xgboost_predictor(options, columns);
  }
  throw Error("usage.predictor", fmt::format("this build has no predictor for '{}'", options.text), {}, kKnown);
}

}  // namespace limpid
