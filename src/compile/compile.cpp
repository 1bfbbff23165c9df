#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "compile/binning.h"
#include "compile/compiled_model.h"
#include "compile/condition.h"
#include "compile/fixed_point.h"
#include "compile/leaf_paths.h"

namespace limpid {
namespace {

/// The sums over a tree's leaves that the model keeps.
void add_leaf_sums(Ensemble const& ensemble, Tree const& tree, CompiledModel& model, std::vector<double>& reach) {
  auto const g = static_cast<std::size_t>(tree.output);
  double largest = 0.0;
  double mean = 0.0;
  reach.assign(tree.left.size(), 1.0);  // [nodes] product of cover shares from the root: children follow their parent
  for (std::size_t n = 0; n < tree.left.size(); ++n) {
    if (tree.left[n] < 0) {
      double const value = leaf_value(ensemble, tree, n);
      largest = std::max(largest, std::abs(value));
      mean += reach[n] * value;
      continue;
    }
    if (!model.has_covers) continue;
    for (std::int32_t const child : {tree.left[n], tree.right[n]}) {
      auto const c = static_cast<std::size_t>(child);
      reach[c] = reach[n] * cover_share(tree.cover[c], tree.cover[n]);
    }
  }
  model.margin_range[g] += largest;
  if (model.has_covers) model.cover_mean[g] += mean;
  if (tree.left[0] < 0) model.path_base[g] += leaf_value(ensemble, tree, 0);
}

void add_margins(Ensemble const& ensemble, CompiledModel& model) {
  auto const outputs = ensemble.base_margin.size();
  model.base_margin = ensemble.base_margin;
  model.path_base = ensemble.base_margin;
  model.margin_range.assign(outputs, 0.0);
  if (model.has_covers) model.cover_mean = ensemble.base_margin;
  std::vector<std::int64_t> trees(outputs, 0);
  std::vector<double> reach;
  for (Tree const& tree : ensemble.trees) {
    ++trees[static_cast<std::size_t>(tree.output)];
    add_leaf_sums(ensemble, tree, model, reach);
  }
  model.fixed_point = make_fixed_point(model.margin_range, trees, ensemble.link);
}

/// The test of node `n` on bins: it goes left iff all of them pass.
void add_node(Ensemble const& ensemble, Binning const& binning, Tree const& tree, std::size_t n, std::uint32_t& leaves,
              CompiledModel& model) {
  std::uint32_t const root = model.roots.back();
  Node node;
  node.test_begin = static_cast<std::uint32_t>(model.node_tests.size());
  if (tree.left[n] < 0) {
    node.value = leaf_value(ensemble, tree, n);
    node.left = leaves++;
  } else {
    Split const split = split_of(binning, ensemble, tree, n);
    Condition condition;
    condition.group = split.group;
    restrict_to(condition, split, true);
    SetTest const set{split.group, split.column, false};
    std::size_t const sets = split.kind == ColumnKind::kCategorySet ? 1 : 0;
    append_tests(binning, condition, {&set, sets}, 0, model.node_tests);
    node.left = root + static_cast<std::uint32_t>(tree.left[n]);
    node.right = root + static_cast<std::uint32_t>(tree.right[n]);
  }
  node.test_count = static_cast<std::uint32_t>(model.node_tests.size()) - node.test_begin;
  model.nodes.push_back(node);
}

/// The player and the share of the cover of every node of a tree.
void add_shares(Players const& players, Tree const& tree, CompiledModel& model) {
  std::size_t const root = model.node_player.size();
  model.node_player.resize(root + tree.left.size());
  if (model.has_covers) model.node_share.resize(root + tree.left.size(), 1.0);
  for (std::size_t n = 0; n < tree.left.size(); ++n) {
    if (tree.left[n] < 0) continue;
    auto const feature = static_cast<std::size_t>(tree.feature[n]);
    model.node_player[root + n] = static_cast<std::uint32_t>(players.of_feature[feature]);
    if (!model.has_covers) continue;
    for (std::int32_t const child : {tree.left[n], tree.right[n]}) {
      auto const c = static_cast<std::size_t>(child);
      model.node_share[root + c] = cover_share(tree.cover[c], tree.cover[n]);
    }
  }
}

void add_trees(Ensemble const& ensemble, Binning const& binning, Players const& players, CompiledModel& model) {
  std::vector<std::int32_t> depth;  // [nodes] root 1
  for (Tree const& tree : ensemble.trees) {
    add_shares(players, tree, model);
    model.tree_output.push_back(static_cast<std::uint32_t>(tree.output));
    depth.assign(tree.left.size(), 1);
    std::uint32_t leaves = 0;
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      add_node(ensemble, binning, tree, n, leaves, model);
      model.tree_depth = std::max(model.tree_depth, depth[n]);
      if (tree.left[n] < 0) continue;
      depth[static_cast<std::size_t>(tree.left[n])] = depth[n] + 1;
      depth[static_cast<std::size_t>(tree.right[n])] = depth[n] + 1;
    }
    model.roots.push_back(static_cast<std::uint32_t>(model.nodes.size()));
  }
}

}  // namespace

