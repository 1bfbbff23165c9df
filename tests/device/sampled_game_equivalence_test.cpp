// The steps of sampled_game on the device against the naive game: every coalition and every leaf, players by name, to
// the bit; 2 to 300 players, once 1,024; 32- and 64-bit integers, long paths, several outputs.
#include "device/long_device_test.h"
#include "device/sampled_case.h"

namespace limpid::tests {
namespace {

class SampledGameEquivalence : public LongDeviceTest {};

/// Around the words of masks and of columns.
TEST_P(SampledGameEquivalence, DifferencesOfEveryNumberOfPlayers) {
  for (std::int32_t const players : {2, 17, 31, 32, 33, 63, 64, 65, 130, 300}) {
    for (bool const wide : {false, true}) {
      expect_naive_differences({.rows = 2,
                                .background = 3,
                                .players = players,
                                .short_leaves = 6 * players,
                                .long_leaves = players > 20 ? 7 : 0,
                                .wide = wide},
                               players == 300 ? 31 : 37);
    }
  }
}

TEST_P(SampledGameEquivalence, EveryLinkAndSeveralOutputs) {
  for (Link const link :
       {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity, Link::kSignedSquare, Link::kSoftplus}) {
    for (std::int32_t const players : {20, 70}) {
      expect_naive_differences({.rows = 2,
                                .background = 2,
                                .players = players,
                                .outputs = 3,
                                .short_leaves = 301,
                                .long_leaves = 11,
                                .link = link},
                               33);
    }
  }
}

/// Designs around the lanes of a warp, of a block and of a tile (2,048 coalitions), and several stages of leaves.
TEST_P(SampledGameEquivalence, DesignsOfEverySize) {
  for (std::int64_t const pairs : {1, 127, 128, 129, 2047, 2048}) {
    expect_naive_differences({.rows = 1, .background = 1, .players = 18, .short_leaves = 60}, pairs);
  }
  expect_naive_differences({.rows = 1, .background = 1, .players = 90, .short_leaves = 90}, 2080);
  expect_naive_differences({.rows = 1, .background = 1, .players = 22, .short_leaves = 5000, .long_leaves = 900}, 20);
}

INSTANTIATE_TEST_SUITE_P(Devices, SampledGameEquivalence, every_device(), name_of_device);

using SampledGameLimit = SampledGameEquivalence;
TEST_P(SampledGameLimit, ManyPlayers) {
  expect_naive_differences({.rows = 1, .background = 1, .players = 1024, .short_leaves = 4000, .long_leaves = 30}, 64);
}
INSTANTIATE_TEST_SUITE_P(Devices, SampledGameLimit, every_device(), name_of_device);

}  // namespace
}  // namespace limpid::tests
