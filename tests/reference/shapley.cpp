#include "reference/shapley.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "reference/tree_walk.h"

namespace limpid::reference {
namespace {

double cover_share(Tree const& tree, std::size_t child, std::size_t parent) {
  return tree.cover[parent] == 0.0 ? 0.5 : tree.cover[child] / tree.cover[parent];
}

/// The word of include/limpid/ensemble.h on what a leaf adds.
double leaf_value(Ensemble const& ensemble, Tree const& tree, std::size_t leaf) {
  return tree.value[leaf] * tree.weight / ensemble.divisor;
}

/// Every feature its own player, unless said otherwise.
std::vector<std::int32_t> players_of(Ensemble const& ensemble, std::vector<std::int32_t> of_feature) {
  if (!of_feature.empty()) return of_feature;
  of_feature.resize(ensemble.features.size());
  std::iota(of_feature.begin(), of_feature.end(), 0);
  return of_feature;
}

double expectation(Ensemble const& ensemble, Tree const& tree, std::size_t node, std::span<double const> x,
                   std::uint64_t coalition) {
  if (tree.left[node] < 0) return leaf_value(ensemble, tree, node);
  auto const left = static_cast<std::size_t>(tree.left[node]);
  auto const right = static_cast<std::size_t>(tree.right[node]);
  if (((coalition >> static_cast<unsigned>(tree.feature[node])) & 1U) != 0) {
    return expectation(ensemble, tree, goes_left(ensemble, tree, node, x) ? left : right, x, coalition);
  }
  return cover_share(tree, left, node) * expectation(ensemble, tree, left, x, coalition) +
         cover_share(tree, right, node) * expectation(ensemble, tree, right, x, coalition);
}

Game hybrid_game(Ensemble const& ensemble, std::vector<double> x, Rows const& background, std::size_t g,
                 Link link_of_game) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t b = 0; b < background.rows; ++b) rows.push_back(background.row(b));
  return [&ensemble, x = std::move(x), rows = std::move(rows), g, link_of_game](std::uint64_t coalition) {
    double sum = 0.0;
    for (auto const& z : rows) sum += link(link_of_game, margin(ensemble, hybrid(x, z, coalition)))[g];
    return sum / static_cast<double>(rows.size());
  };
}

/// Whom a leaf's hybrid follows at the nodes of a player: either (x and z went the same way so far), x, or z.
enum class Follows : std::uint8_t { kEither, kX, kZ };

/// All leaves of one tree that hybrids of x and z reach.
class PairWalk {
 public:
  PairWalk(Ensemble const& ensemble, Tree const& tree, std::vector<std::int32_t> const& of_feature,
           std::span<double const> x, std::span<double const> z, double weight, std::span<double> values)
      : ensemble_(ensemble),
        tree_(tree),
        of_feature_(of_feature),
        x_(x),
        z_(z),
        weight_(weight),
        values_(values),
        follows_(values.size(), Follows::kEither) {}

  void walk(std::size_t node) {
    if (tree_.left[node] < 0) return leaf(leaf_value(ensemble_, tree_, node) * weight_);
    auto const player = static_cast<std::size_t>(of_feature_[static_cast<std::size_t>(tree_.feature[node])]);
    bool const x_left = goes_left(ensemble_, tree_, node, x_);
    bool const z_left = goes_left(ensemble_, tree_, node, z_);
    if (x_left == z_left || follows_[player] != Follows::kEither) {
      return walk(child(node, follows_[player] == Follows::kZ ? z_left : x_left));
    }
    follows_[player] = Follows::kX;
    walk(child(node, x_left));
    follows_[player] = Follows::kZ;
    walk(child(node, z_left));
    follows_[player] = Follows::kEither;
  }

 private:
  [[nodiscard]] std::size_t child(std::size_t node, bool left) const {
    return static_cast<std::size_t>(left ? tree_.left[node] : tree_.right[node]);
  }

  void leaf(double value) {
    std::int32_t in = 0;
    std::int32_t out = 0;
    for (Follows const follows : follows_) {
      in += follows == Follows::kX ? 1 : 0;
      out += follows == Follows::kZ ? 1 : 0;
    }
    for (std::size_t f = 0; f < follows_.size(); ++f) {
      if (follows_[f] == Follows::kX) values_[f] += value * shapley_weight(in - 1, in + out);
      if (follows_[f] == Follows::kZ) values_[f] -= value * shapley_weight(in, in + out);
    }
  }

  Ensemble const& ensemble_;
  Tree const& tree_;
  std::vector<std::int32_t> const& of_feature_;
  std::span<double const> x_;
  std::span<double const> z_;
  double weight_;
  std::span<double> values_;
  std::vector<Follows> follows_;  ///< [P]
};

/// Shapley values of the game prod_{k in S} pass_k prod_{k not in S} ratio_k.
void add_product_game(LeafGame const& path, double value, std::span<double> values) {
  auto const n = static_cast<std::int32_t>(path.size());
  for (auto const& [q, mine] : path) {
    std::vector<double> coefficient{1.0};
    for (auto const& [k, other] : path) {
      if (k == q) continue;
      coefficient.push_back(0.0);
      for (std::size_t s = coefficient.size() - 1; s > 0; --s) {
        coefficient[s] = coefficient[s] * other.ratio + coefficient[s - 1] * other.pass;
      }
      coefficient[0] *= other.ratio;
    }
    double sum = 0.0;
    for (std::int32_t s = 0; s < n; ++s) sum += shapley_weight(s, n) * coefficient[static_cast<std::size_t>(s)];
    values[q] += value * (mine.pass - mine.ratio) * sum;
  }
}

