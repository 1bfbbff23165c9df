// lattice_game on games drawn at random: the device gives the CPU's bytes.
#include <algorithm>
#include <string>
#include <vector>

#include "device/device_lattice.h"
#include "device/long_device_test.h"

namespace limpid::tests {
namespace {

class LatticeGameEquivalence : public LongDeviceTest {};

TEST_P(LatticeGameEquivalence, EveryLinkAndWidth) {
  for (Link const link :
       {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity, Link::kSignedSquare, Link::kSoftplus}) {
    for (bool const wide : {false, true}) {
      for (std::int32_t const players : {1, 2, 5, 9}) {
        LatticeShape const shape{.rows = 5,
                                 .background = 3,
                                 .players = players,
                                 .outputs = link == Link::kSoftmax ? 3 : 1,
                                 .short_leaves = 70,
                                 .link = link,
                                 .wide = wide};
        SCOPED_TRACE(text_of(shape));
        LatticeCase game = make_lattice_case(shape);
        expect_equal_games(game);
      }
    }
  }
}

TEST_P(LatticeGameEquivalence, RowsAndBackgroundRows) {
  for (std::int64_t const rows : {0, 1, 31, 33, 65}) {
    for (std::int64_t const background : {1, 3}) {
      LatticeShape const shape{.rows = rows, .background = background, .players = 4, .short_leaves = 20};
      SCOPED_TRACE(text_of(shape));
      LatticeCase game = make_lattice_case(shape);
      expect_equal_games(game);
    }
  }
}

/// Long paths, alone and beside short ones; more leaves than the threads of a block take at a time.
TEST_P(LatticeGameEquivalence, LongPaths) {
  for (std::int32_t const short_leaves : {0, 2100}) {
    LatticeShape const shape{
        .rows = 2, .background = 2, .players = 11, .short_leaves = short_leaves, .long_leaves = 300};
    LatticeCase game = make_lattice_case(shape);
    expect_equal_games(game);
    EXPECT_GT(game.largest[0], 8);
  }
}

/// Shared memory of a T4 ends at V = 12 (float) and 11 (double): beyond, lattices lie in global memory.
TEST_P(LatticeGameEquivalence, LargeLattices) {
  for (std::int32_t const players : {12, 13, 14}) {
    for (Link const link : {Link::kSigmoid, Link::kExp}) {
      LatticeShape const shape{.rows = 1, .background = 3, .players = players, .link = link, .wide = players == 13};
      SCOPED_TRACE(text_of(shape));
      LatticeCase game = make_lattice_case(shape);
      expect_equal_games(game);
      EXPECT_EQ(game.largest[0], players);
    }
  }
  LatticeCase game = make_lattice_case(
      {.rows = 2, .background = 1, .players = 14, .outputs = 3, .link = Link::kSoftmax, .wide = true});
  expect_equal_games(game);  // 576 KB: in no device's shared memory
}

/// Pairs above the limit are counted, and add nothing to the mean.
TEST_P(LatticeGameEquivalence, PairsAboveTheLimitAreNotPlayed) {
  for (std::int32_t const limit : {0, 4, 6}) {
    SCOPED_TRACE(limit);
    LatticeCase game = make_lattice_case({.rows = 9, .background = 3, .players = 9, .short_leaves = 6});
    game.args.max_players = limit;
    expect_equal_games(game);
    auto const [least, most] = std::minmax_element(game.largest.begin(), game.largest.end());
    EXPECT_GT(*most, 4);
    if (limit == 6) {
      EXPECT_LE(*least, limit);
    }
  }
}

/// Hundreds of players of whom few are live: a lattice by them alone.
TEST_P(LatticeGameEquivalence, ManyPlayersOfWhomFewAreLive) {
  LatticeCase game = make_lattice_case({.rows = 6, .background = 3, .players = 300, .short_leaves = 5, .longest = 3});
  expect_equal_games(game);
  EXPECT_GT(game.largest[0], 0);
}

TEST_P(LatticeGameEquivalence, CountOnlyLeavesTheValuesAlone) {
  LatticeCase game = make_lattice_case({.rows = 33, .background = 3, .players = 40, .short_leaves = 90});
  game.args.count_only = true;
  expect_equal_games(game);
  EXPECT_EQ(game.values[0], -77.0);
  EXPECT_GT(game.largest[0], 20);  // beyond every limit, still counted
}

/// No live player: all leaves are alive, rows and background rows pass all of their tests (padding leaves stay dead).
TEST_P(LatticeGameEquivalence, RowsThatEqualTheBackground) {
  for (Link const link : {Link::kSigmoid, Link::kExp}) {
    LatticeCase game = make_lattice_case({.rows = 2, .background = 1, .players = 5, .short_leaves = 100, .link = link});
    std::fill_n(game.background_bytes.begin(), 100, std::uint8_t{0xFF});
    std::copy(game.background_bytes.begin(), game.background_bytes.end(), game.row_bytes.begin());
    expect_equal_games(game);
    EXPECT_EQ(game.largest[0], 0);
    EXPECT_GT(game.largest[1], 0);
    EXPECT_EQ(game.value(0, 0, 0), 0.0);
  }
}

/// A background in two blocks gives what it gives at once, on the device too.
TEST_P(LatticeGameEquivalence, BackgroundInBlocks) {
  LatticeCase game = make_lattice_case({.rows = 7, .background = 5, .players = 6});
  device::Exec const exec(0);
  DeviceLattice const on_device(exec, game);
  lattice_game_cpu(game.args);
  LatticeGameArgs first = on_device.args(game.args);
  first.background_rows = 2;
  first.background_total = 5;
  lattice_game_cuda(exec, first);
  LatticeGameArgs second = on_device.args(game.args);
  second.background_bytes += 2 * second.byte_stride;
  second.background_begin = 2;
  second.background_rows = 3;
  second.background_total = 5;
  lattice_game_cuda(exec, second);
  expect_same_answer(exec, on_device, game);
}

TEST_P(LatticeGameEquivalence, WeightedBackground) {
  LatticeCase game = make_lattice_case({.rows = 7, .background = 5, .players = 6, .outputs = 2});
  std::vector<double> const weights{1.5, 0.0, 3.0, 2.0, 0.1};
  game.args.background_weight = weights.data();
  game.args.weight_total = 6.6;
  device::Exec const exec(0);
  DeviceLattice const on_device(exec, game);
  device::Buffer<double> const on_device_weights(exec, weights);
  lattice_game_cpu(game.args);
  LatticeGameArgs args = on_device.args(game.args);
  args.background_weight = on_device_weights.data();
  lattice_game_cuda(exec, args);
  expect_same_answer(exec, on_device, game);
}

INSTANTIATE_TEST_SUITE_P(Devices, LatticeGameEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid::tests
