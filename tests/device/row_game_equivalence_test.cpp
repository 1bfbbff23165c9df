// row_game on games drawn at random: the device gives the CPU's bytes.
#include <algorithm>
#include <string>
#include <vector>

#include "device/device_lattice.h"
#include "device/long_device_test.h"
#include "kernels/row_game.h"

namespace limpid::tests {
namespace {

/// Plays the case on the CPU, where its answer stays, and on the device, values alone and with interactions. `weights`
/// [B], or empty.
void expect_equal_rows(LatticeCase& game, std::vector<double> const& weights = {}) {
  device::Exec const exec(0);
  DeviceLattice const on_device(exec, game);
  device::Buffer<double> const device_weights(exec, weights);
  RowGameArgs on_host{game.args, nullptr, nullptr};
  RowGameArgs there{on_device.args(game.args), nullptr, nullptr};
  if (!weights.empty()) {
    on_host.lattice.background_weight = weights.data();
    there.lattice.background_weight = device_weights.data();
  }
  row_game_cpu(on_host);
  row_game_cuda(exec, there);
  expect_same_answer(exec, on_device, game);
  if (game.args.count_only) return;

  std::vector<double> expected(static_cast<std::size_t>(game.args.outputs * pair_count(game.args.players)) *
                               static_cast<std::size_t>(game.args.value_stride));
  device::Buffer<double> const interactions(exec, expected.size());
  exec.zero(interactions.data(), expected.size() * sizeof(double));
  on_host.lattice.interactions = expected.data();
  there.lattice.interactions = interactions.data();
  row_game_cpu(on_host);
  row_game_cuda(exec, there);
  expect_same_answer(exec, on_device, game);
  std::int64_t const stride = std::max<std::int64_t>(game.args.value_stride, 1);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, interactions), stride, game.args.rows),
                        without_padding(expected, stride, game.args.rows)));
}

class RowGameEquivalence : public LongDeviceTest {};

TEST_P(RowGameEquivalence, EveryLinkAndWidth) {
  for (Link const link : {Link::kSigmoid, Link::kSoftmax}) {
    for (bool const wide : {false, true}) {
      for (std::int32_t const players : {1, 2, 5, 9}) {
        LatticeShape const shape{.rows = 4,
                                 .background = 3,
                                 .players = players,
                                 .outputs = link == Link::kSoftmax ? 3 : 2,
                                 .short_leaves = 50,
                                 .link = link,
                                 .wide = wide};
        SCOPED_TRACE(text_of(shape));
        LatticeCase game = make_lattice_case(shape);
        expect_equal_rows(game);
      }
    }
  }
}

TEST_P(RowGameEquivalence, RowsAndBackgroundRows) {
  for (std::int64_t const rows : {0, 1, 33, 130}) {
    for (std::int64_t const background : {1, 4}) {
      LatticeShape const shape{.rows = rows, .background = background, .players = 4, .short_leaves = 6};
      SCOPED_TRACE(text_of(shape));
      LatticeCase game = make_lattice_case(shape);
      expect_equal_rows(game);
    }
  }
}

TEST_P(RowGameEquivalence, WeightsAndLongPaths) {
  LatticeCase game =
      make_lattice_case({.rows = 2, .background = 3, .players = 10, .short_leaves = 30, .long_leaves = 20});
  expect_equal_rows(game, {3.0, 0.0, 1.5});
  EXPECT_GT(game.largest[0], 8);
}

/// Shared memory of a T4 ends at V = 10: beyond, sums lie in global memory, and the lattices of pairs of more than 10
/// players too.
TEST_P(RowGameEquivalence, LargeLattices) {
  for (std::int32_t const leaves : {8, 100}) {
    for (std::int32_t const players : {11, 12}) {
      LatticeShape const shape{
          .rows = 2, .background = 3, .players = players, .short_leaves = leaves, .wide = players == 12};
      SCOPED_TRACE(text_of(shape));
      LatticeCase game = make_lattice_case(shape);
      expect_equal_rows(game);
      EXPECT_TRUE(leaves < 100 || game.largest[0] == players);
    }
  }
  LatticeCase game = make_lattice_case(
      {.rows = 2, .background = 2, .players = 11, .outputs = 3, .link = Link::kSoftmax, .wide = true});
  expect_equal_rows(game);
}

/// Rows above the limit are counted, and get zeros.
TEST_P(RowGameEquivalence, RowsAboveTheLimitAreNotPlayed) {
  for (std::int32_t const limit : {0, 4, 7}) {
    SCOPED_TRACE(limit);
    LatticeCase game = make_lattice_case({.rows = 9, .background = 3, .players = 9, .short_leaves = 5});
    game.args.max_players = limit;
    expect_equal_rows(game);
    EXPECT_GT(*std::max_element(game.largest.begin(), game.largest.end()), 4);
  }
}

TEST_P(RowGameEquivalence, ManyPlayersOfWhomFewAreLive) {
  LatticeCase game = make_lattice_case({.rows = 6, .background = 2, .players = 300, .short_leaves = 4, .longest = 3});
  expect_equal_rows(game);
  EXPECT_GT(game.largest[0], 0);
}

TEST_P(RowGameEquivalence, CountOnlyLeavesTheValuesAlone) {
  LatticeCase game = make_lattice_case({.rows = 33, .background = 3, .players = 40, .short_leaves = 90});
  game.args.count_only = true;
  expect_equal_rows(game);
  EXPECT_EQ(game.values[0], -77.0);
  EXPECT_GT(game.largest[0], 20);
}

/// No live player: all leaves are alive, rows and background rows pass all of their tests (padding leaves stay dead).
TEST_P(RowGameEquivalence, RowsThatEqualTheBackground) {
  LatticeCase game = make_lattice_case({.rows = 2, .background = 1, .players = 5, .short_leaves = 100});
  std::fill_n(game.background_bytes.begin(), 100, std::uint8_t{0xFF});
  std::copy(game.background_bytes.begin(), game.background_bytes.end(), game.row_bytes.begin());
  expect_equal_rows(game);
  EXPECT_EQ(game.largest[0], 0);
  EXPECT_EQ(game.value(0, 0, 0), 0.0);
}

INSTANTIATE_TEST_SUITE_P(Devices, RowGameEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid::tests