using Visit = std::function<void(Tree const&, LeafGame const&, double)>;

void walk_paths(Ensemble const& ensemble, Tree const& tree, std::vector<std::int32_t> const& of_feature,
                std::span<double const> x, std::size_t node, LeafGame const& path, Visit const& visit) {
  if (tree.left[node] < 0) return visit(tree, path, leaf_value(ensemble, tree, node));
  bool const x_left = goes_left(ensemble, tree, node, x);
  for (bool const left : {true, false}) {
    auto const child = static_cast<std::size_t>(left ? tree.left[node] : tree.right[node]);
    LeafGame next = path;
    OnPath& mine = next[static_cast<std::size_t>(of_feature[static_cast<std::size_t>(tree.feature[node])])];
    if (left != x_left) mine.pass = 0.0;
    mine.ratio *= cover_share(tree, child, node);
    walk_paths(ensemble, tree, of_feature, x, child, next, visit);
  }
}

}  // namespace

std::size_t count_players(Ensemble const& ensemble, std::vector<std::int32_t> const& of_feature) {
  if (of_feature.empty()) return ensemble.features.size();
  return static_cast<std::size_t>(*std::max_element(of_feature.begin(), of_feature.end())) + 1;
}

double shapley_weight(std::int32_t s, std::int32_t n) {
  double weight = 1.0 / n;  // 1 / (n C(n - 1, s))
  for (std::int32_t i = 1; i <= s; ++i) weight *= static_cast<double>(i) / (n - i);
  return weight;
}

std::vector<double> shapley(std::int32_t players, Game const& game) {
  std::vector<double> v(std::size_t{1} << static_cast<unsigned>(players));
  for (std::uint64_t s = 0; s < v.size(); ++s) v[s] = game(s);
  std::vector<double> values(static_cast<std::size_t>(players), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::uint64_t s = 0; s < v.size(); ++s) {
      if (((s >> i) & 1U) != 0) continue;
      values[i] += shapley_weight(std::popcount(s), players) * (v[s | (std::uint64_t{1} << i)] - v[s]);
    }
  }
  return values;
}

Game margin_game(Ensemble const& ensemble, std::vector<double> x, Rows const& background, std::size_t g) {
  return hybrid_game(ensemble, std::move(x), background, g, Link::kIdentity);
}

Game response_game(Ensemble const& ensemble, std::vector<double> x, Rows const& background, std::size_t g) {
  return hybrid_game(ensemble, std::move(x), background, g, ensemble.link);
}

Game path_dependent_game(Ensemble const& ensemble, std::vector<double> x, std::size_t g) {
  return [&ensemble, x = std::move(x), g](std::uint64_t coalition) {
    double sum = ensemble.base_margin[g];
    for (Tree const& tree : ensemble.trees) {
      if (static_cast<std::size_t>(tree.output) == g) sum += expectation(ensemble, tree, 0, x, coalition);
    }
    return sum;
  };
}

Game game_of_players(Game game, std::vector<std::int32_t> of_feature) {
  return [game = std::move(game), of_feature = std::move(of_feature)](std::uint64_t coalition) {
    std::uint64_t features = 0;
    for (std::size_t f = 0; f < of_feature.size(); ++f) {
      features |= ((coalition >> static_cast<unsigned>(of_feature[f])) & 1U) << f;
    }
    return game(features);
  };
}

std::vector<double> margin_values(Ensemble const& ensemble, std::span<double const> x, Rows const& background,
                                  std::vector<std::int32_t> of_feature) {
  std::size_t const players = count_players(ensemble, of_feature);
  of_feature = players_of(ensemble, std::move(of_feature));
  std::vector<double> values(players * ensemble.base_margin.size(), 0.0);
  double const weight = 1.0 / static_cast<double>(background.rows);
  for (std::int64_t b = 0; b < background.rows; ++b) {
    std::vector<double> const z = background.row(b);
    for (Tree const& tree : ensemble.trees) {
      std::span<double> const of_output =
          std::span(values).subspan(static_cast<std::size_t>(tree.output) * players, players);
      PairWalk(ensemble, tree, of_feature, x, z, weight, of_output).walk(0);
    }
  }
  return values;
}

void for_each_leaf_game(Ensemble const& ensemble, std::span<double const> x, std::vector<std::int32_t> of_feature,
                        Visit const& visit) {
  of_feature = players_of(ensemble, std::move(of_feature));
  for (Tree const& tree : ensemble.trees) walk_paths(ensemble, tree, of_feature, x, 0, {}, visit);
}

std::vector<double> path_dependent_values(Ensemble const& ensemble, std::span<double const> x,
                                          std::vector<std::int32_t> of_feature) {
  std::size_t const players = count_players(ensemble, of_feature);
  std::vector<double> values(players * ensemble.base_margin.size(), 0.0);
  for_each_leaf_game(ensemble, x, std::move(of_feature), [&](Tree const& tree, LeafGame const& path, double value) {
    add_product_game(path, value, std::span(values).subspan(static_cast<std::size_t>(tree.output) * players, players));
  });
  return values;
}

}  // namespace limpid::reference
