// sampled_row on the CPU: sums of p and 1 - p at a design's coalitions against the definition, on every SIMD target.
#include "kernels/sampled_row.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/lattice_case.h"
#include "kernels/row_oracle.h"
#include "kernels/wide_case.h"

namespace limpid::tests {
namespace {

/// Coalitions drawn at random: what a design is does not matter here.
struct SampledCase {
  LatticeCase game;
  std::vector<std::uint32_t> players;
  std::vector<std::uint64_t> coalitions;  ///< [q x words]
  std::vector<double> chance;
  std::vector<double> against;
  SampledRowArgs args;

  SampledCase(LatticeShape const& shape, std::int64_t pairs) : game(make_lattice_case(shape)) {
    find_players(shape.players);
    std::size_t const words = (players.size() + 63) / 64;
    std::mt19937_64 random(7);
    for (std::int64_t p = 0; p < pairs; ++p) {
      for (std::size_t w = 0; w < words; ++w) coalitions.push_back(random() & word_of_all(players.size() - 64 * w));
    }
    args.lattice = game.args;
    args.players = players;
    args.design.players = static_cast<std::int32_t>(players.size());
    args.design.words = static_cast<std::int32_t>(words);
    args.design.pairs = pairs;
    args.design.coalitions = coalitions.data();
    chance.assign(static_cast<std::size_t>(shape.outputs * args.entries()), -77.0);
    against = chance;
    args.chance = chance.data();
    args.against = against.data();
  }

  /// Those of the row's game; the oracle has one bit for each, so that of more than 64 all are taken.
  void find_players(std::int32_t all) {
    if (all > 64) {
      for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(all); ++p) players.push_back(p);
      return;
    }
    for (std::uint64_t rest = row_players(game.args, 0); rest != 0; rest &= rest - 1) {
      players.push_back(static_cast<std::uint32_t>(std::countr_zero(rest)));
    }
  }

  static std::uint64_t word_of_all(std::size_t left) {
    return left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
  }

  /// The players of entry e of the sums. REQUIRES: at most 64.
  [[nodiscard]] std::uint64_t coalition(std::int64_t e) const {
    std::int64_t const pairs = args.design.pairs;
    auto const all = ~std::uint64_t{0};
    std::uint64_t bits = e == 2 * pairs ? 0 : all;
    if (e < 2 * pairs) bits = coalitions[static_cast<std::size_t>(e % pairs)] ^ (e < pairs ? 0 : all);
    std::uint64_t coalition = 0;
    for (std::size_t i = 0; i < players.size(); ++i) coalition |= (bits >> i & 1) << players[i];
    return coalition;
  }

  void expect_definition() const {
    for (std::int64_t e = 0; e < args.entries(); ++e) {
      auto const expected = logits_of_mean(args.lattice, 0, coalition(e));
      for (std::size_t g = 0; g < expected.size(); ++g) {
        std::size_t const at = g * static_cast<std::size_t>(args.entries()) + static_cast<std::size_t>(e);
        EXPECT_NEAR(row_game::log_odds(chance[at], against[at]), expected[g], 1e-13) << "entry " << e;
      }
    }
  }
};

TEST(SampledRow, EqualsTheDefinition) {
  for (Link const link : {Link::kSigmoid, Link::kSoftmax}) {
    for (bool const wide : {false, true}) {
      for (std::int32_t const players : {2, 9, 31, 33, 64}) {
        SampledCase sampled({.background = 3,
                             .players = players,
                             .outputs = link == Link::kSoftmax ? 3 : 2,
                             .short_leaves = 150,
                             .long_leaves = players > 20 ? 20 : 0,
                             .link = link,
                             .wide = wide},
                            21);
        std::vector<double> const weights{0.5, 2.0, 1.25};
        sampled.args.lattice.background_weight = weights.data();
        on_each_simd_target([&] {
          sampled_row_cpu(sampled.args);
          sampled.expect_definition();
        });
      }
    }
  }
}

TEST(SampledRow, TargetsAndBlocksGiveTheSameBits) {
  for (std::int32_t const players : {20, 50, 90}) {
    SampledCase sampled({.background = 5, .players = players, .short_leaves = 300, .wide = players == 50}, 40);
    sampled_row_cpu(sampled.args);
    auto const chance = sampled.chance;
    auto const against = sampled.against;
    on_each_simd_target([&] {
      auto block = sampled.args;
      block.lattice.background_total = 5;
      for (std::int64_t const rows : {3, 2}) {
        block.lattice.background_rows = rows;
        sampled_row_cpu(block);
        block.lattice.background_begin += rows;
        block.lattice.background_bytes += rows * block.lattice.byte_stride;
      }
      EXPECT_EQ(sampled.chance, chance);
      EXPECT_EQ(sampled.against, against);
    });
    for (std::size_t i = 0; i < chance.size(); ++i) EXPECT_NEAR(chance[i] + against[i], 5.0, 1e-14);
    if (players <= kMaxBoxPlayers) continue;  // no path can be wide
    WideForm const wide(sampled.args.lattice);
    auto as_wide = sampled.args;
    as_wide.lattice = wide.of(as_wide.lattice);
    on_each_simd_target([&] {
      sampled_row_cpu(as_wide);
      EXPECT_EQ(sampled.chance, chance);
      EXPECT_EQ(sampled.against, against);
    });
  }
}

}  // namespace
}  // namespace limpid::tests
