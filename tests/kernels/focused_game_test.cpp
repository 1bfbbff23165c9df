// focused_game on the CPU: numbers worked by hand, its definition over coalitions of players by name, the exact values
// where it has to give them, and on every SIMD target the bits of its task.
#include "kernels/focused_game.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/focused_case.h"
#include "kernels/focused_definition.h"
#include "kernels/focused_oracle.h"
#include "kernels/lattice_case.h"
#include "kernels/wide_case.h"

namespace limpid::tests {
namespace {

/// A row's values and changes [G x P] by the steps of the task.
struct RowByTask {
  std::vector<double> sums, changes;
};
template <class Int, class Real>
RowByTask row_by_task(FocusedGameArgs const& args, std::int64_t r) {
  auto const vectors = static_cast<std::size_t>(args.lattice.outputs * args.lattice.players);
  RowByTask row{std::vector<double>(vectors), std::vector<double>(vectors)};
  for (std::int64_t z = 0; z < args.lattice.background_rows; ++z) {
    auto const live = static_cast<std::int32_t>(keyed_players(args.lattice, r, z).order.size());
    if (!args.plays(live)) continue;
    std::int32_t const level = args.effort.level(live);
    EXPECT_GT(live, level) << "this oracle knows no whole lattice";
    auto const values = FocusByTask<Int, Real>(args.lattice, r, z, level).values();
    auto const before = FocusByTask<Int, Real>(args.lattice, r, z, focus_level_below(level)).values();
    for (std::size_t n = 0; n < vectors; ++n) {
      row.sums[n] += values[n];
      row.changes[n] += (values[n] - before[n]) * (level > 6 ? 1.0 : level > 3 ? 1.25 : 1.6);
    }
  }
  return row;
}

RowByTask row_by_task(FocusedGameArgs const& args, std::int64_t r) {
  bool const in_float = lattice::folds_in_float(args.lattice.link);
  if (args.lattice.wide) {
    return in_float ? row_by_task<lattice::Wide, float>(args, r) : row_by_task<lattice::Wide, double>(args, r);
  }
  return in_float ? row_by_task<lattice::Narrow, float>(args, r) : row_by_task<lattice::Narrow, double>(args, r);
}

void expect_bits_of_the_task(FocusedCase& made) {
  made.play();
  for (std::int64_t r = 0; r < made.args.lattice.rows; ++r) {
    RowByTask const expected = row_by_task(made.args, r);
    for (std::int32_t g = 0; g < made.args.lattice.outputs; ++g) {
      for (std::int32_t p = 0; p < made.args.lattice.players; ++p) {
        auto const n = static_cast<std::size_t>(g * made.args.lattice.players + p);
        ASSERT_EQ(made.at(made.sums, g, p, r), expected.sums[n]) << "row " << r << " output " << g << " player " << p;
        ASSERT_EQ(made.at(made.changes, g, p, r), expected.changes[n]) << "row " << r << " player " << p;
      }
    }
  }
}

/// One row, one background row, one leaf whose players must all be in the coalition.
LatticeCase all_together(std::int32_t players) {
  LatticeCase made;
  LatticeShape const shape{.players = players, .link = Link::kIdentity};
  made.base_margin = {0.25};
  made.step = {0x1p-20};
  std::vector<std::uint32_t> everyone(static_cast<std::size_t>(players));
  std::iota(everyone.begin(), everyone.end(), 0U);
  made.add_leaf(made.long_paths, everyone, 1 << 20, 0);
  made.row_words = {~std::uint64_t{0}};
  made.background_words = {~std::uint64_t{0} << players};
  (void)made.bind(shape);
  return made;
}

TEST(FocusedGame, LevelsAndTheirCoalitions) {
  EXPECT_EQ(focus_coalitions(8, 8), 256);
  EXPECT_EQ(focus_coalitions(8, 17), 256 * 11);
  EXPECT_EQ(focus_coalitions(12, 20), 4096 * 10);
  EXPECT_EQ(focus_level(0, 20), kLeastFocusLevel);
  EXPECT_EQ(focus_level(focus_coalitions(12, 20), 20), 12);
  EXPECT_EQ(focus_level(focus_coalitions(12, 20) - 1, 20), 11);
  EXPECT_EQ(focus_level(std::int64_t{1} << 40, 300), kMostFocusLevel);
  FocusEffort effort;
  EXPECT_EQ(effort.level(20), FocusEffort::kDefaultLevel);
  effort.raise = 2;
  EXPECT_EQ(effort.level(20), FocusEffort::kDefaultLevel + 2);
  effort.raise = 20;
  EXPECT_EQ(effort.level(20), kMostFocusLevel);
  effort.coalitions = focus_coalitions(9, 20);
  effort.most_coalitions = focus_coalitions(11, 20);
  EXPECT_EQ(effort.level(20), 11);
  effort.most_coalitions = 5;
  EXPECT_EQ(effort.level(20), 9) << "the budget itself stays";
}

/// Three of R: v = 1 for all ten players, else 0. h = t^3 is a cubic and d_j = t^2 a parabola: the exact 1/10.
TEST(FocusedGame, ThreeRemainingPlayersOfOneProductAreExact) {
  FocusedCase made(all_together(10), 0, focus_coalitions(8, 10));
  made.play();
  for (std::int32_t p = 0; p < 10; ++p) EXPECT_NEAR(made.at(made.sums, 0, p, 0), 0.1, 1e-12) << p;
  EXPECT_EQ(made.estimated[0], 1);
}

/// Four of R, worked by hand: h = t^4 becomes 2 t^3 - t^2, so that phi_i = int t^6 h dt = 4/45; d_j = t^3 becomes
/// (3 t^2 - t) / 2 with the exact middle 1/8, so that phi_j = int t^7 d_j dt = 17/180. Two levels below, f = 5:
/// h = t^6 becomes 4 t^3 - 3 t^2, phi_i = 1/14; d_j = t^5 becomes (15 t^2 - 7 t) / 8, 7/64, and the sum 1 wants 3/28.
TEST(FocusedGame, FourRemainingPlayersByHand) {
  FocusedCase made(all_together(11), 0, focus_coalitions(8, 11));
  made.play();
  for (std::int32_t p = 0; p < 11; ++p) {
    double const value = p < 7 ? 4.0 / 45 : 17.0 / 180;
    double const before = p < 5 ? 1.0 / 14 : 3.0 / 28;
    EXPECT_NEAR(made.at(made.sums, 0, p, 0), value, 1e-12) << p;
    EXPECT_NEAR(made.at(made.changes, 0, p, 0), value - before, 1e-12) << p;
  }
}

void expect_definition(Link link, std::int32_t level, std::int32_t below, double factor) {
  SCOPED_TRACE(std::string(name_of(link)) + ", level " + std::to_string(level));
  FocusedCase made({.background = 2, .players = 13, .short_leaves = 90, .long_leaves = 5, .link = link}, 8,
                   focus_coalitions(level, 13));
  made.play();
  ASSERT_EQ(made.estimated[0], 2);
  std::vector<double> sums(13), changes(13);
  double largest = 0.0;
  for (std::int64_t z = 0; z < 2; ++z) {
    auto const values = FocusDefinition(made.args.lattice, 0, z, level).values();
    auto const before = FocusDefinition(made.args.lattice, 0, z, below).values();
    for (std::size_t p = 0; p < 13; ++p) {
      sums[p] += values[p];
      changes[p] += factor * (values[p] - before[p]);
      largest = std::max(largest, std::fabs(sums[p]));
    }
  }
  for (std::int32_t p = 0; p < 13; ++p) {
    auto const n = static_cast<std::size_t>(p);
    EXPECT_NEAR(made.at(made.sums, 0, p, 0), sums[n], 3e-6 * largest) << p;
    EXPECT_NEAR(made.at(made.changes, 0, p, 0), changes[n], 6e-6 * largest) << p;
  }
}

TEST(FocusedGame, IsItsDefinition) {
  for (Link const link : {Link::kSigmoid, Link::kExp, Link::kSoftplus, Link::kSignedSquare, Link::kIdentity}) {
    expect_definition(link, 8, 6, 1.0);
  }
  expect_definition(Link::kSigmoid, 5, 4, 1.25);  // lattices with bits that nobody has
  expect_definition(Link::kExp, 4, 3, 1.25);
  expect_definition(Link::kSoftplus, 3, 2, 1.6);
  expect_definition(Link::kSigmoid, 2, 1, 1.6);
}

TEST(FocusedGame, TwoRemainingPlayersAreExact) {
  FocusedCase made({.players = 9, .short_leaves = 80}, 8, focus_coalitions(8, 9));
  made.play();
  ASSERT_EQ(made.estimated[0], 1);
  auto const exact = shapley_by_definition(made.args.lattice, cubes_of(made.args.lattice, 0, 0));
  for (std::int32_t p = 0; p < 9; ++p) {
    EXPECT_NEAR(made.at(made.sums, 0, p, 0), exact[static_cast<std::size_t>(p)], 1e-6) << p;
  }
}

/// A level that holds all players is the whole lattice, to the bit, and does not change.
TEST(FocusedGame, ALevelThatHoldsThePairIsTheLattice) {
  for (Link const link : {Link::kSigmoid, Link::kExp}) {
    FocusedCase made({.rows = 3, .players = 8, .short_leaves = 60, .link = link}, 3, 256);
    lattice_game_cpu(made.game.args);
    made.play();
    for (std::int64_t r = 0; r < 3; ++r) {
      ASSERT_EQ(made.estimated[static_cast<std::size_t>(r)], 1);
      for (std::int32_t p = 0; p < 8; ++p) {
        EXPECT_EQ(made.at(made.sums, 0, p, r), made.game.value(0, p, r));
        EXPECT_EQ(made.at(made.changes, 0, p, r), 0.0);
      }
    }
  }
}

TEST(FocusedGame, WidePathsGiveTheBitsOfOthers) {
  FocusedCase made({.rows = 2, .background = 2, .players = 70, .outputs = 2, .short_leaves = 90, .long_leaves = 12}, 5,
                   0);
  made.play();
  auto const sums = made.sums;
  auto const changes = made.changes;
  EXPECT_EQ(made.estimated, (std::vector<std::int32_t>{2, 2}));
  WideForm const wide(made.args.lattice);
  made.args.lattice = wide.of(made.args.lattice);
  on_each_simd_target([&] {
    made.play();
    EXPECT_EQ(made.sums, sums);
    EXPECT_EQ(made.changes, changes);
  });
}

TEST(FocusedGame, BitsOfTheTaskOnEverySimdTarget) {
  on_each_simd_target([] {
    for (bool const wide : {false, true}) {
      for (Link const link :
           {Link::kSigmoid, Link::kSoftmax, Link::kExp, Link::kIdentity, Link::kSignedSquare, Link::kSoftplus}) {
        SCOPED_TRACE(std::string(name_of(link)) + (wide ? ", wide" : ""));
        FocusedCase made({.rows = 2,
                          .background = 2,
                          .players = 14,
                          .outputs = link == Link::kSoftmax ? 3 : 1,
                          .short_leaves = 90,
                          .long_leaves = 12,
                          .link = link,
                          .wide = wide},
                         8, 0);
        expect_bits_of_the_task(made);
      }
    }
  });
}

TEST(FocusedGame, ManyPlayersAndHigherLevels) {
  FocusedCase many({.players = 70, .short_leaves = 60, .long_leaves = 20}, 16, 1);
  expect_bits_of_the_task(many);
  EXPECT_GT(many.game.largest[0], 40);
  for (std::int32_t const level : {2, 3, 4, 5, 6, 7, 9, 11, 12}) {
    SCOPED_TRACE(level);
    FocusedCase made({.players = 16, .short_leaves = 200}, 12, focus_coalitions(level, 16));
    expect_bits_of_the_task(made);
    EXPECT_EQ(made.game.largest[0], 16);
  }
}

/// The higher the level, the nearer to the exact values; the change is about as large as what the lower level lacks.
TEST(FocusedGame, ErrorsFallWithTheLevel) {
  LatticeShape const shape{.background = 4, .players = 16, .short_leaves = 300, .longest = 6};
  FocusedCase exact(shape, 16, 1);
  lattice_game_cpu(exact.args.lattice);
  double before = 1.0;
  for (std::int32_t const level : {2, 4, 6, 8, 10, 12, 14}) {
    FocusedCase made(shape, 8, focus_coalitions(level, 16));
    made.play();
    ASSERT_EQ(made.estimated[0], 4);
    double error = 0.0, size = 0.0;
    for (std::int32_t p = 0; p < 16; ++p) {
      double const value = exact.game.value(0, p, 0);
      error += std::pow(made.at(made.sums, 0, p, 0) / 4 - value, 2);
      size += value * value;
    }
    error = std::sqrt(error / size);
    EXPECT_LT(error, 0.9 * before) << level;
    before = error;
  }
  EXPECT_LT(before, 1e-3);
}

/// Rows whose pairs are all small are 0, small pairs of other rows add nothing; sums go on from block to block.
TEST(FocusedGame, SmallPairsAndBackgroundInBlocks) {
  LatticeShape const shape{.rows = 6, .background = 5, .players = 12, .short_leaves = 14};
  FocusedCase whole(shape, 9, focus_coalitions(8, 12));
  whole.play();
  FocusedCase blocks(shape, 9, focus_coalitions(8, 12));
  auto const* const background = blocks.args.lattice.background_bytes;
  blocks.args.lattice.background_total = 5;
  for (std::int64_t const begin : {0, 2}) {
    blocks.args.lattice.background_begin = begin;
    blocks.args.lattice.background_rows = begin == 0 ? 2 : 3;
    blocks.args.lattice.background_bytes = background + begin * blocks.args.lattice.byte_stride;
    blocks.play();
  }
  EXPECT_EQ(blocks.estimated, whole.estimated);
  std::int32_t some = 0;
  for (std::int64_t r = 0; r < 6; ++r) {
    std::int32_t const played = whole.estimated[static_cast<std::size_t>(r)];
    some += played > 0 && played < 5 ? 1 : 0;
    for (std::int32_t p = 0; p < 12; ++p) {
      EXPECT_EQ(blocks.at(blocks.sums, 0, p, r), whole.at(whole.sums, 0, p, r));
      EXPECT_EQ(blocks.at(blocks.changes, 0, p, r), whole.at(whole.changes, 0, p, r));
      if (played == 0) {
        EXPECT_EQ(whole.at(whole.sums, 0, p, r), 0.0);
      }
    }
  }
  EXPECT_GT(some, 0);
}

}  // namespace
}  // namespace limpid::tests
