#include "explain/quadrature_trees.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "explain/tree_routes.h"
#include "kernels/shapley_constants.h"
#include "kernels/tree_quadrature.task.h"

namespace limpid {
namespace {

constexpr std::size_t kGroupBytes = std::size_t{16} << 20U;

/// The condition that the path has on a player so far.
struct Met {
  std::uint32_t alive = QuadratureSplit::kEveryRow;  ///< mask of the rows that pass
  double ratio = 1.0;                                ///< r
  bool met = false;
};

/// One entry per state of a row.
using ByState = std::array<double, kTableStates>;

/// The factor and the coefficient of an edge at one node of the rule (tree_quadrature.h).
struct Edge {
  ByState factor{};
  ByState coefficient{};
};

struct RulePoint {
  double t = 0.0;
  double weight = 0.0;
  [[nodiscard]] double pass(double ratio) const { return t + (1.0 - t) * ratio; }
  [[nodiscard]] double gives(double ratio) const { return weight * (1.0 - ratio) / pass(ratio); }
};

Edge make_edge(RulePoint const& at, Met const& before, double share, QuadratureState passes) {
  QuadratureState const fails = passes == kGoesLeft ? kGoesRight : kGoesLeft;
  double const ratio = before.ratio * share;
  double const above = before.met ? at.pass(before.ratio) : 1.0;
  double const taken_back = before.met ? at.gives(before.ratio) : 0.0;
  Edge edge;
  edge.factor[passes] = at.pass(ratio) / above;
  edge.factor[fails] = (1.0 - at.t) * ratio / above;
  edge.factor[kFailedBefore] = share;
  edge.coefficient[passes] = at.gives(ratio) - taken_back;
  edge.coefficient[fails] = -at.weight / (1.0 - at.t) - taken_back;
  return edge;
}

class TreeBuilder {
 public:
  TreeBuilder(CompiledModel const& model, QuadratureTrees& out)
      : model_(model), out_(out), met_(static_cast<std::size_t>(model.players)), slot_(met_.size(), -1) {}

  void add(std::int32_t tree) {
    TreeShape const shape = tree_shape(model_, tree);
    tree_ = {};
    tree_.split_begin = static_cast<std::uint32_t>(out_.splits.size());
    tree_.step_begin = static_cast<std::uint32_t>(out_.steps.size());
    tree_.player_begin = static_cast<std::uint32_t>(out_.players.size());
    tree_.output = model_.tree_output[static_cast<std::size_t>(tree)];
    tree_.points = shape.points;
    tree_.levels = shape.levels;
    tree_.table_begin = is_float() ? out_.floats.size() : out_.doubles.size();
    make_rule();
    visit(model_.roots[static_cast<std::size_t>(tree)], 0);
    tree_.split_end = static_cast<std::uint32_t>(out_.splits.size());
    tree_.step_end = static_cast<std::uint32_t>(out_.steps.size());
    tree_.player_end = static_cast<std::uint32_t>(out_.players.size());
    for (std::uint32_t p = tree_.player_begin; p < tree_.player_end; ++p) slot_[out_.players[p]] = -1;
    out_.trees.push_back(tree_);
  }

 private:
  struct Split {
    Node const* node = nullptr;
    std::uint32_t index = 0;  ///< in the tree
    std::uint32_t player = 0;
    std::array<std::uint32_t, 2> child{};
    Met before;
  };

  [[nodiscard]] bool is_float() const noexcept { return tree_.points <= kFloatPoints; }
  [[nodiscard]] bool is_leaf(std::uint32_t node) const { return model_.nodes[node].test_count == 0; }

  void make_rule() {
    auto const points = static_cast<std::size_t>(tree_.points);
    if (rule_.size() == points) return;
    std::vector<double> t(points);
    std::vector<double> weight(points);
    gauss_legendre(tree_.points, t.data(), weight.data());
    rule_.resize(points);
    for (std::size_t i = 0; i < points; ++i) rule_[i] = {t[i], weight[i]};
  }

  Split split_at(std::uint32_t n) {
    Split split;
    split.node = &model_.nodes[n];
    split.index = static_cast<std::uint32_t>(out_.splits.size()) - tree_.split_begin;
    split.player = model_.node_player[n];
    split.child = {split.node->left, split.node->right};
    split.before = met_[split.player];
    std::int32_t& slot = slot_[split.player];
    if (slot < 0) {
      slot = static_cast<std::int32_t>(out_.players.size() - tree_.player_begin);
      out_.players.push_back(split.player);
    }
    out_.splits.push_back({split.node->test_begin, split.node->test_begin + split.node->test_count, split.before.alive,
                           static_cast<std::uint32_t>(slot)});
    return split;
  }

  void enter(Split const& split, std::size_t side) {
    double const ratio = split.before.ratio * model_.node_share[split.child[side]];
    met_[split.player] = {2 * split.index + static_cast<std::uint32_t>(side), ratio, true};
  }
  void leave(Split const& split) { met_[split.player] = split.before; }

  [[nodiscard]] Edge edge(Split const& split, std::size_t side, RulePoint const& at) const {
    return make_edge(at, split.before, model_.node_share[split.child[side]], side == 0 ? kGoesLeft : kGoesRight);
  }

  void append(ByState const& table) {
    if (is_float()) {
      for (double const x : table) out_.floats.push_back(static_cast<float>(x));
    } else {
      out_.doubles.insert(out_.doubles.end(), table.begin(), table.end());
    }
  }

