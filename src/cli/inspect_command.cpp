// limpid inspect: what a model file holds.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/model_options.h"
#include "cli/program.h"
#include "cli/progress_printer.h"
#include "compile/compiled_model.h"
#include "limpid/ensemble.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What inspect says of a feature.
struct FeatureFacts {
  std::int64_t bins = 0;        ///< numeric: intervals between thresholds; categorical: codes and "other"
  std::int64_t categories = 0;  ///< distinct codes in the nodes' sets
  std::int64_t splits = 0;
};

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

std::vector<FeatureFacts> feature_facts(Ensemble const& ensemble) {
  std::vector<std::set<double>> thresholds(ensemble.features.size());
  std::vector<std::set<std::int32_t>> codes(ensemble.features.size());
  std::vector<FeatureFacts> facts(ensemble.features.size());
  for (auto const& tree : ensemble.trees) {
    for (std::size_t n = 0; n < tree.feature.size(); ++n) {
      if (tree.left[n] < 0) continue;
      auto const f = static_cast<std::size_t>(tree.feature[n]);
      ++facts[f].splits;
      if (tree.category_set[n] < 0) {
        thresholds[f].insert(tree.threshold[n]);
      } else {
        auto const& set = tree.sets[static_cast<std::size_t>(tree.category_set[n])];
        codes[f].insert(set.begin(), set.end());
      }
    }
  }
  for (std::size_t f = 0; f < facts.size(); ++f) {
    facts[f].categories = static_cast<std::int64_t>(codes[f].size());
    facts[f].bins = facts[f].splits == 0 ? 1 : static_cast<std::int64_t>(thresholds[f].size() + codes[f].size()) + 1;
  }
  return facts;
}

std::int64_t longest_path(LeafPaths const& paths) {
  std::int64_t longest = 0;
  for (std::size_t l = 0; l + 1 < paths.player_begin.size(); ++l) {
    longest = std::max<std::int64_t>(longest, std::int64_t{paths.player_begin[l + 1]} - paths.player_begin[l]);
  }
  return longest;
}

std::int64_t leaf_count(Ensemble const& ensemble) {
  std::int64_t leaves = 0;
  for (auto const& tree : ensemble.trees) leaves += std::count(tree.left.begin(), tree.left.end(), -1);
  return leaves;
}

Json feature_json(Ensemble const& ensemble) {
  auto const facts = feature_facts(ensemble);
  auto out = Json::array();
  for (std::size_t f = 0; f < facts.size(); ++f) {
    Json feature;
    feature["index"] = f;
    feature["name"] = ensemble.features[f].name;
    feature["kind"] = ensemble.features[f].kind == FeatureKind::kNumeric ? "numeric" : "categorical";
    feature["splits"] = facts[f].splits;
    feature["bins"] = facts[f].bins;
    feature["categories"] = facts[f].categories;
    out.push_back(feature);
  }
  return out;
}

Json describe(Ensemble const& ensemble) {
  auto const compiled = compile(ensemble);
  Json out;
  out["library"] = ensemble.library;
  out["version"] = ensemble.version;
  out["format"] = ensemble.format;
  out["objective"] = ensemble.objective;
  out["link"] = name_of(ensemble.link);
  out["has_response"] = ensemble.has_response;
  out["outputs"] = ensemble.outputs();
  out["labels"] = ensemble.labels;
  out["rounds"] = ensemble.rounds;
  out["best_rounds"] = ensemble.best_rounds > 0 ? Json(ensemble.best_rounds) : Json(nullptr);
  out["trees"] = ensemble.trees.size();
  out["leaves"] = leaf_count(ensemble);
  out["depth"] = std::max(compiled.tree_depth - 1, 0);
  out["longest_path"] = std::max(longest_path(compiled.short_paths), longest_path(compiled.long_paths));
  out["base_score"] = ensemble.base_score;
  out["base_margin"] = ensemble.base_margin;
  out["covers"] = compiled.has_covers;
  out["warnings"] = ensemble.warnings;
  out["features"] = feature_json(ensemble);
  return out;
}

std::string rounds_text(Json const& model) {
  auto const all = model["rounds"].get<std::int64_t>();
  if (model["best_rounds"].is_null()) return fmt::format("{} (no best_iteration)", all);
  return fmt::format("{}, of which {} up to best_iteration", all, model["best_rounds"].get<std::int64_t>());
}

std::string features_text(Json const& features) {
  std::size_t width = 4;
  for (auto const& f : features) width = std::max(width, f["name"].get<std::string>().size());
  auto out = fmt::format("{:>5}  {:<{}}  {:<11}  {:>7}  {:>5}  {:>10}\n", "index", "name", width, "kind", "splits",
                         "bins", "categories");
  for (auto const& f : features) {
    auto const categories = f["categories"].get<std::int64_t>();
    out +=
        fmt::format("{:>5}  {:<{}}  {:<11}  {:>7}  {:>5}  {:>10}\n", f["index"].get<std::int64_t>(),
                    f["name"].get<std::string>(), width, f["kind"].get<std::string>(), f["splits"].get<std::int64_t>(),
                    f["bins"].get<std::int64_t>(), categories > 0 ? fmt::format("{}", categories) : "-");
  }
  return out;
}

std::string text_of(Json const& model) {
  std::string out;
  auto const line = [&](char const* key, std::string const& value) { out += fmt::format("{:<13} {}\n", key, value); };
  auto const number = [&](char const* key) { return format_count(model[key].get<std::int64_t>()); };
  line("model", fmt::format("{} {} ({})", model["library"].get<std::string>(), model["version"].get<std::string>(),
                            model["format"].get<std::string>()));
  line("objective", model["objective"].get<std::string>());
  line("link", model["has_response"].get<bool>() ? model["link"].get<std::string>()
                                                 : "none known: margin space only (--space margin)");
  line("outputs", number("outputs"));
  line("rounds", rounds_text(model));
  line("trees", number("trees"));
  line("leaves", number("leaves"));
  line("depth", number("depth"));
  line("longest path", fmt::format("{} features", number("longest_path")));
  line("base score", model["base_score"].get<std::string>());
  line("covers", model["covers"].get<bool>() ? "yes" : "no: no path-dependent values");
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
  auto const model = describe(load_model(arguments.text("model"), load_options(arguments)));
  for (auto const& warning : model["warnings"]) console.warning("model", warning.get<std::string>());
  write_stdout(arguments.flag("json") ? model.dump(2) + '\n' : text_of(model));
  return 0;
}

}  // namespace limpid::cli
