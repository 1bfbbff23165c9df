// lattice_pairs on games drawn at random: the device gives the CPU's bytes, interactions, values and counts.
#include "kernels/lattice_pairs.h"

#include <vector>

#include "device/device_lattice.h"
#include "device/long_device_test.h"

namespace limpid::tests {
namespace {

/// Interactions of the CPU and of the device, [G x T x rows] each.
struct Played {
  std::vector<double> expected;
  std::vector<double> found;
};

/// `blocks`: background rows of each of the calls that make up the background; empty: one call.
Played play(LatticeCase& game, std::vector<std::int64_t> const& blocks = {}, std::vector<double> const& weights = {}) {
  auto const size =
      static_cast<std::size_t>(game.args.outputs * pair_count(game.args.players) * game.args.value_stride);
  std::vector<double> expected(size, 0.0);
  game.args.interactions = expected.data();
  game.args.background_weight = weights.empty() ? nullptr : weights.data();
  lattice_game_cpu(game.args);

  device::Exec const exec(0);
  DeviceLattice const on_device(exec, game);
  device::Buffer<double> const on_device_weights(exec, weights);
  device::Buffer<double> const interactions(exec, size);
  exec.zero(interactions.data(), size * sizeof(double));
  LatticeGameArgs args = on_device.args(game.args);
  args.interactions = interactions.data();
  args.background_weight = weights.empty() ? nullptr : on_device_weights.data();
  args.background_total = game.args.background_rows;
  for (auto const rows : blocks.empty() ? std::vector{game.args.background_rows} : blocks) {
    args.background_rows = rows;
    lattice_pairs_cuda(exec, args);
    args.background_begin += rows;
    args.background_bytes += rows * args.byte_stride;
  }
  expect_same_answer(exec, on_device, game);
  return {without_padding(expected, game.args.value_stride, game.args.rows),
          without_padding(copy_back(exec, interactions), game.args.value_stride, game.args.rows)};
}

void expect_equal_interactions(LatticeCase& game) {
  auto const played = play(game);
  EXPECT_TRUE(same_bits(played.found, played.expected));
}

class LatticePairsEquivalence : public LongDeviceTest {};

TEST_P(LatticePairsEquivalence, EveryLinkAndWidth) {
  for (Link const link :
       {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity, Link::kSignedSquare, Link::kSoftplus}) {
    for (std::int32_t const players : {1, 2, 3, 4, 7}) {
      LatticeShape const shape{.rows = 3,
                               .background = 3,
                               .players = players,
                               .outputs = link == Link::kSoftmax ? 3 : 1,
                               .short_leaves = 40,
                               .link = link,
                               .wide = players % 2 == 0};
      SCOPED_TRACE(text_of(shape));
      LatticeCase game = make_lattice_case(shape);
      expect_equal_interactions(game);
    }
  }
}

/// Lattices in shared memory and, from V = 11 on, in global memory.
TEST_P(LatticePairsEquivalence, LargeLattices) {
  for (std::int32_t const players : {10, 11, 12}) {
    LatticeShape const shape{.rows = 1, .background = 2, .players = players, .wide = players == 11};
    SCOPED_TRACE(text_of(shape));
    LatticeCase game = make_lattice_case(shape);
    expect_equal_interactions(game);
    EXPECT_EQ(game.largest[0], players);
  }
}

/// Some pairs share players with the pairs before, others have none in common or are above the limit.
TEST_P(LatticePairsEquivalence, ManyPlayersOfWhomFewAreLive) {
  LatticeCase game =
      make_lattice_case({.rows = 5, .background = 4, .players = 60, .outputs = 2, .short_leaves = 8, .longest = 3});
  game.args.max_players = 7;
  expect_equal_interactions(game);
}

TEST_P(LatticePairsEquivalence, WeightedBackgroundInBlocks) {
  LatticeCase game = make_lattice_case({.rows = 3, .background = 5, .players = 6});
  game.args.weight_total = 6.875;
  auto const blocks = play(game, {2, 2, 1});
  EXPECT_TRUE(same_bits(blocks.found, blocks.expected));
  auto const weighted = play(game, {}, {1.5, 0.25, 3.0, 2.0, 0.125});
  EXPECT_TRUE(same_bits(weighted.found, weighted.expected));
}

INSTANTIATE_TEST_SUITE_P(Devices, LatticePairsEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid::tests
