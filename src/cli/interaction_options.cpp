#include "cli/interaction_options.h"

#include <fmt/core.h>

#include <limits>
#include <string>

#include "cli/data_options.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr char const* kTop = "top:";

[[noreturn]] void fail(std::string const& message, std::string const& hint) {
  throw Error("usage.interactions", message, {}, hint);
}

/// K of "top:K"; 0 of "all".
std::int64_t top_option(std::string const& text) {
  if (text == "all") return 0;
  std::int64_t top = 0;
  if (text.starts_with(kTop) && parse_integer(text.substr(4), 1, std::numeric_limits<std::int64_t>::max(), top)) {
    return top;
  }
  throw Error("usage.value", fmt::format("--interactions '{}' is not a known value", text), {},
              "--interactions (or --interactions=all) writes every pair, --interactions=top:10 a row's ten largest");
}

void check(InteractionsOption const& option, Arguments const& arguments) {
  if (option.npy && option.top > 0) {
    fail("--interactions=top:K has other pairs in every row, and --interactions-format npy is one array",
         "--interactions-format jsonl, or --interactions=all");
  }
  if (arguments.text("out") == "-") {
    fail("--interactions are a file beside the values, and --out - writes the values alone",
         "name a directory: --out DIR");
  }
  if (arguments.given("target-error")) {
    fail("--target-error raises the effort of estimates, and interactions are exact", "leave out one of them");
  }
}

}  // namespace

void add_interactions_option(std::vector<OptionSpec>& out) {
  out.push_back({"interactions",
                 "all|top:K",
                 kQuestionGroup,
                 "SHAP interaction values of every pair of players too, exact, into DIR: half of a pair's effect on "
                 "either side of the diagonal, main effects on it, so that rows add up to the values; top:K: of each "
                 "row the K largest pairs. Response: up to --max-exact-players",
                 "",
                 {},
                 {},
                 "",
                 "all"});
}

void add_interactions_format_option(std::vector<OptionSpec>& out) {
  out.push_back({"interactions-format",
                 "F",
                 kOutputGroup,
                 "of the rows' interactions: jsonl, npy (one float32 array [rows x P x P] or [rows x outputs x P x P])",
                 "jsonl",
                 {"jsonl", "npy"},
                 {{"json", "jsonl"}, {"numpy", "npy"}},
                 ""});
}

InteractionsOption interactions_option(Arguments const& arguments) {
  InteractionsOption out;
  out.asked = arguments.given("interactions");
  if (!out.asked) {
    if (!arguments.given("interactions-format")) return out;
    fail("--interactions-format is of interactions, which were not asked for", "add --interactions");
  }
  out.top = top_option(arguments.text("interactions"));
  out.npy = arguments.text("interactions-format") == "npy";
  check(out, arguments);
  return out;
}

}  // namespace limpid::cli
