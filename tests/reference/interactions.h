/// SHAP interaction values by definition, and closed forms that are checked against it (unit/interactions_test.cpp).
/// All in double, on raw values.
///
/// A matrix is its upper triangle, [T], T = P (P + 1) / 2: pair i <= j at triangle_index(i, j, P).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "limpid/ensemble.h"
#include "reference/random_model.h"
#include "reference/shapley.h"

namespace limpid::reference {

/// REQUIRES: i <= j < players.
[[nodiscard]] constexpr std::size_t triangle_index(std::size_t i, std::size_t j, std::size_t players) noexcept {
  return i * players - i * (i - 1) / 2 + (j - i);
}

/// [T] Lundberg et al. 2020, SHAP interaction values: off the diagonal half the Shapley interaction index (Grabisch &
/// Roubens 1999), sum over S without i and j of |S|! (M - |S| - 2)! / (M - 1)! (v(S + ij) - v(S + i) - v(S + j) +
/// v(S)); on it what is left of the Shapley value. REQUIRES: players <= 16.
[[nodiscard]] std::vector<double> interaction_values(std::int32_t players, Game const& game);

/// [G x T] of the margin game; the diagonal too. Half of player j's value with i always in, less that with i never in:
/// i is always in where the background has x's values for it, never where x has the background row's.
[[nodiscard]] std::vector<double> margin_interactions(Ensemble const& ensemble, std::span<double const> x,
                                                      Rows const& background,
                                                      std::vector<std::int32_t> const& of_feature = {});

/// [G x T] of the path-dependent game, leaf by leaf: (a_i - r_i) (a_j - r_j) / 2 times the sum over sizes s of
/// s! (K-2-s)! / (K-1)! e_s, e_s the coefficient of y^s in prod_{k != i, j} (r_k + a_k y); the diagonal too.
[[nodiscard]] std::vector<double> path_dependent_interactions(Ensemble const& ensemble, std::span<double const> x,
                                                              std::vector<std::int32_t> const& of_feature = {});

}  // namespace limpid::reference
