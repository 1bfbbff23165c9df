#include "reference/interactions.h"

#include <bit>

namespace limpid::reference {
namespace {

/// Adds phi_i - sum over j != i of Phi_ij to the diagonals. `values` [G x P], `matrices` [G x T].
void add_diagonals(std::span<double const> values, std::size_t players, std::span<double> matrices) {
  std::size_t const pairs = players * (players + 1) / 2;
  for (std::size_t v = 0; v < values.size(); ++v) {
    std::size_t const i = v % players;
    std::span<double> const matrix = matrices.subspan(v / players * pairs, pairs);
    double rest = values[v];
    for (std::size_t j = 0; j < players; ++j) {
      if (j != i) rest -= matrix[i < j ? triangle_index(i, j, players) : triangle_index(j, i, players)];
    }
    matrix[triangle_index(i, i, players)] = rest;
  }
}

/// `to` with the features of a player from `from`.
std::vector<double> with_player(std::vector<double> to, std::span<double const> from,
                                std::vector<std::int32_t> const& of_feature, std::size_t player) {
  for (std::size_t f = 0; f < to.size(); ++f) {
    std::size_t const of = of_feature.empty() ? f : static_cast<std::size_t>(of_feature[f]);
    if (of == player) to[f] = from[f];
  }
  return to;
}

Rows one_row(std::vector<double> const& x) {
  Rows rows;
  rows.rows = rows.stride = 1;
  rows.features = static_cast<std::int32_t>(x.size());
  rows.values = x;
  return rows;
}

/// The sum over sizes of the weights times e_s, e_s from the players of the leaf other than i and j.
double mean_of_others(LeafGame const& path, std::size_t i, std::size_t j) {
  std::vector<double> coefficient{1.0};
  for (auto const& [k, other] : path) {
    if (k == i || k == j) continue;
    coefficient.push_back(0.0);
    for (std::size_t s = coefficient.size() - 1; s > 0; --s) {
      coefficient[s] = coefficient[s] * other.ratio + coefficient[s - 1] * other.pass;
    }
    coefficient[0] *= other.ratio;
  }
  double sum = 0.0;
  auto const n = static_cast<std::int32_t>(coefficient.size());
  for (std::int32_t s = 0; s < n; ++s) sum += shapley_weight(s, n) * coefficient[static_cast<std::size_t>(s)];
  return sum;
}

}  // namespace

std::vector<double> interaction_values(std::int32_t players, Game const& game) {
  auto const p = static_cast<std::size_t>(players);
  std::vector<double> v(std::size_t{1} << p);
  for (std::uint64_t s = 0; s < v.size(); ++s) v[s] = game(s);
  std::vector<double> matrix(p * (p + 1) / 2, 0.0);
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = i + 1; j < p; ++j) {
      std::uint64_t const bit_i = std::uint64_t{1} << i;
      std::uint64_t const bit_j = std::uint64_t{1} << j;
      double index = 0.0;
      for (std::uint64_t s = 0; s < v.size(); ++s) {
        if ((s & (bit_i | bit_j)) != 0) continue;
        double const weight = shapley_weight(std::popcount(s), players - 1);
        index += weight * (v[s | bit_i | bit_j] - v[s | bit_i] - v[s | bit_j] + v[s]);
      }
      matrix[triangle_index(i, j, p)] = index / 2.0;
    }
  }
  add_diagonals(shapley(players, [&](std::uint64_t s) { return v[s]; }), p, matrix);
  return matrix;
}

std::vector<double> margin_interactions(Ensemble const& ensemble, std::span<double const> x, Rows const& background,
                                        std::vector<std::int32_t> const& of_feature) {
  std::size_t const players = count_players(ensemble, of_feature);
  std::size_t const pairs = players * (players + 1) / 2;
  std::size_t const outputs = ensemble.base_margin.size();
  std::vector<double> matrices(outputs * pairs, 0.0);
  std::vector<double> const row(x.begin(), x.end());
  double const weight = 0.5 / static_cast<double>(background.rows);
  for (std::int64_t b = 0; b < background.rows; ++b) {
    std::vector<double> const z = background.row(b);
    for (std::size_t i = 0; i + 1 < players; ++i) {
      auto const in = margin_values(ensemble, row, one_row(with_player(z, row, of_feature, i)), of_feature);
      auto const out = margin_values(ensemble, with_player(row, z, of_feature, i), one_row(z), of_feature);
      for (std::size_t g = 0; g < outputs; ++g) {
        for (std::size_t j = i + 1; j < players; ++j) {
          std::size_t const at = g * players + j;
          matrices[g * pairs + triangle_index(i, j, players)] += weight * (in[at] - out[at]);
        }
      }
    }
  }
  add_diagonals(margin_values(ensemble, x, background, of_feature), players, matrices);
  return matrices;
}

std::vector<double> path_dependent_interactions(Ensemble const& ensemble, std::span<double const> x,
                                                std::vector<std::int32_t> const& of_feature) {
  std::size_t const players = count_players(ensemble, of_feature);
  std::size_t const pairs = players * (players + 1) / 2;
  std::vector<double> matrices(ensemble.base_margin.size() * pairs, 0.0);
  for_each_leaf_game(ensemble, x, of_feature, [&](Tree const& tree, LeafGame const& path, double value) {
    double* const matrix = matrices.data() + static_cast<std::size_t>(tree.output) * pairs;
    for (auto const& [i, first] : path) {
      for (auto const& [j, second] : path) {
        if (j <= i) continue;
        double const differences = (first.pass - first.ratio) * (second.pass - second.ratio);
        matrix[triangle_index(i, j, players)] += value * differences * mean_of_others(path, i, j) / 2.0;
      }
    }
  });
  add_diagonals(path_dependent_values(ensemble, x, of_feature), players, matrices);
  return matrices;
}

}  // namespace limpid::reference
