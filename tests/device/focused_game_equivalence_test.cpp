// focused_game on games drawn at random: the device gives the CPU's bytes.
#include "device/focused_device.h"
#include "device/long_device_test.h"

namespace limpid::tests {
namespace {

class FocusedGameEquivalence : public LongDeviceTest {};

TEST_P(FocusedGameEquivalence, EveryLinkAndWidth) {
  for (Link const link :
       {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity, Link::kSignedSquare, Link::kSoftplus}) {
    for (bool const wide : {false, true}) {
      SCOPED_TRACE(std::string(name_of(link)) + (wide ? ", wide" : ""));
      FocusedCase made({.rows = 2,
                        .background = 2,
                        .players = 13,
                        .outputs = link == Link::kSoftmax ? 3 : 2,
                        .short_leaves = 90,
                        .long_leaves = 12,
                        .link = link,
                        .wide = wide},
                       8, focus_coalitions(8, 13));
      expect_equal_focus(made);
      EXPECT_EQ(made.estimated[0], 2);
    }
  }
}

/// Whole lattices, two to six players in R, and pairs that are too small to be played.
TEST_P(FocusedGameEquivalence, AroundTheLevel) {
  for (std::int32_t const players : {4, 5, 6, 7, 10}) {
    SCOPED_TRACE(players);
    FocusedCase made({.rows = 3, .background = 3, .players = players, .short_leaves = 60}, 3,
                     focus_coalitions(5, players));
    expect_equal_focus(made);
    EXPECT_EQ(made.estimated[0], 3);
  }
  FocusedCase mixed({.rows = 9, .background = 4, .players = 12, .short_leaves = 14}, 9, 1);
  expect_equal_focus(mixed, 3);
  auto const [least, most] = std::minmax_element(mixed.estimated.begin(), mixed.estimated.end());
  EXPECT_LT(*least, *most);
}

TEST_P(FocusedGameEquivalence, LevelsAndManyPlayers) {
  for (std::int32_t const level : {2, 3, 4, 5, 6, 7, 9, 12}) {
    FocusedCase made({.rows = 1, .background = 2, .players = 15, .short_leaves = 2100}, 12,
                     focus_coalitions(level, 15));
    expect_equal_focus(made);
  }
  FocusedCase many({.rows = 2, .background = 3, .players = 300, .short_leaves = 80, .long_leaves = 9}, 16, 1);
  expect_equal_focus(many, 2);
  EXPECT_GT(many.game.largest[0], 60);
}

INSTANTIATE_TEST_SUITE_P(Devices, FocusedGameEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid::tests
