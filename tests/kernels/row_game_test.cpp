// row_game on the CPU: hand-worked numbers, the definition of the Shapley value over all 2^V coalitions of a row, the
// bits of the task on every SIMD target.
#include "kernels/row_game.h"

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
#include "kernels/row_oracle.h"
#include "kernels/wide_case.h"

namespace limpid::tests {
namespace {

void play(LatticeGameArgs const& game) {
  RowGameArgs args;
  args.lattice = game;
  row_game_cpu(args);
}
void play(LatticeCase const& game) { play(game.args); }

double worst_error(LatticeCase const& game) {
  return worst_error(game, [&](std::int64_t r) { return row_values_by_definition(game.args, r); });
}

/// The CPU kernel, from leaf paths, wide ones and boxes, gives the bits of the task. Leaves the answer in `game`.
void expect_bits_of_task(LatticeCase& game) {
  play_rows_by_task(game.args);
  expect_bits_on_every_target(game, [&] { play(game); });
  WideForm const wide(game.args);
  expect_bits_on_every_target(game, [&] { play(wide.of(game.args)); });
  if (game.args.players > kMaxBoxPlayers) return;
  BoxForm const boxes(game.args);
  expect_bits_on_every_target(game, [&] { play(boxes.of(game.args)); });
}

/// The same of interactions, with the values beside them. Returns them [G x T x stride].
std::vector<double> expect_interactions_of_task(LatticeCase& game) {
  BoxForm const boxes(game.args);
  auto const by_task = [&] { play_rows_by_task(game.args); };
  (void)expect_interactions_of_task(game, by_task, [&] { play(boxes.of(game.args)); });
  return expect_interactions_of_task(game, by_task, [&] { play(game); });
}

double worst_pair_error(LatticeCase const& game, std::vector<double> const& interactions) {
  return worst_pair_error(game, interactions,
                          [&](std::int64_t r) { return row_interactions_by_definition(game.args, r); });
}

/// Two players, two background rows, margins in units of log 3. The row passes both leaves (+1 of player 0, -1 of
/// player 1), the first background row lacks player 0's, the second player 1's. So p is 1/4 or, with 0 in S, 1/2
/// against the first, 3/4 or, with 1 in S, 1/2 against the second.
LatticeCase hand_worked() {
  LatticeCase game;
  game.base_margin = {0.0};
  game.step = {std::log(3.0)};
  game.add_leaf(game.short_paths, {0}, 1, 0);
  game.add_leaf(game.short_paths, {1}, -1, 0);
  game.row_bytes.assign(64, 0);
  game.background_bytes.assign(128, 0);
  game.row_bytes[0] = game.row_bytes[1] = 0xFF;
  game.background_bytes[0] = 0xFE;
  game.background_bytes[1] = 0xFF;
  game.background_bytes[64] = 0xFF;
  game.background_bytes[65] = 0xFE;
  return game;
}

/// Means over {}, {0}, {1}, {0, 1}: 1/2, 5/8, 3/8, 1/2. Logits 0, log(5/3), -log(5/3), 0.
TEST(RowGame, MatchesTwoPlayersByHand) {
  LatticeCase game = hand_worked();
  (void)game.bind({.background = 2, .players = 2});
  play(game);
  EXPECT_EQ(game.largest[0], 2);  // one in each pair
  EXPECT_NEAR(game.value(0, 0, 0), std::log(5.0 / 3.0), 1e-15);
  EXPECT_NEAR(game.value(0, 1, 0), -std::log(5.0 / 3.0), 1e-15);
}

/// Half of v(01) - v(0) - v(1) + v(): 0 as the game is, and with weights 3 and 1, odds 3/5, 9/7, 5/11, 1, half of
/// log(7/9 11/5 3/5).
TEST(RowGame, InteractionsOfTwoPlayersByHand) {
  std::vector<double> const weights{3.0, 1.0};
  for (bool const weighted : {false, true}) {
    LatticeCase game = hand_worked();
    (void)game.bind({.background = 2, .players = 2});
    if (weighted) game.args.background_weight = weights.data();
    game.args.weight_total = 4.0;
    std::vector<double> interactions(3 * 64, 0.0);
    game.args.interactions = interactions.data();
    play(game);
    double const expected = weighted ? 0.5 * std::log(7.0 / 9.0 * 11.0 / 5.0 * 3.0 / 5.0) : 0.0;
    EXPECT_NEAR(interactions[64], expected, 1e-15);  // (0, 1), between the main effects
    EXPECT_EQ(interactions[0], 0.0);
    EXPECT_EQ(interactions[128], 0.0);
  }
}

/// Means with weights 3 and 1: 6/16, 9/16, 5/16, 8/16. Odds 3/5, 9/7, 5/11, 1.
TEST(RowGame, WeighsTheBackgroundRows) {
  LatticeCase game = hand_worked();
  (void)game.bind({.background = 2, .players = 2});
  std::vector<double> const weights{3.0, 1.0};
  game.args.background_weight = weights.data();
  game.args.weight_total = 4.0;
  play(game);
  EXPECT_NEAR(game.value(0, 0, 0), 0.5 * (std::log(9.0 / 7.0) - std::log(3.0 / 5.0) - std::log(5.0 / 11.0)), 1e-15);
  EXPECT_NEAR(game.value(0, 1, 0), 0.5 * (std::log(5.0 / 11.0) - std::log(3.0 / 5.0) - std::log(9.0 / 7.0)), 1e-15);
}

TEST(RowGame, ARowThatDiffersFromNoneGetsZeros) {
  LatticeCase game = hand_worked();
  game.background_bytes = game.row_bytes;
  game.background_bytes.insert(game.background_bytes.end(), game.row_bytes.begin(), game.row_bytes.end());
  (void)game.bind({.background = 2, .players = 2});
  play(game);
  EXPECT_EQ(game.largest[0], 0);
  EXPECT_EQ(game.value(0, 0, 0), 0.0);
  EXPECT_EQ(game.value(0, 1, 0), 0.0);
}

class RowGameLinks : public testing::TestWithParam<std::tuple<Link, bool>> {};

TEST_P(RowGameLinks, EqualTheDefinitionForEveryNumberOfPlayers) {
  auto const [link, wide] = GetParam();
  for (std::int32_t players = 1; players <= 9; ++players) {
    auto shape = shape_of_link(link, wide, players);
    shape.background = 5;
    shape.short_leaves = 40;
    auto game = make_lattice_case(shape);
    expect_bits_of_task(game);
    EXPECT_LE(worst_error(game), 1e-13) << players << " players, link " << name_of(link);
    auto const interactions = expect_interactions_of_task(game);
    EXPECT_LE(worst_pair_error(game, interactions), 1e-13) << players << " players, link " << name_of(link);
  }
}

INSTANTIATE_TEST_SUITE_P(All, RowGameLinks,
                         testing::Combine(testing::Values(Link::kSigmoid, Link::kSoftmax), testing::Bool()));

/// Few leaves: every pair has few of the row's players, which come one after the other.
TEST(RowGame, PlayersThatComeLateInAnyOrder) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    LatticeShape const shape{.rows = 3, .background = 9, .players = 12, .short_leaves = 5, .longest = 3, .seed = seed};
    auto game = make_lattice_case(shape);
    expect_bits_of_task(game);
    EXPECT_LE(worst_error(game), 1e-13) << "seed " << seed;
  }
}

