#include "explain/tree_routes.h"

#include <algorithm>
#include <array>

#include "kernels/shapley_constants.h"
#include "kernels/tree_quadrature.h"

namespace limpid {
namespace {

/// A child's cover may exceed its parent's by rounding; more would take products out of range.
constexpr double kMostGrowth = 16.0;

/// Nanoseconds for 64 rows on a 3 GHz AVX-512 core, measured by bench/tree_quadrature_bench.cpp: of a leaf of K players
/// in folded tables, and of a split in a walk with so many nodes of the rule. Part of what decides the bytes of values:
/// constants, never a timing at run time.
constexpr std::array<double, kMaxShortPlayers + 1> kTableCost = {0, 3.4, 4.8, 5, 7, 9.5, 16, 30, 62};
constexpr std::array<double, kFloatPoints + 1> kWalkCost = {0, 28, 36, 47, 52, 60, 68, 77, 85};
constexpr double kLeafCost = 10000;   ///< of a longer path, leaf by leaf
constexpr double kWideWalkCost = 30;  ///< a node of the rule in double

/// Players of the longest path below each node, by a walk with a stack of its own: levels are not bounded yet.
class Walk {
 public:
  Walk(CompiledModel const& model, std::int32_t tree)
      : model_(model),
        root_(model.roots[static_cast<std::size_t>(tree)]),
        conditions_(static_cast<std::size_t>(model.players)) {}

  [[nodiscard]] std::int32_t longest() const noexcept { return longest_; }
  [[nodiscard]] double table_cost() const noexcept { return cost_; }

  void run() {
    pending_.push_back({root_, kEnter});
    while (!pending_.empty()) {
      auto const [n, what] = pending_.back();
      pending_.pop_back();
      Node const& node = model_.nodes[n];
      if (node.test_count == 0) {
        longest_ = std::max(longest_, players_);
        cost_ += players_ <= kMaxShortPlayers ? kTableCost[static_cast<std::size_t>(players_)] : kLeafCost;
        continue;
      }
      std::uint32_t& conditions = conditions_[model_.node_player[n]];
      if (what == kLeave) {
        if (--conditions == 0) --players_;
        continue;
      }
      if (conditions++ == 0) ++players_;
      pending_.push_back({n, kLeave});
      pending_.push_back({node.right, kEnter});
      pending_.push_back({node.left, kEnter});
    }
  }

 private:
  enum What : std::uint8_t { kEnter, kLeave };
  struct Step {
    std::uint32_t node;
    What what;
  };

