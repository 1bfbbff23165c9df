/// Shapley values by definition, the games of ARCHITECTURE.md, section 1, and closed forms for them that are checked
/// against the definition (unit/reference_test.cpp). All in double, on raw values: independent of bins and leaf paths.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "limpid/ensemble.h"
#include "reference/random_model.h"

namespace limpid::reference {

/// v(S) of the coalition whose bits are set.
using Game = std::function<double(std::uint64_t)>;

/// Shapley 1953: phi_i = sum over S without i of |S|! (M - |S| - 1)! / M! (v(S + i) - v(S)). REQUIRES: players <= 20.
[[nodiscard]] std::vector<double> shapley(std::int32_t players, Game const& game);

/// v(S) = mean over z of output g of the margin, or of the response, at x on S and z elsewhere.
[[nodiscard]] Game margin_game(Ensemble const& ensemble, std::vector<double> x, Rows const& background, std::size_t g);
[[nodiscard]] Game response_game(Ensemble const& ensemble, std::vector<double> x, Rows const& background,
                                 std::size_t g);
/// v(S): at a node of a feature in S the way of x, elsewhere both ways weighted by their share of the cover
/// (Lundberg et al. 2018, algorithm 1); 0/0 := 0.5.
[[nodiscard]] Game path_dependent_game(Ensemble const& ensemble, std::vector<double> x, std::size_t g);

/// The game of groups of features: player p brings in every feature f with of_feature[f] == p.
[[nodiscard]] Game game_of_players(Game game, std::vector<std::int32_t> of_feature);

/// [G x P] values of the margin game, leaf by leaf: a leaf that is reached by x on A and by z on B, and that other
/// players do not care about, gives (|A|-1)! |B|! / (|A|+|B|)! to each of A and -|A|! (|B|-1)! / (|A|+|B|)! to each of
/// B. `of_feature`: the player of each feature; empty: itself.
[[nodiscard]] std::vector<double> margin_values(Ensemble const& ensemble, std::span<double const> x,
                                                Rows const& background, std::vector<std::int32_t> of_feature = {});

/// [G x P] values of the path-dependent game, leaf by leaf: with a_k = does x pass the conditions on player k and r_k
/// = the product of their cover shares, the leaf's game is prod_{k in S} a_k prod_{k not in S} r_k; a player's value
/// is (a_q - r_q) times the sum over sizes s of s! (K-1-s)! / K! e_s, e_s the coefficient of y^s in prod_{k != q} (r_k
/// + a_k y).
[[nodiscard]] std::vector<double> path_dependent_values(Ensemble const& ensemble, std::span<double const> x,
                                                        std::vector<std::int32_t> of_feature = {});

/// A player on a path: does x pass its conditions (1 or 0), and the product of their cover shares.
struct OnPath {
  double pass = 1.0;
  double ratio = 1.0;
};
/// The players of a leaf: its game is prod_{k in S} pass_k prod_{k not in S} ratio_k.
using LeafGame = std::map<std::size_t, OnPath>;

/// Calls visit(tree, game, value) for every leaf of every tree.
void for_each_leaf_game(Ensemble const& ensemble, std::span<double const> x, std::vector<std::int32_t> of_feature,
                        std::function<void(Tree const&, LeafGame const&, double)> const& visit);

/// P: players of `of_feature`, or features where it is empty.
[[nodiscard]] std::size_t count_players(Ensemble const& ensemble, std::vector<std::int32_t> const& of_feature);

/// s! (n - 1 - s)! / n!
[[nodiscard]] double shapley_weight(std::int32_t s, std::int32_t n);

}  // namespace limpid::reference
