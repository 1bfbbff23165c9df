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
#include "kernels/lattice_pairs.task.h"

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

/// Half of the Shapley interaction index of every two players of a game v [2^V], as lattice::live_pair: half of the sum
/// over S without i and j of s! (V-2-s)! / (V-1)! (v(S+i+j) - v(S+i) - v(S+j) + v(S)).
inline std::vector<double> interactions_by_definition(std::vector<double> const& v, std::int32_t live) {
  std::vector<double> pairs(static_cast<std::size_t>(live * (live - 1) / 2), 0.0);
  for (std::int32_t j = 1; j < live; ++j) {
    for (std::int32_t i = 0; i < j; ++i) {
      std::size_t const both = (std::size_t{1} << i) | (std::size_t{1} << j);
      double& pair = pairs[static_cast<std::size_t>(lattice::live_pair(i, j))];
      for (std::size_t s = 0; s < v.size(); ++s) {
        if ((s & both) != 0) continue;
        auto const size = static_cast<double>(std::popcount(s));
        double const weight =
            std::exp(std::lgamma(size + 1.0) + std::lgamma(live - 1.0 - size) - std::lgamma(static_cast<double>(live)));
        double const change = v[s | both] - v[s | (std::size_t{1} << i)] - v[s | (std::size_t{1} << j)] + v[s];
        pair += 0.5 * weight * change;
      }
    }
  }
  return pairs;
}

/// Largest distance of interactions [G x T x stride] from `exact_row(r)` [G x T], relative to each and 1. NaN counts as
/// infinity.
template <class ExactRow>
double worst_pair_error(LatticeCase const& game, std::vector<double> const& interactions, ExactRow const& exact_row) {
  auto const& args = game.args;
  double worst = 0.0;
  for (std::int64_t r = 0; r < args.rows; ++r) {
    std::vector<double> const expected = exact_row(r);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      auto const at = n * static_cast<std::size_t>(args.value_stride) + static_cast<std::size_t>(r);
      double const error = std::fabs(interactions[at] - expected[n]) / std::max(1.0, std::fabs(expected[n]));
      if (!(error <= worst)) worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    }
  }
  return worst;
}

/// `play` on every SIMD target leaves the interactions, and all else, that `by_task` leaves. Returns them [G x T x
/// stride].
template <class ByTask, class Play>
std::vector<double> expect_interactions_of_task(LatticeCase& game, ByTask const& by_task, Play const& play) {
  auto const size =
      static_cast<std::size_t>(game.args.outputs * pair_count(game.args.players) * game.args.value_stride);
  std::vector<double> expected(size, 0.0);
  game.args.interactions = expected.data();
  by_task();
  std::vector<double> found(size);
  game.args.interactions = found.data();
  expect_bits_on_every_target(game, [&] {
    std::fill(found.begin(), found.end(), 0.0);
    play();
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(found[i]), std::bit_cast<std::uint64_t>(expected[i])) << "at " << i;
    }
  });
  game.args.interactions = nullptr;
  return expected;
}

}  // namespace limpid::tests
