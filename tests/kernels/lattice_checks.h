/// What games on lattices are held against: exact values, and the bits of the task.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/lattice_case.h"

namespace limpid::tests {

/// Largest distance from `exact_row(r)` [G x P], relative to the row's largest value and 1. NaN counts as infinity.
template <class ExactRow>
double worst_error(LatticeCase const& game, ExactRow const& exact_row) {
  auto const& args = game.args;
  double worst = 0.0;
  for (std::int64_t r = 0; r < args.rows; ++r) {
    std::vector<double> const expected = exact_row(r);
    double scale = 1.0;
    for (double const phi : expected) scale = std::max(scale, std::fabs(phi));
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      for (std::int32_t p = 0; p < args.players; ++p) {
        double const exact = expected[static_cast<std::size_t>(g * args.players + p)];
        double const error = std::fabs(game.value(g, p, r) - exact) / scale;
        if (!(error <= worst)) worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
      }
    }
  }
  return worst;
}

/// `play` on every SIMD target of this machine leaves the bits that are in `game`.
template <class Play>
void expect_bits_on_every_target(LatticeCase& game, Play const& play) {
  auto const values = game.values;
  auto const largest = game.largest;
  on_each_simd_target([&] {
    std::fill(game.values.begin(), game.values.end(), -77.0);
    play();
    EXPECT_EQ(game.largest, largest);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(game.values[i]), std::bit_cast<std::uint64_t>(values[i])) << "at " << i;
    }
  });
}

}  // namespace limpid::tests