TEST(RowGame, FourteenPlayersAndLongPaths) {
  auto game = make_lattice_case({.background = 3, .players = 14, .short_leaves = 60, .long_leaves = 20, .seed = 5});
  expect_bits_of_task(game);
  EXPECT_EQ(game.largest[0], 14);
  auto small = make_lattice_case({.background = 2, .players = 10, .short_leaves = 20, .long_leaves = 20, .seed = 5});
  play(small);
  EXPECT_LE(worst_error(small), 1e-13);
}

TEST(RowGame, ManyPlayersOfWhomFewAreLive) {
  auto game = make_lattice_case({.background = 2, .players = 64, .short_leaves = 9, .longest = 3, .seed = 3});
  expect_bits_of_task(game);
  EXPECT_LE(worst_error(game), 1e-13);
  auto more = make_lattice_case({.background = 2, .players = 200, .short_leaves = 8, .longest = 3, .seed = 4});
  expect_bits_of_task(more);
  EXPECT_GE(more.largest[0], 4);
}

/// With one background row the logit undoes the sigmoid: the game is that of the margin, and no digit is lost where the
/// probability is 1 - 1e-30.
TEST(RowGame, OneBackgroundRowGivesTheGameOfTheMargin) {
  auto game = make_lattice_case({.rows = 4, .players = 8, .short_leaves = 60});
  game.step[0] = 0x1p-21;  // leaves up to 10
  play(game);
  auto const logits = game.values;
  game.args.link = Link::kIdentity;
  lattice_game_cpu(game.args);
  double largest = 0.0;
  for (std::int64_t r = 0; r < 4; ++r) {
    for (std::int32_t p = 0; p < 8; ++p) {
      double const margin = game.value(0, p, r);
      double const logit = logits[static_cast<std::size_t>(p * game.args.value_stride + r)];
      EXPECT_NEAR(logit, margin, 1e-12);
      largest = std::max(largest, std::fabs(margin));
    }
  }
  EXPECT_GT(largest, 20.0);
}

