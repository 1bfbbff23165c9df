// Interactions on the lattice: hand-worked numbers, the Shapley interaction index by definition, the bits of the task
// on every SIMD target.
#include "kernels/lattice_pairs.task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/lattice_case.h"
#include "kernels/lattice_oracle.h"

namespace limpid::tests {
namespace {

/// Half of SII_ij = sum over S without i and j of s! (V-2-s)! / (V-1)! (v(S+i+j) - v(S+i) - v(S+j) + v(S)), as
/// live_pair.
std::vector<double> by_definition(std::vector<double> const& v, std::int32_t live) {
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

/// v({}) = 0.
std::vector<double> random_game(std::int32_t live, std::mt19937& random) {
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<double> v(std::size_t{1} << live);
  for (double& value : v) value = uniform(random);
  v[0] = 0.0;
  return v;
}

std::vector<double> by_task(std::vector<double> const& v, std::int32_t live) {
  std::vector<double> entries(v.size());
  std::vector<double> pairs(static_cast<std::size_t>(live * (live - 1) / 2));
  lattice::interactions_of(v.data(), live, entries.data(), pairs.data());
  return pairs;
}

/// v = 1 for player 0, 2 for player 1, 6 for both: 6 - 1 - 2 = 3, of which each side holds half.
TEST(LatticePairs, TwoPlayersByHand) { EXPECT_EQ(by_task({0.0, 1.0, 2.0, 6.0}, 2), std::vector<double>{1.5}); }

/// v = x0 x1 + 4 x2: only 0 and 1 interact, by 1 whoever else is there.
TEST(LatticePairs, ThreePlayersByHand) {
  auto const pairs = by_task({0.0, 0.0, 0.0, 1.0, 4.0, 4.0, 4.0, 5.0}, 3);
  EXPECT_NEAR(pairs[0], 0.5, 1e-15);
  EXPECT_NEAR(pairs[1], 0.0, 1e-15);
  EXPECT_NEAR(pairs[2], 0.0, 1e-15);
}

TEST(LatticePairs, EqualTheDefinitionForEveryNumberOfPlayers) {
  std::mt19937 random(7);
  for (std::int32_t live = 2; live <= 14; ++live) {
    auto const v = random_game(live, random);
    auto const found = by_task(v, live);
    auto const expected = by_definition(v, live);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      EXPECT_NEAR(found[n], expected[n], 1e-13) << live << " players, pair " << n;
    }
  }
}

/// In a game of no interactions nothing is left of entries that are V times as large.
TEST(LatticePairs, AnAdditiveGameOfTwentyPlayersHasNone) {
  constexpr std::int32_t kLive = lattice::kMostLive;
  std::vector<double> v(std::size_t{1} << kLive, 0.0);
  for (std::size_t s = 0; s < v.size(); ++s) {
    for (std::int32_t i = 0; i < kLive; ++i) v[s] += ((s >> i) & 1) != 0 ? 0.1 * (i - 8) : 0.0;
  }
  for (double const pair : by_task(v, kLive)) EXPECT_NEAR(pair, 0.0, 1e-13);
}

/// [G x T x stride] of the whole operation, by the definition on cubes.
double worst_error(LatticeCase const& game, std::vector<double> const& interactions) {
  auto const& args = game.args;
  double worst = 0.0;
  for (std::int64_t r = 0; r < args.rows; ++r) {
    auto const expected = mean_interactions_by_definition(args, r);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      auto const at = n * static_cast<std::size_t>(args.value_stride) + static_cast<std::size_t>(r);
      double const error = std::fabs(interactions[at] - expected[n]) / std::max(1.0, std::fabs(expected[n]));
      if (!(error <= worst)) worst = std::isnan(error) ? HUGE_VAL : error;
    }
  }
  return worst;
}

/// The CPU kernel on every SIMD target gives the bits of the task. Returns them.
std::vector<double> expect_bits_of_task(LatticeCase& game) {
  auto const size =
      static_cast<std::size_t>(game.args.outputs * pair_count(game.args.players) * game.args.value_stride);
  std::vector<double> expected(size, 0.0);
  game.args.interactions = expected.data();
  play_by_task(game.args);
  auto const values = game.values;
  on_each_simd_target([&] {
    std::vector<double> found(size, 0.0);
    game.args.interactions = found.data();
    lattice_game_cpu(game.args);
    EXPECT_EQ(game.values, values);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(found[i]), std::bit_cast<std::uint64_t>(expected[i])) << "at " << i;
    }
  });
  return expected;
}

class LatticePairsLinks : public testing::TestWithParam<std::tuple<Link, bool>> {};

TEST_P(LatticePairsLinks, EqualTheDefinitionForEveryNumberOfPlayers) {
  auto const [link, wide] = GetParam();
  for (std::int32_t players = 1; players <= 10; ++players) {
    LatticeShape shape{.rows = 2, .background = 2, .players = players, .link = link, .wide = wide};
    shape.outputs = link == Link::kSoftmax ? 3 : 1 + players % 2;
    shape.seed = static_cast<std::uint32_t>(players);
    auto game = make_lattice_case(shape);
    auto const found = expect_bits_of_task(game);
    double const tolerance = lattice::folds_in_float(link) ? 2e-7 : 1e-12;
    EXPECT_LE(worst_error(game, found), tolerance) << players << " players, link " << static_cast<int>(link);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LatticePairsLinks,
                         testing::Combine(testing::Values(Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity,
                                                          Link::kSignedSquare, Link::kSoftplus),
                                          testing::Bool()));

TEST(LatticePairs, SixteenPlayersEqualTheDefinition) {
  auto game = make_lattice_case({.players = 16, .short_leaves = 60, .longest = 8});
  auto const found = expect_bits_of_task(game);
  ASSERT_EQ(game.largest[0], 16);
  EXPECT_LE(worst_error(game, found), 2e-7);
}

TEST(LatticePairs, BackgroundInBlocksGivesTheBitsOfTheWhole) {
  std::vector<double> const weights{1.5, 0.25, 3.0, 2.0, 0.125};
  for (bool const weighted : {false, true}) {
    auto game = make_lattice_case({.rows = 10, .background = 5, .players = 7, .outputs = 2});
    if (weighted) game.args.background_weight = weights.data();
    game.args.weight_total = 6.875;
    auto const size = static_cast<std::size_t>(2 * pair_count(7) * game.args.value_stride);
    std::vector<double> whole(size, 0.0);
    game.args.interactions = whole.data();
    lattice_game_cpu(game.args);

    std::vector<double> parts(size, 0.0);
    auto block = game.args;
    block.interactions = parts.data();
    block.background_total = 5;
    for (std::int64_t const rows : {2, 2, 1}) {
      block.background_rows = rows;
      lattice_game_cpu(block);
      block.background_begin += rows;
      block.background_bytes += rows * block.byte_stride;
      if (weighted) block.background_weight += rows;
    }
    EXPECT_EQ(parts, whole);
  }
}

}  // namespace
}  // namespace limpid::tests
