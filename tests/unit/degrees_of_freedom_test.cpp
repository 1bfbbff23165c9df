/// Variances that are told by few residuals: their degrees of freedom against their own variance over many games.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "explain/linear_estimator.h"
#include "reference/shapley.h"
#include "unit/estimator_case.h"

namespace limpid {
namespace {

using tests::estimate;
using tests::observe;
using tests::Observed;

/// What the covariance of gp's process is of, V small: v(S) = sum_T sqrt(lambda_T) g_T chi_T(S), chi the parities and g
/// normal, lambda_T = rho^|T| for rho = 1 / V, ten times as much for single players.
reference::Game gaussian_game(std::int32_t players, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  auto const size = std::size_t{1} << static_cast<unsigned>(players);
  std::vector<double> values(size, 0.0);
  for (std::size_t t = 0; t < size; ++t) {
    int const order = std::popcount(t);
    double const lambda = std::pow(1.0 / players, order) * (order == 1 ? kGpAdditive : 1.0);
    double const term = std::sqrt(lambda) * normal(random);
    for (std::size_t s = 0; s < size; ++s) values[s] += std::popcount(s & t) % 2 == 0 ? term : -term;
  }
  return [values](std::uint64_t set) { return values[set]; };
}

/// Variances are estimates: their own variance over many games is what their degrees of freedom say, and with few
/// coalitions the intervals hold as many values as with many.
TEST(DegreesOfFreedom, TellHowFewResidualsThereAre) {
  constexpr std::int32_t kPlayers = 7;
  constexpr int kGames = 1500;
  for (std::int64_t const pairs : {6, 20, 40}) {
    auto const design = make_design(DesignKind::kLeverage, kPlayers, pairs, 7);
    auto const estimator = solve_gp(design);
    std::mt19937_64 random(5);
    double sum = 0.0, squares = 0.0;
    int inside = 0;
    for (int n = 0; n < kGames; ++n) {
      auto const game = gaussian_game(kPlayers, random);
      auto const seen = observe(design, game);
      auto const phi = estimate(estimator, seen);
      std::vector<double> errors(phi.size());
      ASSERT_TRUE(standard_errors(estimator, design, seen.differences, seen.delta, phi, errors));
      double const variance = errors[0] * errors[0];
      sum += variance;
      squares += variance * variance;
      auto const exact = reference::shapley(kPlayers, game);
      for (std::size_t i = 0; i < phi.size(); ++i) inside += std::abs(phi[i] - exact[i]) <= 1.96 * errors[i] ? 1 : 0;
    }
    double const mean = sum / kGames;
    double const found = 2.0 * mean * mean / (squares / kGames - mean * mean);
    EXPECT_NEAR(found / estimator.freedom[0], 1.0, 0.2) << pairs;
    double const share = inside / (1.0 * kGames * kPlayers);
    EXPECT_GE(share, 0.93) << pairs;
    EXPECT_LE(share, pairs < 7 ? 0.99 : 0.97) << pairs;  // with so few, values and their scale are large together
  }
}

/// The same of wls, whose residuals are taken to be of equal variance: coalitions with values of their own.
TEST(DegreesOfFreedom, OfWlsAreThoseOfItsVariances) {
  constexpr std::int32_t kPlayers = 9;
  constexpr int kGames = 3000;
  auto const design = make_design(DesignKind::kLeverage, kPlayers, 24, 7);
  auto const estimator = solve_wls(design);
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  std::vector<double> sum(kPlayers, 0.0), squares(kPlayers, 0.0);
  for (int n = 0; n < kGames; ++n) {
    Observed seen;
    for (std::int64_t p = 0; p < design.pairs(); ++p) seen.differences.push_back(normal(random));
    auto const phi = estimate(estimator, seen);
    std::vector<double> errors(phi.size());
    ASSERT_TRUE(standard_errors(estimator, design, seen.differences, seen.delta, phi, errors));
    for (std::size_t i = 0; i < errors.size(); ++i) {
      sum[i] += errors[i] * errors[i] / kGames;
      squares[i] += std::pow(errors[i], 4) / kGames;
    }
  }
  for (std::size_t i = 0; i < sum.size(); ++i) {
    double const found = 2.0 * sum[i] * sum[i] / (squares[i] - sum[i] * sum[i]);
    EXPECT_NEAR(found / estimator.freedom[i], 1.0, 0.15) << i;
  }
}

}  // namespace
}  // namespace limpid
