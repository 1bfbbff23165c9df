// lattice_game on the CPU: hand-worked numbers, the definition of the Shapley value over all 2^V coalitions, the bits
// of the task on every SIMD target.
#include "kernels/lattice_game.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "kernels/box_case.h"
#include "kernels/lattice_case.h"
#include "kernels/lattice_checks.h"
#include "kernels/lattice_oracle.h"
#include "kernels/wide_case.h"

namespace limpid::tests {
namespace {

// ------------------------------------------------------------------------------------------------------ checks

double worst_error(LatticeCase const& game) {
  auto const& args = game.args;
  return worst_error(game, [&](std::int64_t r) {
    std::vector<double> mean(static_cast<std::size_t>(args.outputs * args.players), 0.0);
    for (std::int64_t z = 0; z < args.background_rows; ++z) {
      auto const pair = shapley_by_definition(args, cubes_of(args, r, z));
      for (std::size_t n = 0; n < pair.size(); ++n) mean[n] += pair[n] / static_cast<double>(args.background_rows);
    }
    return mean;
  });
}

/// The CPU kernel, from leaf paths, wide ones and boxes, gives the bits of the task. Leaves the answer in `game`.
void expect_bits_of_task(LatticeCase& game) {
  play_by_task(game.args);
  expect_bits_on_every_target(game, [&] { lattice_game_cpu(game.args); });
  WideForm const wide(game.args);
  expect_bits_on_every_target(game, [&] { lattice_game_cpu(wide.of(game.args)); });
  if (game.args.players > kMaxBoxPlayers) return;
  BoxForm const boxes(game.args);
  expect_bits_on_every_target(game, [&] { lattice_game_cpu(boxes.of(game.args)); });
}

// ------------------------------------------------------------------------------------------------------- tests

/// Players 0 and 2 are live. Leaf 0 (8 * 0.5): only the row passes both of its players, so A = {0, 2}, B = {}. Leaf 1
/// (4 * 0.5): only the background row passes player 2: A = {}, B = {2}. With v over {}, {0}, {2}, {0, 2}:
/// 10 + (2, 2, 0, 4), phi_0 = (0 + 4) / 2 = 2 and phi_2 = (-2 + 2) / 2 = 0.
TEST(LatticeGame, MatchesTwoPlayersByHand) {
  LatticeShape shape;
  shape.players = 3;
  shape.link = Link::kIdentity;
  LatticeCase game;
  game.base_margin = {10.0};
  game.step = {0.5};
  game.add_leaf(game.short_paths, {0, 2}, 8, 0);
  game.add_leaf(game.short_paths, {2}, 4, 0);
  game.row_bytes.assign(64, 0);
  game.background_bytes.assign(64, 0);
  game.row_bytes[0] = 0b1111'1111;  // unused bits are 1
  game.background_bytes[0] = 0b1111'1100;
  game.row_bytes[1] = 0b1111'1110;
  game.background_bytes[1] = 0b1111'1111;
  (void)game.bind(shape);

  lattice_game_cpu(game.args);

  EXPECT_EQ(game.largest[0], 2);
  EXPECT_EQ(game.value(0, 0, 0), 2.0);
  EXPECT_EQ(game.value(0, 1, 0), 0.0);
  EXPECT_EQ(game.value(0, 2, 0), 0.0);
}

TEST(LatticeGame, EqualPatternsGiveZero) {
  LatticeShape const shape{.rows = 3, .background = 1};
  auto game = make_lattice_case(shape);
  for (auto* const bytes : {&game.row_bytes, &game.background_bytes}) {
    for (std::size_t i = 0; i < bytes->size(); ++i) {
      bool const padding =
          static_cast<std::int64_t>(i) % game.args.byte_stride >= game.args.short_paths.leaves;  // stays 0, never alive
      (*bytes)[i] = padding ? 0 : 0xFF;
    }
  }

  lattice_game_cpu(game.args);

  for (std::int64_t r = 0; r < 3; ++r) {
    EXPECT_EQ(game.largest[static_cast<std::size_t>(r)], 0);
    for (std::int32_t p = 0; p < shape.players; ++p) EXPECT_EQ(game.value(0, p, r), 0.0);
  }
}

class LatticeLinks : public testing::TestWithParam<std::tuple<Link, bool>> {};

TEST_P(LatticeLinks, EqualTheDefinitionForEveryNumberOfPlayers) {
  auto const [link, wide] = GetParam();
  for (std::int32_t players = 1; players <= 12; ++players) {
    auto game = make_lattice_case(shape_of_link(link, wide, players));
    expect_bits_of_task(game);
    double const tolerance = lattice::folds_in_float(link) ? 4e-7 : (wide ? 1e-13 : 2e-13);
    EXPECT_LE(worst_error(game), tolerance) << players << " players, "
                                            << "link " << static_cast<int>(link);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LatticeLinks,
                         testing::Combine(testing::Values(Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity,
                                                          Link::kSignedSquare, Link::kSoftplus),
                                          testing::Bool()));

TEST(LatticeGame, SixteenPlayersEqualTheDefinition) {
  auto game = make_lattice_case({.players = 16, .short_leaves = 60, .longest = 8});
  expect_bits_of_task(game);
  ASSERT_EQ(game.largest[0], 16);
  EXPECT_LE(worst_error(game), 4e-7);
}

/// Every way to deal players to the passes of the zeta transform and of the fold.
TEST(LatticeGame, LargeGamesHaveTheBitsOfTheTask) {
  for (std::int32_t const players : {13, 14, 15, 19}) {
    for (Link const link : {Link::kSigmoid, Link::kExp}) {
      LatticeShape shape{.players = players, .short_leaves = 60, .longest = 8, .link = link};
      shape.wide = players % 2 == 0;
      auto game = make_lattice_case(shape);
      expect_bits_of_task(game);
      ASSERT_EQ(game.largest[0], players);
    }
  }
}

/// Pairs of many numbers of players one after the other, which share a lattice.
TEST(LatticeGame, GamesOfEverySizeInOneCall) {
  for (Link const link : {Link::kSigmoid, Link::kSoftmax}) {
    LatticeShape shape{.rows = 9, .background = 4, .players = 13, .outputs = 2, .short_leaves = 16, .longest = 4};
    shape.link = link;
    auto game = make_lattice_case(shape);
    expect_bits_of_task(game);
    EXPECT_LE(worst_error(game), 4e-7);
  }
}

/// Margins of hundreds, some of which the sigmoid clamps; as floats they are off by up to 8e-6.
TEST(LatticeGame, MarginsBeyondTheSigmoidHaveTheBitsOfTheTask) {
  for (bool const wide : {false, true}) {
    for (double const base : {-90.0, 0.0, 110.0}) {
      auto game = make_lattice_case({.players = 10, .short_leaves = 40, .wide = wide});
      game.base_margin[0] = base;
      game.step[0] *= 256.0;
      expect_bits_of_task(game);
      EXPECT_LE(worst_error(game), 4e-6);
    }
  }
}

TEST(LatticeGame, SaysWhichMarginsTheSigmoidClamps) {
  EXPECT_TRUE(lattice::is_within_sigmoid<lattice::Narrow>(0x1p-26, -40.0));
  EXPECT_FALSE(lattice::is_within_sigmoid<lattice::Narrow>(0x1p-26, -52.0));  // 84 in all, 83.2 are too many
  EXPECT_FALSE(lattice::is_within_sigmoid<lattice::Narrow>(0x1p-24, 0.0));
  EXPECT_TRUE(lattice::is_within_sigmoid<lattice::Wide>(0x1p-58, 40.0));
  EXPECT_FALSE(lattice::is_within_sigmoid<lattice::Wide>(0x1p-58, 52.0));
}

TEST(LatticeGame, LongPathsEqualTheDefinition) {
  auto game = make_lattice_case({.players = 17, .short_leaves = 60, .long_leaves = 20, .seed = 5});
  expect_bits_of_task(game);
  ASSERT_EQ(game.largest[0], 17);
  EXPECT_LE(worst_error(game), 4e-7);
}

TEST(LatticeGame, ManyPlayersOfWhomFewAreLive) {
  auto game = make_lattice_case({.players = 64, .short_leaves = 9, .longest = 3, .seed = 3});
  expect_bits_of_task(game);
  EXPECT_LE(worst_error(game), 4e-7);
}

TEST(LatticeGame, SetsOfEveryWidthHaveTheBitsOfTheTask) {
  for (std::int32_t const players : {15, 16, 17, 31, 32, 33, 63}) {
    LatticeShape const shape{
        .rows = 2, .background = 2, .players = players, .outputs = 2, .short_leaves = 11, .longest = 3};
    auto game = make_lattice_case(shape);
    expect_bits_of_task(game);
    EXPECT_GE(game.largest[0], 4);
  }
}

TEST(LatticeGame, MoreThanSixtyFourPlayersHaveTheBitsOfTheTask) {
  auto game = make_lattice_case({.rows = 2, .players = 200, .short_leaves = 8, .longest = 3, .seed = 4});
  expect_bits_of_task(game);
  EXPECT_GE(game.largest[0], 4);
}

TEST(LatticeGame, ValuesSumToTheDifferenceOfResponses) {
  auto game = make_lattice_case({.players = 14, .short_leaves = 900, .longest = 6, .seed = 9});
  lattice_game_cpu(game.args);
  double all = game.base_margin[0];
  double none = game.base_margin[0];
  for (auto const& cube : cubes_of(game.args, 0, 0)) {
    if (cube.outside == 0) all += cube.value;
    if (cube.inside == 0) none += cube.value;
  }
  double sum = 0.0;
  for (std::int32_t p = 0; p < 14; ++p) sum += game.value(0, p, 0);
  EXPECT_NEAR(sum, 1.0 / (1.0 + std::exp(-all)) - 1.0 / (1.0 + std::exp(-none)), 2e-7);
}

class LatticeSizes : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(LatticeSizes, HaveTheBitsOfTheTask) {
  auto const [rows, background] = GetParam();
  auto game = make_lattice_case({.rows = rows, .background = background, .players = 7, .short_leaves = 130});
  expect_bits_of_task(game);
}

INSTANTIATE_TEST_SUITE_P(Rows, LatticeSizes,
                         testing::Combine(testing::Values(0, 1, 7, 8, 9, 31, 32, 33), testing::Values(1, 3)));

TEST(LatticeGame, LeavesOutPairsAboveTheLimitAndCountsThem) {
  LatticeShape const shape{.rows = 8, .background = 2, .players = 9, .short_leaves = 14, .longest = 3, .seed = 2};
  auto game = make_lattice_case(shape);
  game.args.max_players = 6;
  expect_bits_of_task(game);
  auto const largest = game.largest;
  EXPECT_GT(*std::max_element(largest.begin(), largest.end()), 6);
  EXPECT_LE(*std::min_element(largest.begin(), largest.end()), 6);

  std::fill(game.values.begin(), game.values.end(), -77.0);
  game.args.count_only = true;
  lattice_game_cpu(game.args);
  EXPECT_EQ(game.largest, largest);
  EXPECT_EQ(game.values, std::vector<double>(game.values.size(), -77.0));
}

TEST(LatticeGame, BackgroundInBlocksGivesTheBitsOfTheWhole) {
  std::vector<double> const weights{1.5, 0.25, 3.0, 2.0, 0.125};
  for (bool const weighted : {false, true}) {
    auto game = make_lattice_case({.rows = 10, .background = 5, .players = 7, .outputs = 2});
    if (weighted) game.args.background_weight = weights.data();
    game.args.weight_total = 6.875;
    lattice_game_cpu(game.args);
    auto const values = game.values;
    auto const largest = game.largest;

    std::fill(game.values.begin(), game.values.end(), -77.0);
    auto block = game.args;
    block.background_total = 5;
    for (std::int64_t const rows : {2, 2, 1}) {
      block.background_rows = rows;
      lattice_game_cpu(block);
      block.background_begin += rows;
      block.background_bytes += rows * block.byte_stride;
      if (weighted) block.background_weight += rows;
    }
    EXPECT_EQ(game.values, values);
    EXPECT_EQ(game.largest, largest);
  }
}

/// A row's value is the mean of what it gets from one background row at a time, by hand.
TEST(LatticeGame, WeighsTheBackgroundRows) {
  auto game = make_lattice_case({.rows = 3, .background = 3, .players = 5});
  std::vector<double> const weights{2.0, 0.5, 1.5};
  std::vector<double> expected(game.values.size(), 0.0);
  for (std::size_t z = 0; z < 3; ++z) {
    auto alone = game.args;
    alone.background_rows = 1;
    alone.background_bytes += static_cast<std::int64_t>(z) * alone.byte_stride;
    lattice_game_cpu(alone);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += weights[z] * game.values[i];
  }
  game.args.background_weight = weights.data();
  game.args.weight_total = 4.0;
  lattice_game_cpu(game.args);
  for (std::int32_t p = 0; p < 5; ++p) {
    for (std::int64_t r = 0; r < 3; ++r) {
      EXPECT_EQ(game.value(0, p, r), expected[static_cast<std::size_t>(p * game.args.value_stride + r)] / 4.0);
    }
  }
}

TEST(LatticeGame, PlayersOfALeafWithoutValueAreLive) {
  auto game = make_lattice_case({.players = 4, .short_leaves = 30});
  std::fill(game.short_paths.fixed.begin(), game.short_paths.fixed.end(), 0);
  expect_bits_of_task(game);
  EXPECT_EQ(game.largest[0], std::popcount(live_players(cubes_of(game.args, 0, 0))));
  for (std::int32_t p = 0; p < 4; ++p) EXPECT_EQ(game.value(0, p, 0), 0.0);
}

}  // namespace
}  // namespace limpid::tests
