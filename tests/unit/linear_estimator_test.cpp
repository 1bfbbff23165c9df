/// Operators on games whose values are known: enumerated designs against the definition, sampled ones against the
/// constrained least squares solved by another route, and that their standard errors are honest.
#include "explain/linear_estimator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "reference/shapley.h"
#include "unit/estimator_case.h"

namespace limpid {
namespace {

using tests::estimate;
using tests::observe;
using tests::Observed;
using tests::random_game;

double largest_error(std::vector<double> const& found, std::vector<double> const& expected) {
  double largest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double const error = std::abs(found[i] - expected[i]);
    if (!(error <= largest)) largest = error;  // a NaN stays
  }
  return largest;
}

TEST(LinearEstimator, EveryCoalitionGivesTheValuesOfTheDefinition) {
  for (std::int32_t players = 2; players <= 10; ++players) {
    auto const game = random_game(players, static_cast<std::uint64_t>(players));
    auto const exact = reference::shapley(players, game);
    for (auto const kind : {DesignKind::kLeverage, DesignKind::kKernel}) {
      auto const design = make_design(kind, players, 1 << 12, 1);
      auto const seen = observe(design, game);
      EXPECT_LE(largest_error(estimate(solve_wls(design), seen), exact), 1e-12) << players;
      EXPECT_LE(largest_error(estimate(solve_gp(design), seen), exact), 1e-6) << players;
    }
  }
}

/// Gaussian elimination with pivots on the Lagrange system [2G 1; 1' 0] of: minimise sum over both halves of
/// w (v(S) - v(empty) - sum of phi over S)^2 subject to sum phi = Delta. No pairs, no projection: another route.
std::vector<double> constrained_least_squares(CoalitionDesign const& design, reference::Game const& game) {
  auto const n = static_cast<std::size_t>(design.players) + 1;
  std::uint64_t const full = (std::uint64_t{1} << static_cast<unsigned>(design.players)) - 1;
  std::vector<std::vector<long double>> a(n, std::vector<long double>(n + 1, 0.0L));
  for (std::size_t p = 0; p < design.coalitions.size(); ++p) {
    for (std::uint64_t const set : {design.coalitions[p], full & ~design.coalitions[p]}) {
      for (std::size_t i = 0; i + 1 < n; ++i) {
        if ((set >> i & 1U) == 0) continue;
        for (std::size_t j = 0; j + 1 < n; ++j) a[i][j] += (set >> j & 1U) != 0 ? design.weight[p] : 0.0L;
        a[i][n] += design.weight[p] * (game(set) - game(0));
      }
    }
  }
  for (std::size_t i = 0; i + 1 < n; ++i) a[i][n - 1] = a[n - 1][i] = 1.0L;
  a[n - 1][n] = game(full) - game(0);
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c; r < n; ++r) pivot = std::abs(a[r][c]) > std::abs(a[pivot][c]) ? r : pivot;
    std::swap(a[c], a[pivot]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c) continue;
      long double const factor = a[r][c] / a[c][c];
      for (std::size_t k = c; k <= n; ++k) a[r][k] -= factor * a[c][k];
    }
  }
  std::vector<double> phi;
  for (std::size_t i = 0; i + 1 < n; ++i) phi.push_back(static_cast<double>(a[i][n] / a[i][i]));
  return phi;
}

TEST(LinearEstimator, SampledWlsSolvesTheConstrainedLeastSquares) {
  for (std::int32_t const players : {7, 12, 17, 24}) {
    auto const game = random_game(players, 40U + static_cast<std::uint64_t>(players));
    for (auto const kind : {DesignKind::kLeverage, DesignKind::kKernel}) {
      for (std::int64_t const pairs : {3 * players, 12 * players}) {
        auto const design = make_design(kind, players, pairs, 2);
        auto const found = estimate(solve_wls(design), observe(design, game));
        EXPECT_LE(largest_error(found, constrained_least_squares(design, game)), 1e-12) << players << ", " << pairs;
      }
    }
  }
}

TEST(LinearEstimator, ValuesSumToDeltaAndTooFewPairsStaySane) {
  for (std::int32_t const players : {5, 17, 40}) {
    auto const game = random_game(players, 7);
    for (std::int64_t const pairs : {1, 3, players - 1, players, 2 * players}) {
      auto const design = make_design(DesignKind::kLeverage, players, pairs, 3);
      auto const seen = observe(design, game);
      for (auto const& estimator : {solve_wls(design), solve_gp(design)}) {
        auto const phi = estimate(estimator, seen);
        double sum = 0.0;
        for (double const value : phi) {
          sum += value;
          EXPECT_LE(std::abs(value), 2.0) << "the game lies between 0 and 1; V = " << players << ", q = " << pairs;
        }
        EXPECT_NEAR(sum, seen.delta, 1e-12);
      }
    }
  }
}

