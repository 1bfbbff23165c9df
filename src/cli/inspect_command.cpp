// limpid inspect: what a model file holds.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/inspect_facts.h"
#include "cli/model_options.h"
#include "cli/program.h"
#include "cli/progress_printer.h"
#include "compile/layout.h"
#include "limpid/ensemble.h"

namespace limpid::cli {
namespace {

using Json = nlohmann::ordered_json;

CommandSpec make_spec() {
  CommandSpec spec;
  spec.name = "inspect";
  spec.usage = "limpid inspect MODEL [--json]";
  spec.summary = "What a model file holds: version, objective, outputs, rounds, trees, features.";
  spec.positional = "model";
  spec.required = {"model"};
  spec.options = {
      {"model", "FILE", "options", "the model file; may be given without the option's name", "", {}, {}, ""}};
  add_model_options("options", spec.options);
  spec.options.insert(spec.options.end(),
                      {{"json", "", "options", "one JSON object instead of text", "", {}, {}, ""},
                       {"color", "C", "options", "auto, always, never", "auto", {"auto", "always", "never"}, {}, ""},
                       {"help", "", "options", "this text", "", {}, {}, ""}});
  spec.examples = "  limpid inspect model.json\n  limpid inspect model.ubj --json\n";
  return spec;
}

constexpr std::size_t kShown = 5;  ///< names of outputs and categories in one line

/// "a, b, c, ...".
std::string first_of(Json const& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) {
    out += (i > 0 ? ", " : "") + names[i].get<std::string>();
  }
  return names.size() > kShown ? out + ", ..." : out;
}

std::string link_text(Json const& model) {
  if (!model["has_response"].get<bool>()) return "none known: margin space only (--space margin)";
  auto out = model["link"].get<std::string>();
  auto const scale = model["link_scale"].get<double>();
  if (scale != 1.0) out += fmt::format(" of {:g} times the margin", scale);
  if (model["average_response"].get<bool>())
    out += scale != 1.0 ? " over the rounds" : " of the margin over the rounds";
  return out;
}

std::string outputs_text(Json const& model) {
  auto const count = format_count(model["outputs"].get<std::int64_t>());
  return model["labels"].empty() ? count : fmt::format("{} ({})", count, first_of(model["labels"]));
}

std::string rounds_text(Json const& model) {
  auto const all = model["rounds"].get<std::int64_t>();
  if (!model["best_rounds"].is_null()) {
    return fmt::format("{}, of which {} up to best_iteration", all, model["best_rounds"].get<std::int64_t>());
  }
  return fmt::format("{}{}", all, model["library"] == "xgboost" ? " (no best_iteration)" : "");
}

std::string trees_text(Json const& model) {
  auto out = format_count(model["trees"].get<std::int64_t>());
  if (model["outputs_per_tree"].get<int>() > 1) {
    out += fmt::format(" of {} values a leaf", model["outputs_per_tree"].get<int>());
  }
  if (model["divisor"].get<double>() != 1.0)
    out += fmt::format(", summed and divided by {:g}", model["divisor"].get<double>());
  return out;
}

/// Where NaN goes, and at how many splits zero goes with it.
std::string missing_text(Json const& features) {
  std::int64_t splits = 0;
  std::int64_t left = 0;
  std::int64_t zero = 0;
  for (auto const& f : features) {
    splits += f["splits"].get<std::int64_t>();
    left += f["missing_left"].get<std::int64_t>();
    zero += f["zero_missing"].get<std::int64_t>();
  }
  auto out = fmt::format("left at {} of {} splits", format_count(left), format_count(splits));
  if (zero > 0) out += fmt::format("; zero is missing at {}", format_count(zero));
  return out;
}

/// Whether categories have names, and what becomes of one that is not known; empty without categories.
std::string categories_text(Json const& model) {
  auto const& features = model["features"];
  bool const any =
      std::any_of(features.begin(), features.end(), [](Json const& f) { return f["kind"] == "categorical"; });
  bool const named =
      std::any_of(features.begin(), features.end(), [](Json const& f) { return f.contains("category_names"); });
  if (!any) return {};
  if (!named) return "by code (names: --categories FILE)";
  if (model["unseen_category"] == "error") return "by name; one that is not known is an error";
  return model["unseen_category"] == "missing" ? "by name; one that is not known is missing"
                                               : "by name; one that is not known is in no set";
}

std::string features_text(Json const& features) {
  std::size_t width = 4;
  bool named = false;
  for (auto const& f : features) {
    width = std::max(width, f["name"].get<std::string>().size());
    named = named || f.contains("category_names");
  }
  auto out = fmt::format("{:>5}  {:<{}}  {:<11}  {:>7}  {:>5}  {:>10}{}\n", "index", "name", width, "kind", "splits",
                         "bins", "categories", named ? "  names" : "");
  for (auto const& f : features) {
    auto const categories = f["categories"].get<std::int64_t>();
    out +=
        fmt::format("{:>5}  {:<{}}  {:<11}  {:>7}  {:>5}  {:>10}", f["index"].get<std::int64_t>(),
                    f["name"].get<std::string>(), width, f["kind"].get<std::string>(), f["splits"].get<std::int64_t>(),
                    f["bins"].get<std::int64_t>(), categories > 0 ? fmt::format("{}", categories) : "-");
    if (f.contains("category_names")) {
      auto const& names = f["category_names"];
      out += fmt::format("  {}: {}", names.size(), first_of(names));
    }
    out += '\n';
  }
  return out;
}

/// "tar, gzip: xgboost-model; ignored: code/inference.py".
std::string archive_text(Json const& archive) {
  auto out = archive["kind"].get<std::string>();
  auto const members = archive["members"].size();
  if (members > 0) out += ": " + first_of(archive["members"]);
  if (!archive["ignored"].empty()) out += "; ignored: " + first_of(archive["ignored"]);
  if (members > 1)
    out += fmt::format("\n{:<13} {}, whose responses are averaged; this is the first", "models", members);
  return out;
}

/// "path-dependent: 3 trees by tables, 97 by quadrature (5 to 7 nodes); interventional: ..."
std::string routes_text(Json const& model) {
  auto const count = [](Json const& of, char const* key) { return format_count(of[key].get<std::int64_t>()); };
  Json const& trees = model["routes"]["path_dependent"];
  Json const& leaves = model["routes"]["interventional"];
  std::string out;
  if (model["covers"].get<bool>()) {
    out += fmt::format("path-dependent: {} trees by tables, {} by quadrature", count(trees, "table_trees"),
                       count(trees, "quadrature_trees"));
    if (trees["quadrature_trees"] != 0) {
      auto const nodes = trees["quadrature_nodes"].get<std::vector<int>>();
      out += nodes[0] == nodes[1] ? fmt::format(" ({} nodes)", nodes[0])
                                  : fmt::format(" ({} to {} nodes)", nodes[0], nodes[1]);
    }
    if (trees["leaf_by_leaf_trees"] != 0) {
      out += fmt::format(", {} with long paths leaf by leaf", count(trees, "leaf_by_leaf_trees"));
    }
    out += fmt::format("\n{:<13} ", "");
  }
  out += fmt::format("interventional: {} leaves by tables", count(leaves, "table_leaves"));
  if (leaves["pattern_leaves"] != 0) out += fmt::format(", {} by patterns", count(leaves, "pattern_leaves"));
  if (leaves["wide_pattern_leaves"] != 0) {
    out +=
        fmt::format(", {} by patterns of more than {} features", count(leaves, "wide_pattern_leaves"), kMaxLongPlayers);
  }
  return out;
}

std::string text_of(Json const& model) {
  std::string out;
  auto const line = [&](char const* key, std::string const& value) { out += fmt::format("{:<13} {}\n", key, value); };
  auto const number = [&](char const* key) { return format_count(model[key].get<std::int64_t>()); };
  if (!model["archive"].is_null()) line("archive", archive_text(model["archive"]));
  line("model", fmt::format("{} {} ({})", model["library"].get<std::string>(), model["version"].get<std::string>(),
                            model["format"].get<std::string>()));
  line("objective", model["objective"].get<std::string>());
  line("link", link_text(model));
  line("outputs", outputs_text(model));
  line("rounds", rounds_text(model));
  line("trees", trees_text(model));
  line("leaves", number("leaves"));
  line("depth", number("depth"));
  line("longest path", fmt::format("{} features", number("longest_path")));
  line("margin", routes_text(model));
  line("base score", model["base_score"].get<std::string>());
  line("sums", model["sums"].get<std::string>());
  line("covers", model["covers"].get<bool>() ? "yes" : "no: no path-dependent values");
  line("missing", missing_text(model["features"]));
  if (auto const categories = categories_text(model); !categories.empty()) line("categories", categories);
  line("features", fmt::format("{}", model["features"].size()));
  return out + '\n' + features_text(model["features"]);
}

}  // namespace

int inspect_command(std::vector<std::string> const& args, Console& console) {
  static CommandSpec const spec = make_spec();
  auto const arguments = parse_arguments(spec, args);
  console.set_color(arguments.text("color"));
  if (arguments.flag("help")) {
    write_stdout(help_text(spec));
    return 0;
  }
  arguments.check_required();
  auto const model = inspect_facts(load_models(arguments.text("model"), load_options(arguments)));
  for (auto const& warning : model["warnings"]) console.warning("model", warning.get<std::string>());
  write_stdout(arguments.flag("json") ? model.dump(2) + '\n' : text_of(model));
  return 0;
}

}  // namespace limpid::cli
