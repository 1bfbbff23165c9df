/// Designs: what is in them, their weights, and that they depend on nothing but their arguments.
#include "explain/design.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "kernels/philox.h"
#include "kernels/player_order.h"

namespace limpid {
namespace {

using Coalition = std::vector<std::uint64_t>;

Coalition coalition(CoalitionDesign const& design, std::int64_t p) {
  auto const begin = design.coalitions.begin() + p * design.words;
  return {begin, begin + design.words};
}

Coalition complement(CoalitionDesign const& design, Coalition set) {
  for (auto& word : set) word = ~word;
  if (design.players % 64 != 0) set.back() &= (std::uint64_t{1} << (static_cast<unsigned>(design.players) % 64U)) - 1;
  return set;
}

std::int32_t members(Coalition const& set) {
  return std::accumulate(set.begin(), set.end(), 0,
                         [](int sum, std::uint64_t word) { return sum + std::popcount(word); });
}

/// Both halves of every pair are there once, sizes are told truly and rise.
void expect_sound(CoalitionDesign const& design) {
  std::set<Coalition> seen;
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    auto const set = coalition(design, p);
    auto const size = design.size[static_cast<std::size_t>(p)];
    EXPECT_EQ(members(set), size);
    EXPECT_GE(size, 1);
    EXPECT_LE(2 * size, design.players);
    EXPECT_TRUE(seen.insert(set).second) << "pair " << p << " comes twice";
    EXPECT_TRUE(seen.insert(complement(design, set)).second) << "pair " << p << " comes twice, as its complement";
  }
  EXPECT_TRUE(std::is_sorted(design.size.begin(), design.size.end()));
}

/// D. E. Shaw Research's known answers for philox4x32-10 (Random123, kat_vectors).
TEST(Philox, GivesThePublishedNumbers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// An order is of the background row and the seed: every player comes first about equally often, and two rows' orders
/// have nothing to do with each other.
TEST(PlayerOrder, IsUniformAndItsOwnForEveryBackgroundRow) {
  constexpr std::uint32_t kPlayers = 5;
  constexpr std::int64_t kRows = 20000;
  std::array<std::int64_t, kPlayers> first{};
  std::int64_t same_as_before = 0;
  std::uint32_t before = kPlayers;
  for (std::int64_t z = 0; z < kRows; ++z) {
    std::uint32_t lead = 0;
    for (std::uint32_t p = 1; p < kPlayers; ++p) {
      if (comes_before(player_key(7, z, p), p, player_key(7, z, lead), lead)) lead = p;
    }
    ++first[lead];
    same_as_before += lead == before ? 1 : 0;
    before = lead;
  }
  constexpr double kExpected = kRows / static_cast<double>(kPlayers);
  for (auto const count : first) EXPECT_NEAR(static_cast<double>(count), kExpected, 5.0 * std::sqrt(kExpected));
  EXPECT_NEAR(static_cast<double>(same_as_before), kExpected, 5.0 * std::sqrt(kExpected));
  EXPECT_NE(player_key(7, 1, 0), player_key(8, 1, 0));
  EXPECT_NE(player_key(7, 1, 0), player_key(7, std::int64_t{1} << 32U | 1, 0));
  EXPECT_TRUE(comes_before(3, 1, 3, 2));
  EXPECT_FALSE(comes_before(3, 2, 3, 1));
}

TEST(Design, HoldsEveryCoalitionWhenTheBudgetAllows) {
  for (std::int32_t players = 2; players <= 11; ++players) {
    for (auto const kind : {DesignKind::kLeverage, DesignKind::kKernel}) {
      auto const design = make_design(kind, players, 1 << 12, 3);
      EXPECT_TRUE(design.complete);
      EXPECT_EQ(design.pairs(), (1 << (players - 1)) - 1);
      expect_sound(design);
    }
  }
}

/// V = 5: pairs of sizes 1 and 4 share the kernel 2 / (1 * 4), of sizes 2 and 3 2 / (2 * 3), evenly.
TEST(Design, CompleteWeightsAreTheShapleyKernel) {
  auto const design = make_design(DesignKind::kLeverage, 5, 15, 0);
  ASSERT_EQ(design.pairs(), 15);
  for (std::size_t p = 0; p < 15; ++p) {
    EXPECT_DOUBLE_EQ(design.weight[p], p < 5 ? 0.5 / 5.0 : 2.0 / 6.0 / 10.0);
    EXPECT_EQ(design.inclusion[p], 1.0);
  }
}

TEST(Design, LeverageTakesSizesEvenlyAndEnumeratesTheSmall) {
  auto const design = make_design(DesignKind::kLeverage, 20, 1000, 1);
  expect_sound(design);
  EXPECT_EQ(design.pairs(), 1000);
  std::map<std::int32_t, std::int64_t> pairs;
  for (auto const size : design.size) ++pairs[size];
  EXPECT_EQ(pairs[1], 20);  // all there are
  for (std::int32_t s = 2; s < 9; ++s) EXPECT_LE(std::abs(pairs[s] - pairs[s + 1]), s == 2 ? 1000 : 1) << s;
  EXPECT_LE(std::abs(2 * pairs[10] - pairs[9]), 2);  // both halves of a middle pair are of its size
  EXPECT_EQ(pairs[2], std::min<std::int64_t>(190, pairs[3]));
}

TEST(Design, MorePairsKeepThoseOfFewer) {
  for (std::int32_t const players : {9, 20, 33, 70, 300}) {
    auto const few = make_design(DesignKind::kLeverage, players, 100, 5);
    auto const more = make_design(DesignKind::kLeverage, players, 177, 5);
    expect_sound(few);
    expect_sound(more);
    std::set<Coalition> all;
    for (std::int64_t p = 0; p < more.pairs(); ++p) all.insert(coalition(more, p));
    for (std::int64_t p = 0; p < few.pairs(); ++p) EXPECT_EQ(all.count(coalition(few, p)), 1U) << players;
  }
}

TEST(Design, SeedsDifferAndRepeat) {
  auto const a = make_design(DesignKind::kLeverage, 24, 500, 1);
  EXPECT_EQ(a.coalitions, make_design(DesignKind::kLeverage, 24, 500, 1).coalitions);
  EXPECT_NE(a.coalitions, make_design(DesignKind::kLeverage, 24, 500, 2).coalitions);
}

TEST(Design, PlayersAreInAsManyCoalitionsAsEachOther) {
  auto const design = make_design(DesignKind::kLeverage, 70, 4000, 9);
  std::vector<double> seen(70, 0.0);  // in the smaller halves of the pairs
  double expected = 0.0;
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    auto const set = coalition(design, p);
    for (std::size_t i = 0; i < 70; ++i) seen[i] += static_cast<double>(set[i / 64] >> (i % 64) & 1U);
    expected += design.size[static_cast<std::size_t>(p)] / 70.0;
  }
  // Of a middle pair the half without the last player stands.
  for (std::size_t i = 0; i + 1 < 70; ++i) EXPECT_NEAR(seen[i], expected, 6.0 * std::sqrt(expected)) << i;
}

/// shap.KernelExplainer: with 2,072 coalitions of 12 players sizes 1 to 3 are whole, size 4 would need more.
TEST(Design, KernelEnumeratesFromTheOutsideIn) {
  auto const design = make_design(DesignKind::kKernel, 12, 1036, 1);
  expect_sound(design);
  EXPECT_EQ(design.pairs(), 1036);
  double total = 0.0;
  std::map<std::int32_t, double> whole;
  for (std::size_t p = 0; p < 1036; ++p) {
    total += design.weight[p];
    if (design.inclusion[p] == 1.0) ++whole[design.size[p]];
  }
  EXPECT_EQ(whole, (std::map<std::int32_t, double>{{1, 12.0}, {2, 66.0}, {3, 220.0}}));
  double kernel = 0.0;
  for (int s = 1; s < 12; ++s) kernel += 1.0 / (s * (12.0 - s));
  EXPECT_NEAR(total, kernel, 1e-12);
}

}  // namespace
}  // namespace limpid