TEST(LinearEstimator, StandardErrorsCoverTheTruth) {
  constexpr std::int32_t kPlayers = 14;
  std::int64_t covered[2] = {0, 0};
  std::int64_t values = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    auto const game = random_game(kPlayers, 100 + seed);
    auto const exact = reference::shapley(kPlayers, game);
    auto const design = make_design(DesignKind::kLeverage, kPlayers, 400, seed);
    auto const seen = observe(design, game);
    values += kPlayers;
    for (std::size_t k = 0; k < 2; ++k) {
      auto const estimator = k == 0 ? solve_wls(design) : solve_gp(design);
      auto const phi = estimate(estimator, seen);
      std::vector<double> errors(phi.size());
      ASSERT_TRUE(standard_errors(estimator, design, seen.differences, seen.delta, phi, errors));
      for (std::size_t i = 0; i < phi.size(); ++i)
        covered[k] += std::abs(phi[i] - exact[i]) <= 1.96 * errors[i] ? 1 : 0;
    }
  }
  for (std::int64_t const count : covered) {
    double const share = static_cast<double>(count) / static_cast<double>(values);
    EXPECT_GE(share, 0.90);
    EXPECT_LE(share, 0.99);
  }
}

/// Background rows take the players in orders of their own, and what errors have in common does not go away in their
/// mean: it has to be a small part of the error of one of them, also for a small design.
TEST(LinearEstimator, ErrorsOverOrdersOfThePlayersHaveLittleInCommon) {
  constexpr std::int32_t kPlayers = 12;
  constexpr std::size_t kOrders = 60;
  auto const game = random_game(kPlayers, 11);
  auto const exact = reference::shapley(kPlayers, game);
  auto const design = make_design(DesignKind::kLeverage, kPlayers, 64, 5);
  for (auto const& estimator : {solve_wls(design), solve_gp(design)}) {
    std::vector<double> mean(kPlayers, 0.0);
    double square = 0.0;
    std::mt19937_64 random(3);
    std::vector<std::size_t> player_of(kPlayers);  // of each bit
    std::iota(player_of.begin(), player_of.end(), std::size_t{0});
    for (std::size_t order = 0; order < kOrders; ++order) {
      std::shuffle(player_of.begin(), player_of.end(), random);
      auto const seen = observe(design, [&](std::uint64_t bits) {
        std::uint64_t set = 0;
        for (std::size_t i = 0; i < player_of.size(); ++i) set |= (bits >> i & 1U) << player_of[i];
        return game(set);
      });
      auto const phi = estimate(estimator, seen);
      for (std::size_t i = 0; i < player_of.size(); ++i) {
        double const error = phi[i] - exact[player_of[i]];
        mean[player_of[i]] += error / kOrders;
        square += error * error / kOrders;
      }
    }
    double common = 0.0;
    for (double const error : mean) common += error * error;
    EXPECT_LE(common, 0.15 * square);  // 1/60 of it is chance
  }
}

/// The mean over all V! orders of the players is the Shapley value itself, however few coalitions there are.
TEST(LinearEstimator, GpIsRightOnAverageOverAllOrders) {
  constexpr std::int32_t kPlayers = 6;
  auto const game = random_game(kPlayers, 21);
  auto const exact = reference::shapley(kPlayers, game);
  for (std::int64_t const pairs : {5, 11, 20}) {
    auto const design = make_design(DesignKind::kLeverage, kPlayers, pairs, 4);
    auto const estimator = solve_gp(design);
    std::vector<double> mean(kPlayers, 0.0);
    std::vector<std::size_t> player_of(kPlayers);  // of each bit
    std::iota(player_of.begin(), player_of.end(), std::size_t{0});
    double orders = 0.0;
    double largest = 0.0;
    do {
      auto const phi = estimate(estimator, observe(design, [&](std::uint64_t bits) {
                                  std::uint64_t set = 0;
                                  for (std::size_t i = 0; i < kPlayers; ++i) set |= (bits >> i & 1U) << player_of[i];
                                  return game(set);
                                }));
      for (std::size_t i = 0; i < kPlayers; ++i) {
        mean[player_of[i]] += phi[i];
        largest = std::max(largest, std::abs(phi[i] - exact[player_of[i]]));
      }
      orders += 1.0;
    } while (std::next_permutation(player_of.begin(), player_of.end()));
    for (double& value : mean) value /= orders;
    EXPECT_GT(largest, 1e-3) << "an estimate in one order; q = " << pairs;
    EXPECT_LE(largest_error(mean, exact), 1e-9) << "q = " << pairs;
  }
}

/// Above 24 players functions of the size share knots: their sums are right, those of single sizes nearly.
TEST(LinearEstimator, GpIsNearlyRightOnAverageForManySizes) {
  constexpr std::int32_t kPlayers = 60;
  auto const design = make_design(DesignKind::kLeverage, kPlayers, 600, 4);
  auto const estimator = solve_gp(design);
  double sum = 0.0;
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    for (std::int32_t i = 0; i < kPlayers; ++i) {
      if (design.holds(p, i)) sum += estimator.weights[static_cast<std::size_t>(i * estimator.pairs + p)];
    }
  }
  EXPECT_NEAR(sum, kPlayers - 1.0, 1e-8);  // 2 for each of 29 sizes, 1 for 30
}

TEST(LinearEstimator, NoStandardErrorWithoutResiduals) {
  auto const design = make_design(DesignKind::kLeverage, 10, 9, 3);
  auto const estimator = solve_wls(design);
  auto const seen = observe(design, random_game(10, 1));
  auto const phi = estimate(estimator, seen);
  std::vector<double> errors(10);
  EXPECT_FALSE(standard_errors(estimator, design, seen.differences, seen.delta, phi, errors));
}

}  // namespace
}  // namespace limpid
