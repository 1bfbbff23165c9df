#include "cli/inspect_facts.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "compile/compiled_model.h"
#include "explain/tree_routes.h"

namespace limpid::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What inspect says of a feature.
struct FeatureFacts {
  std::set<double> thresholds;
  std::set<std::int32_t> codes;  ///< in the nodes' category sets
  std::int64_t splits = 0;
  std::int64_t missing_left = 0;  ///< of these: NaN goes left
  std::int64_t zero_missing = 0;  ///< of these: zero goes where NaN goes

  /// Numeric: intervals between thresholds; categorical: codes and "other".
  [[nodiscard]] std::size_t bins() const { return splits == 0 ? 1 : thresholds.size() + codes.size() + 1; }
};

/// Trees of vector leaves stand side by side, one per output, and the file has one of each such row.
std::size_t file_trees(Ensemble const& ensemble) {
  return ensemble.trees.size() / static_cast<std::size_t>(std::max(ensemble.outputs_per_tree, 1));
}

std::vector<FeatureFacts> feature_facts(Ensemble const& ensemble) {
  std::vector<FeatureFacts> facts(ensemble.features.size());
  auto const step = static_cast<std::size_t>(std::max(ensemble.outputs_per_tree, 1));
  for (std::size_t t = 0; t < ensemble.trees.size(); t += step) {
    auto const& tree = ensemble.trees[t];
    for (std::size_t n = 0; n < tree.feature.size(); ++n) {
      if (tree.left[n] < 0) continue;
      auto& fact = facts[static_cast<std::size_t>(tree.feature[n])];
      ++fact.splits;
      fact.missing_left += tree.missing_left[n];
      if (!tree.zero_missing.empty()) fact.zero_missing += tree.zero_missing[n];
      if (tree.category_set[n] < 0) {
        fact.thresholds.insert(tree.threshold[n]);
      } else {
        auto const& set = tree.sets[static_cast<std::size_t>(tree.category_set[n])];
        fact.codes.insert(set.begin(), set.end());
      }
    }
  }
  return facts;
}

Json feature_json(Ensemble const& ensemble, std::vector<FeatureFacts> const& facts) {
  auto out = Json::array();
  for (std::size_t f = 0; f < facts.size(); ++f) {
    auto const& from = ensemble.features[f];
    Json feature;
    feature["index"] = f;
    feature["name"] = from.name;
    feature["kind"] = from.kind == FeatureKind::kNumeric ? "numeric" : "categorical";
    feature["splits"] = facts[f].splits;
    feature["missing_left"] = facts[f].missing_left;
    feature["zero_missing"] = facts[f].zero_missing;
    feature["bins"] = facts[f].bins();
    feature["categories"] = facts[f].codes.size();
    if (!from.categories.empty()) feature["category_names"] = from.categories;
    out.push_back(feature);
  }
  return out;
}

std::int64_t longest_path(CompiledModel const& model) {
  std::int32_t longest = 0;
  for (std::int32_t t = 0; t < static_cast<std::int32_t>(model.tree_output.size()); ++t) {
    longest = std::max(longest, tree_shape(model, t).players);
  }
  return longest;
}

/// Which way margin values go: trees of path-dependent ones, leaves of interventional ones.
Json routes_json(CompiledModel const& model) {
  std::map<TreeRoute, std::int64_t> trees;
  std::int32_t fewest = 0;
  std::int32_t most = 0;
  for (std::int32_t t = 0; model.has_covers && t < static_cast<std::int32_t>(model.tree_output.size()); ++t) {
    TreeShape const shape = tree_shape(model, t);
    if (shape.splits == 0) continue;
    TreeRoute const route = tree_route(shape);
    ++trees[route];
    if (route != TreeRoute::kQuadrature) continue;
    std::int32_t const nodes = shape.points;
    fewest = most == 0 ? nodes : std::min(fewest, nodes);
    most = std::max(most, nodes);
  }
  Json out;
  out["path_dependent"] = {{"table_trees", trees[TreeRoute::kTables]},
                           {"quadrature_trees", trees[TreeRoute::kQuadrature]},
                           {"leaf_by_leaf_trees", trees[TreeRoute::kLeaves]},
                           {"quadrature_nodes", {fewest, most}}};
  out["interventional"] = {{"table_leaves", model.short_paths.leaves()},
                           {"pattern_leaves", model.long_paths.leaves()},
                           {"wide_pattern_leaves", model.wide_paths.paths.leaves()}};
  return out;
}

std::int64_t leaf_count(Ensemble const& ensemble) {
  std::int64_t leaves = 0;
  for (auto const& tree : ensemble.trees) leaves += std::count(tree.left.begin(), tree.left.end(), -1);
  return leaves / std::max(ensemble.outputs_per_tree, 1);
}

char const* name_of(UnseenCategory unseen) {
  if (unseen == UnseenCategory::kError) return "error";
  return unseen == UnseenCategory::kMissing ? "missing" : "other";
}

Json archive_json(Model const& model) {
  if (model.container.empty()) return nullptr;
  return {{"kind", model.container}, {"members", model.entries}, {"ignored", model.ignored}};
}

}  // namespace

Json inspect_facts(Model const& model) {
  auto const& ensemble = model.members.front();
  auto const compiled = compile(ensemble);
  auto const features = feature_facts(ensemble);
  Json out;
  out["archive"] = archive_json(model);
  out["library"] = ensemble.library;
  out["version"] = ensemble.version;
  out["format"] = ensemble.format;
  out["objective"] = ensemble.objective;
  out["link"] = limpid::name_of(ensemble.link);
  out["link_scale"] = ensemble.link_scale;
  out["average_response"] = ensemble.average_response;
  out["has_response"] = ensemble.has_response;
  out["outputs"] = ensemble.outputs();
  out["labels"] = ensemble.labels;
  out["rounds"] = ensemble.rounds;
  out["best_rounds"] = ensemble.best_rounds > 0 ? Json(ensemble.best_rounds) : Json(nullptr);
  out["trees"] = file_trees(ensemble);
  out["outputs_per_tree"] = ensemble.outputs_per_tree;
  out["leaves"] = leaf_count(ensemble);
  out["depth"] = std::max(compiled.tree_depth - 1, 0);
  out["longest_path"] = longest_path(compiled);
  out["routes"] = routes_json(compiled);
  out["base_score"] = ensemble.base_score;
  out["base_margin"] = ensemble.base_margin;
  out["divisor"] = ensemble.divisor;
  out["sums"] = ensemble.sums_float32 ? "float32" : "float64";
  out["input"] = ensemble.input_cast == InputCast::kFloat32 ? "float32" : "float64";
  out["covers"] = compiled.has_covers;
  out["unseen_category"] = name_of(ensemble.unseen_category);
  out["warnings"] = ensemble.warnings;
  out["features"] = feature_json(ensemble, features);
  return out;
}

}  // namespace limpid::cli