  /// A and B of the split's children that are leaves.
  void append_leaves(Split const& split, RulePoint const& at) {
    ByState reached{};
    ByState given{};
    for (std::size_t side = 0; side < 2; ++side) {
      if (!is_leaf(split.child[side])) continue;
      Edge const e = edge(split, side, at);
      double const value = model_.nodes[split.child[side]].value;
      for (std::size_t s = 0; s < reached.size(); ++s) {
        reached[s] += value * e.factor[s];
        given[s] += value * e.factor[s] * e.coefficient[s];
      }
    }
    append(reached);
    append(given);
  }

  void step(QuadratureKind kind, Split const& split, std::int32_t level, bool first, std::uint32_t child = 0) {
    out_.steps.push_back({split.index, child, static_cast<std::uint16_t>(level), kind, first});
  }

  void visit(std::uint32_t n, std::int32_t level) {
    Split const split = split_at(n);
    bool first = true;
    if (is_leaf(split.child[0]) || is_leaf(split.child[1])) {
      step(QuadratureKind::kLeaves, split, level, first);
      for (RulePoint const& at : rule_) append_leaves(split, at);
      first = false;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      if (is_leaf(split.child[side])) continue;
      enter(split, side);
      visit_child(split, side, level, first);
      leave(split);
      first = false;
    }
  }

  void visit_child(Split const& split, std::size_t side, std::int32_t level, bool first) {
    std::uint32_t const n = split.child[side];
    if (is_leaf(model_.nodes[n].left) && is_leaf(model_.nodes[n].right)) {
      Split const child = split_at(n);
      step(QuadratureKind::kPair, split, level, first, child.index);
      for (RulePoint const& at : rule_) {
        Edge const e = edge(split, side, at);
        append(e.factor);
        append_leaves(child, at);
        append(e.coefficient);
      }
      return;
    }
    step(QuadratureKind::kDown, split, level, first);
    for (RulePoint const& at : rule_) append(edge(split, side, at).factor);
    visit(n, level + 1);
    step(QuadratureKind::kUp, split, level, first);
    for (RulePoint const& at : rule_) append(edge(split, side, at).coefficient);
  }

  CompiledModel const& model_;
  QuadratureTrees& out_;
  QuadratureTree tree_;
  std::vector<RulePoint> rule_;
  std::vector<Met> met_;            ///< [P]
  std::vector<std::int32_t> slot_;  ///< [P] in the tree's list, or -1
};

}  // namespace

QuadratureView QuadratureTrees::view(Test const* tests) const noexcept {
  QuadratureView view;
  view.trees = trees.data();
  view.count = static_cast<std::int32_t>(trees.size());
  view.splits = splits.data();
  view.steps = steps.data();
  view.players = players.data();
  view.floats = floats.data();
  view.doubles = doubles.data();
  view.tests = tests;
  for (QuadratureTree const& tree : trees) {
    view.most_splits = std::max(view.most_splits, static_cast<std::int32_t>(tree.split_end - tree.split_begin));
    view.most_slots = std::max(view.most_slots, static_cast<std::int32_t>(tree.player_end - tree.player_begin));
    std::size_t const size = tree.points <= kFloatPoints ? sizeof(float) : sizeof(double);
    view.most_lane_bytes = std::max(
        view.most_lane_bytes, 2 * size * static_cast<std::size_t>(tree.levels * quadrature_own_points(tree.points)));
    view.most_value_bytes = std::max(view.most_value_bytes, size * (tree.player_end - tree.player_begin));
    view.most_products = std::max(view.most_products, tree.levels * tree.points);
  }
  return view;
}

QuadratureTrees make_quadrature_trees(CompiledModel const& model, std::span<std::int32_t const> trees) {
  QuadratureTrees out;
  TreeBuilder builder(model, out);
  for (std::int32_t const tree : trees) builder.add(tree);
  return out;
}

QuadratureGroups::QuadratureGroups(CompiledModel const& model, std::span<std::int32_t const> trees,
                                   ParallelFor const& parallel_for, std::size_t budget)
    : model_(&model), trees_(trees.begin(), trees.end()) {
  std::size_t all = 0;
  std::size_t in_group = 0;
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    TreeShape const shape = tree_shape(model, trees_[i]);
    std::size_t const tables = 4 * kTableStates * static_cast<std::size_t>(shape.points);
    bool const in_float = shape.points <= kFloatPoints;
    std::size_t const bytes =
        static_cast<std::size_t>(shape.splits) * tables * (in_float ? sizeof(float) : sizeof(double));
    if (in_group != 0 && in_group + bytes > kGroupBytes) {
      begin_.push_back(i);
      in_group = 0;
    }
    in_group += bytes;
    all += bytes;
  }
  if (!trees_.empty()) begin_.push_back(trees_.size());
  if (all > budget) return;
  kept_.resize(begin_.size() - 1);
  parallel_for(static_cast<std::int64_t>(kept_.size()), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      auto const g = static_cast<std::size_t>(i);
      kept_[g] = make_quadrature_trees(*model_, group(g));
    }
  });
}

std::span<std::int32_t const> QuadratureGroups::group(std::size_t index) const noexcept {
  return std::span(trees_).subspan(begin_[index], begin_[index + 1] - begin_[index]);
}

void QuadratureGroups::for_each(std::function<void(QuadratureTrees const&)> const& body) const {
  for (std::size_t g = 0; g + 1 < begin_.size(); ++g) {
    if (kept_.empty()) {
      body(make_quadrature_trees(*model_, group(g)));
    } else {
      body(kept_[g]);
    }
  }
}

}  // namespace limpid