  CompiledModel const& model_;
  std::uint32_t root_;
  std::vector<std::uint32_t> conditions_;  ///< [P]
  std::vector<Step> pending_;
  std::int32_t players_ = 0;
  std::int32_t longest_ = 0;
  double cost_ = 0.0;
};

double walk_cost(TreeShape const& shape) {
  std::int32_t const points = shape.points;
  double const of_split = points <= kFloatPoints ? kWalkCost[static_cast<std::size_t>(points)] : kWideWalkCost * points;
  return static_cast<double>(shape.splits) * of_split;
}

template <class T>
void append_range(std::vector<T> const& from, std::size_t begin, std::size_t end, std::vector<T>& to) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

void append_leaf(LeafPaths const& from, std::uint32_t leaf, LeafPaths& to) {
  append_range(from.tests, from.test_begin[leaf], from.test_begin[leaf + 1], to.tests);
  append_range(from.players, from.player_begin[leaf], from.player_begin[leaf + 1], to.players);
  if (!from.cover_ratio.empty()) {
    append_range(from.cover_ratio, from.player_begin[leaf], from.player_begin[leaf + 1], to.cover_ratio);
  }
  to.test_begin.push_back(static_cast<std::uint32_t>(to.tests.size()));
  to.player_begin.push_back(static_cast<std::uint32_t>(to.players.size()));
  to.table_begin.push_back(to.table_begin.back() + from.table_begin[leaf + 1] - from.table_begin[leaf]);
  to.value.push_back(from.value[leaf]);
  to.fixed.push_back(from.fixed[leaf]);
  to.output.push_back(from.output[leaf]);
  to.tree.push_back(from.tree[leaf]);
}

}  // namespace

TreeShape tree_shape(CompiledModel const& model, std::int32_t tree) {
  auto const begin = model.roots[static_cast<std::size_t>(tree)];
  auto const end = model.roots[static_cast<std::size_t>(tree) + 1];
  TreeShape shape;
  shape.walkable = model.has_covers && end - begin > 1;
  std::vector<std::int32_t> level(end - begin, 0);
  std::vector<double> grown(end - begin, 1.0);  // product of the shares above 1
  for (std::uint32_t n = begin; n < end; ++n) {
    Node const& node = model.nodes[n];
    if (node.test_count == 0) continue;
    ++shape.splits;
    shape.levels = std::max(shape.levels, level[n - begin] + 1);
    level[node.left - begin] = level[node.right - begin] = level[n - begin] + 1;
    if (!model.has_covers) continue;
    for (std::uint32_t const child : {node.left, node.right}) {
      double const share = model.node_share[child];
      double const growth = grown[n - begin] * std::max(1.0, share);
      grown[child - begin] = growth;
      shape.walkable = shape.walkable && share >= 0.0 && growth <= kMostGrowth;
    }
  }
  Walk walk(model, tree);
  walk.run();
  shape.players = walk.longest();
  shape.points = rule_points(shape.players);
  shape.table_cost = walk.table_cost();
  shape.quadrature_cost = walk_cost(shape);
  shape.walkable = shape.walkable && shape.levels <= kMaxWalkedLevels;
  return shape;
}

TreeRoute tree_route(TreeShape const& shape) noexcept {
  bool const wide = shape.players > kMaxLongPlayers;  // no leaf path knows them
  if (shape.walkable && (wide || shape.quadrature_cost < shape.table_cost)) return TreeRoute::kQuadrature;
  return shape.players <= kMaxShortPlayers ? TreeRoute::kTables : TreeRoute::kLeaves;
}

std::vector<TreeRoute> path_dependent_routes(CompiledModel const& model) {
  std::vector<TreeRoute> routes;
  auto const trees = static_cast<std::int32_t>(model.tree_output.size());
  routes.reserve(static_cast<std::size_t>(trees));
  for (std::int32_t t = 0; t < trees; ++t) routes.push_back(tree_route(tree_shape(model, t)));
  return routes;
}

std::vector<std::int32_t> trees_of(std::vector<TreeRoute> const& routes, TreeRoute route) {
  std::vector<std::int32_t> trees;
  for (std::size_t t = 0; t < routes.size(); ++t) {
    if (routes[t] == route) trees.push_back(static_cast<std::int32_t>(t));
  }
  return trees;
}

LeafPaths leaves_without(LeafPaths const& paths, std::vector<TreeRoute> const& routes, TreeRoute left_out) {
  LeafPaths out;
  for (LeafBlock const& block : paths.blocks) {
    LeafBlock rest;
    rest.begin = static_cast<std::uint32_t>(out.leaves());
    rest.output = block.output;
    rest.player_begin = static_cast<std::uint32_t>(out.block_players.size());
    for (std::uint32_t leaf = block.begin; leaf < block.end; ++leaf) {
      if (routes[paths.tree[leaf]] != left_out) append_leaf(paths, leaf, out);
    }
    rest.end = static_cast<std::uint32_t>(out.leaves());
    if (rest.begin == rest.end) continue;
    std::vector<std::uint32_t> players(out.players.begin() + out.player_begin[rest.begin], out.players.end());
    std::sort(players.begin(), players.end());
    players.erase(std::unique(players.begin(), players.end()), players.end());
    out.block_players.insert(out.block_players.end(), players.begin(), players.end());
    rest.player_end = static_cast<std::uint32_t>(out.block_players.size());
    out.blocks.push_back(rest);
  }
  return out;
}

MarginParts::MarginParts(CompiledModel const& model, bool path_dependent) : model_(&model) {
  if (!path_dependent) return;
  auto const routes = path_dependent_routes(model);
  quadrature_ = trees_of(routes, TreeRoute::kQuadrature);
  if (quadrature_.empty()) return;
  short_ = leaves_without(model.short_paths, routes, TreeRoute::kQuadrature);
  long_ = leaves_without(model.long_paths, routes, TreeRoute::kQuadrature);
}

}  // namespace limpid