/// Margins beyond every exponential: the values stay finite and keep their sum.
TEST(RowGame, SaturatedProbabilitiesStayFinite) {
  for (Link const link : {Link::kSigmoid, Link::kSoftmax}) {
    auto game = make_lattice_case({.background = 2, .players = 5, .outputs = 2, .short_leaves = 30, .link = link});
    game.step = {0x1p-12, 0x1p-12};  // leaves up to 5000
    expect_bits_of_task(game);
    for (std::int32_t g = 0; g < 2; ++g) {
      for (std::int32_t p = 0; p < 5; ++p) EXPECT_LE(std::fabs(game.value(g, p, 0)), 1500.0);
    }
  }
}

class RowGameSizes : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(RowGameSizes, HaveTheBitsOfTheTask) {
  auto const [rows, background] = GetParam();
  auto game = make_lattice_case({.rows = rows, .background = background, .players = 7, .short_leaves = 30});
  expect_bits_of_task(game);
}

INSTANTIATE_TEST_SUITE_P(Rows, RowGameSizes,
                         testing::Combine(testing::Values(0, 1, 7, 33), testing::Values(1, 3, 4, 5, 8)));

TEST(RowGame, LeavesOutRowsAboveTheLimitAndCountsTheirPlayers) {
  LatticeShape const shape{.rows = 8, .background = 3, .players = 9, .short_leaves = 8, .longest = 3, .seed = 2};
  auto game = make_lattice_case(shape);
  game.args.max_players = 5;
  expect_bits_of_task(game);
  auto const largest = game.largest;
  EXPECT_GT(*std::max_element(largest.begin(), largest.end()), 5);
  EXPECT_LE(*std::min_element(largest.begin(), largest.end()), 5);

  std::fill(game.values.begin(), game.values.end(), -77.0);
  game.args.count_only = true;
  play(game);
  EXPECT_EQ(game.largest, largest);
  EXPECT_EQ(game.values, std::vector<double>(game.values.size(), -77.0));
}

/// Rows above the limit, here all of them, add nothing to the interactions.
TEST(RowGame, BackgroundInBlocksGivesTheBitsOfTheWhole) {
  for (std::int32_t const limit : {20, 7}) {
    auto game = make_lattice_case({.rows = 10, .background = 7, .players = 9, .outputs = 2, .short_leaves = 12});
    game.args.max_players = limit;
    std::vector<double> interactions(static_cast<std::size_t>(2 * pair_count(9) * game.args.value_stride), 0.0);
    game.args.interactions = interactions.data();
    std::vector<double> const weights{1.0, 2.5, 0.5, 3.0, 1.0, 1.0, 2.0};
    game.args.background_weight = weights.data();
    game.args.weight_total = 11.0;
    play(game);
    auto const values = game.values;
    auto const largest = game.largest;
    auto const whole = interactions;
    bool const any = std::any_of(whole.begin(), whole.end(), [](double pair) { return pair != 0.0; });
    EXPECT_EQ(any, limit == 20);

    std::fill(game.values.begin(), game.values.end(), -77.0);
    std::fill(interactions.begin(), interactions.end(), 0.0);
    std::vector<double> sums(static_cast<std::size_t>(10 * row_game_sums(9, 2, limit)), -77.0);
    std::vector<std::uint8_t> players(10 * 9, 77);
    RowGameArgs block{game.args, sums.data(), players.data()};
    block.lattice.background_total = 7;
    for (std::int64_t const rows : {2, 4, 1}) {
      block.lattice.background_rows = rows;
      row_game_cpu(block);
      block.lattice.background_begin += rows;
      block.lattice.background_bytes += rows * block.lattice.byte_stride;
      block.lattice.background_weight += rows;
    }
    EXPECT_EQ(game.values, values);
    EXPECT_EQ(game.largest, largest);
    EXPECT_EQ(interactions, whole);
  }
}

}  // namespace
}  // namespace limpid::tests
