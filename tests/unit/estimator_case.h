/// Games whose every coalition is known, and what an estimator is told of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "explain/linear_estimator.h"
#include "reference/shapley.h"

namespace limpid::tests {

/// The response of a sum of cubes of up to four players: a tree ensemble's game.
inline reference::Game random_game(std::int32_t players, std::uint64_t seed) {
  struct Cube {
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    double value = 0.0;
  };
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Cube> cubes(200);
  for (Cube& cube : cubes) {
    for (int i = 0; i < 4; ++i) {
      auto const bit = std::uint64_t{1} << (random() % static_cast<std::uint64_t>(players));
      if (((cube.inside | cube.outside) & bit) == 0) (random() % 2 == 0 ? cube.inside : cube.outside) |= bit;
    }
    cube.value = normal(random);
  }
  return [cubes](std::uint64_t set) {
    double margin = 0.0;
    for (Cube const& cube : cubes) {
      if ((cube.inside & ~set) == 0 && (cube.outside & set) == 0) margin += cube.value;
    }
    return 1.0 / (1.0 + std::exp(-0.3 * margin));
  };
}

struct Observed {
  std::vector<double> differences;
  double delta = 0.0;
};

inline Observed observe(CoalitionDesign const& design, reference::Game const& game) {
  std::uint64_t const full = (std::uint64_t{1} << static_cast<unsigned>(design.players)) - 1;
  Observed out;
  for (std::uint64_t const set : design.coalitions) {
    out.differences.push_back(0.5 * (game(set) - game(full & ~set)));
  }
  out.delta = game(full) - game(0);
  return out;
}

inline std::vector<double> estimate(LinearEstimator const& estimator, Observed const& seen) {
  std::vector<double> phi(static_cast<std::size_t>(estimator.players));
  apply(estimator, seen.differences, seen.delta, phi);
  return phi;
}

}  // namespace limpid::tests
