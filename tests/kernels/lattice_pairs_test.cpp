// Interactions on the lattice: hand-worked numbers, the Shapley interaction index by definition, the bits of the task
// on every SIMD target.
#include "kernels/lattice_pairs.task.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "kernels/lattice_case.h"
#include "kernels/lattice_checks.h"
#include "kernels/lattice_oracle.h"

namespace limpid::tests {
namespace {

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
    auto const expected = interactions_by_definition(v, live);
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

double worst_error(LatticeCase const& game, std::vector<double> const& interactions) {
  return worst_pair_error(game, interactions,
                          [&](std::int64_t r) { return mean_interactions_by_definition(game.args, r); });
}

/// The CPU kernel on every SIMD target gives the bits of the task. Returns them.
std::vector<double> expect_bits_of_task(LatticeCase& game) {
  return expect_interactions_of_task(
      game, [&] { play_by_task(game.args); }, [&] { lattice_game_cpu(game.args); });
}

class LatticePairsLinks : public testing::TestWithParam<std::tuple<Link, bool>> {};

TEST_P(LatticePairsLinks, EqualTheDefinitionForEveryNumberOfPlayers) {
  auto const [link, wide] = GetParam();
  for (std::int32_t players = 1; players <= 10; ++players) {
    auto game = make_lattice_case(shape_of_link(link, wide, players));
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