PathsView LeafPaths::view() const noexcept {
  PathsView view;
  view.leaves = leaves();
  view.tests = tests.data();
  view.test_begin = test_begin.data();
  view.players = players.data();
  view.player_begin = player_begin.data();
  view.table_begin = table_begin.data();
  view.value = value.data();
  view.fixed = fixed.data();
  view.cover_ratio = cover_ratio.empty() ? nullptr : cover_ratio.data();
  view.output = output.data();
  view.blocks = blocks.data();
  view.blocks_count = static_cast<std::int32_t>(blocks.size());
  view.block_players = block_players.data();
  view.block_players_count = static_cast<std::int64_t>(block_players.size());
  for (auto const& block : blocks) {
    view.widest_block = std::max<std::int64_t>(view.widest_block, block.player_end - block.player_begin);
  }
  return view;
}

ColumnsView CompiledModel::columns_view() const noexcept {
  ColumnsView view;
  view.columns = columns.data();
  view.entries = entries.data();
  view.count = static_cast<std::int32_t>(columns.size());
  view.cast_float32 = input_cast == InputCast::kFloat32;
  view.cut_towards_zero = category_cut == CategoryCut::kTowardsZero;
  return view;
}

TreesView CompiledModel::trees_view() const noexcept {
  TreesView view;
  view.trees = static_cast<std::int32_t>(tree_output.size());
  view.nodes = nodes.data();
  view.tests = node_tests.data();
  view.root = roots.data();
  view.output = tree_output.data();
  view.base_margin = base_margin.data();
  view.outputs = outputs();
  view.depth = tree_depth;
  return view;
}

void scale_to_response(Ensemble& ensemble) noexcept {
  double const rounds = ensemble.average_response ? std::max(ensemble.rounds, 1) : 1;
  for (double& base : ensemble.base_margin) base = base * ensemble.link_scale / rounds;
  for (Tree& tree : ensemble.trees) tree.weight *= ensemble.link_scale;
  ensemble.divisor *= rounds;
  ensemble.link_scale = 1.0;
  ensemble.average_response = false;
}

bool has_covers(Ensemble const& ensemble) noexcept {
  return std::all_of(ensemble.trees.begin(), ensemble.trees.end(),
                     [](Tree const& tree) { return tree.cover.size() == tree.left.size(); });
}

namespace {

/// The trees of some outputs, which become outputs 0, 1, ...
Ensemble with_outputs(Ensemble const& ensemble, std::span<std::int32_t const> outputs) {
  Ensemble kept;
  kept.link = ensemble.link;
  kept.input_cast = ensemble.input_cast;
  kept.category_cut = ensemble.category_cut;
  kept.divisor = ensemble.divisor;
  kept.features = ensemble.features;
  std::vector<std::int32_t> slot(ensemble.base_margin.size(), -1);
  for (auto const g : outputs) {
    slot[static_cast<std::size_t>(g)] = kept.outputs();
    kept.base_margin.push_back(ensemble.base_margin[static_cast<std::size_t>(g)]);
  }
  for (Tree const& tree : ensemble.trees) {
    auto const output = slot[static_cast<std::size_t>(tree.output)];
    if (output < 0) continue;
    kept.trees.push_back(tree);
    kept.trees.back().output = output;
  }
  return kept;
}

CompiledModel compile_binned(Ensemble const& ensemble, Binning binning, Players const& players) {
  CompiledModel model;
  model.input_cast = ensemble.input_cast;
  model.category_cut = ensemble.category_cut;
  model.link = ensemble.link;
  model.features = static_cast<std::int32_t>(ensemble.features.size());
  model.players = players.count();
  model.has_covers = has_covers(ensemble);
  add_margins(ensemble, model);
  append_leaf_paths(ensemble, binning, players, model);
  add_trees(ensemble, binning, players, model);
  model.columns = std::move(binning.columns);
  model.entries = std::move(binning.entries);
  return model;
}

}  // namespace

CompiledModel compile(Ensemble const& ensemble) { return compile(ensemble, feature_players(ensemble)); }

CompiledModel compile(Ensemble const& ensemble, Players const& players, std::span<std::int32_t const> outputs) {
  Binning binning = make_binning(ensemble);  // of all outputs: what is left out changes no test
  if (outputs.empty()) return compile_binned(ensemble, std::move(binning), players);
  return compile_binned(with_outputs(ensemble, outputs), std::move(binning), players);
}

}  // namespace limpid
