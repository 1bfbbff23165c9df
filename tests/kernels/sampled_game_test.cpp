// sampled_game on the CPU against its naive reference: every coalition and every leaf, players by name; 17 to 300
// players, 32- and 64-bit integers, several outputs; the same bits on every SIMD target.
#include "kernels/sampled_game.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/lattice_case.h"
#include "kernels/player_order.h"
#include "kernels/sampled_game.task.h"

namespace limpid::tests {
namespace {

/// Any coalitions and any weights will do: the kernel knows nothing of designs. The error of a value is twice it.
class RandomEstimators final : public Estimators {
 public:
  explicit RandomEstimators(std::int64_t pairs) : pairs_(pairs) {}

  [[nodiscard]] EstimatorView of(std::int32_t players) override {
    auto& entry = entries_[players];
    std::int32_t const words = (players + 63) / 64;
    if (entry.weights.empty()) fill(entry, players, words);
    return {players, words, pairs_, entry.coalitions.data(), entry.weights.data(), entry.share.data()};
  }
  void standard_errors(std::span<double const> /*differences*/, double /*delta*/, std::span<double const> phi,
                       std::span<double> errors) override {
    for (std::size_t i = 0; i < phi.size(); ++i) errors[i] = 2.0 * std::fabs(phi[i]);
  }

 private:
  struct Entry {
    std::vector<std::uint64_t> coalitions;
    std::vector<double> weights, share;
  };
  void fill(Entry& entry, std::int32_t players, std::int32_t words) {
    std::mt19937_64 random(static_cast<std::uint64_t>(players));
    std::normal_distribution<double> normal;
    for (std::int64_t p = 0; p < pairs_; ++p) {
      for (std::int32_t w = 0; w < words; ++w) entry.coalitions.push_back(random());
      if (players % 64 != 0) entry.coalitions.back() &= (std::uint64_t{1} << (players % 64)) - 1;
      for (std::int32_t i = 0; i < players; ++i) entry.weights.push_back(normal(random));
    }
    for (std::int32_t i = 0; i < players; ++i) entry.share.push_back(normal(random));
  }

  std::int64_t pairs_;
  std::map<std::int32_t, Entry> entries_;
};

/// One leaf of a pair, if it is alive: the players on either side, by name.
struct NamedCube {
  std::set<std::uint32_t> inside, outside;
  std::int64_t value = 0;
  std::uint32_t output = 0;
};

template <class Pattern>
void add_named(PathsView const& paths, Pattern const* row, Pattern const* background, std::vector<NamedCube>& out) {
  for (std::int64_t l = 0; l < paths.leaves; ++l) {
    NamedCube cube{{}, {}, paths.fixed[l], paths.output[l]};
    bool alive = true;
    for (std::uint32_t q = paths.player_begin[l]; q < paths.player_begin[l + 1]; ++q) {
      bool const by_row = (row[l] >> (q - paths.player_begin[l]) & 1) != 0;
      bool const by_background = (background[l] >> (q - paths.player_begin[l]) & 1) != 0;
      alive = alive && (by_row || by_background);
      if (by_row && !by_background) cube.inside.insert(paths.players[q]);
      if (by_background && !by_row) cube.outside.insert(paths.players[q]);
    }
    if (alive) out.push_back(cube);
  }
}

std::vector<NamedCube> named_cubes(LatticeGameArgs const& args, std::int64_t r, std::int64_t z) {
  std::vector<NamedCube> cubes;
  add_named(args.short_paths, args.row_bytes + r * args.byte_stride, args.background_bytes + z * args.byte_stride,
            cubes);
  add_named(args.long_paths, args.row_words + r * args.long_paths.leaves,
            args.background_words + z * args.long_paths.leaves, cubes);
  return cubes;
}

/// Responses [G] of a coalition of named players.
std::vector<double> response(LatticeGameArgs const& args, std::vector<NamedCube> const& cubes,
                             std::set<std::uint32_t> const& coalition) {
  std::vector<double> margins(args.base_margin, args.base_margin + args.outputs);
  for (auto const& cube : cubes) {
    bool reached = true;
    for (auto const player : cube.inside) reached = reached && coalition.count(player) == 1;
    for (auto const player : cube.outside) reached = reached && coalition.count(player) == 0;
    if (reached) margins[cube.output] += static_cast<double>(cube.value) * args.step[cube.output];
  }
  apply_link(args.link, args.outputs, margins.data(), 1);
  return margins;
}

/// [G x P] of one pair, and how many players differ.
std::vector<double> naive_values(SampledGameArgs const& args, std::int64_t r, std::int64_t z, std::int32_t& live) {
  auto const& game = args.lattice;
  auto const cubes = named_cubes(game, r, z);
  std::set<std::uint32_t> differing;
  for (auto const& cube : cubes) {
    differing.insert(cube.inside.begin(), cube.inside.end());
    differing.insert(cube.outside.begin(), cube.outside.end());
  }
  std::vector<std::uint32_t> players(differing.begin(), differing.end());
  std::sort(players.begin(), players.end(), [&args, z](std::uint32_t a, std::uint32_t b) {
    return player_key(args.order_seed, z, a) < player_key(args.order_seed, z, b);
  });
  live = static_cast<std::int32_t>(players.size());
  std::vector<double> values(static_cast<std::size_t>(game.outputs * game.players), 0.0);
  if (live <= game.max_players) return values;
  auto const design = args.estimators->of(live);
  auto const full = response(game, cubes, differing);
  auto const empty = response(game, cubes, {});
  auto const slot = [&](std::int32_t g, std::size_t i) -> double& {
    return values[static_cast<std::size_t>(g * game.players) + players[i]];
  };
  for (std::int64_t p = 0; p < design.pairs; ++p) {
    std::set<std::uint32_t> coalition;
    std::set<std::uint32_t> complement;
    for (std::size_t i = 0; i < players.size(); ++i) {
      bool const in = (design.coalitions[static_cast<std::size_t>(p * design.words) + i / 64] >> (i % 64) & 1U) != 0;
      (in ? coalition : complement).insert(players[i]);
    }
    auto const one = response(game, cubes, coalition);
    auto const other = response(game, cubes, complement);
    for (std::int32_t g = 0; g < game.outputs; ++g) {
      auto const at = static_cast<std::size_t>(g);
      for (std::size_t i = 0; i < players.size(); ++i) {
        slot(g, i) += design.weights[static_cast<std::size_t>(p) * players.size() + i] * 0.5 * (one[at] - other[at]);
      }
    }
  }
  for (std::int32_t g = 0; g < game.outputs; ++g) {
    auto const at = static_cast<std::size_t>(g);
    for (std::size_t i = 0; i < players.size(); ++i) slot(g, i) += design.share[i] * (full[at] - empty[at]);
  }
  return values;
}

struct Case {
  LatticeCase game;
  std::vector<double> sums;
  std::vector<double> squares;
  std::vector<std::int32_t> estimated;
  SampledGameArgs args;

  explicit Case(LatticeShape const& shape, std::int32_t limit) : game(make_lattice_case(shape)) {
    args.lattice = game.args;
    args.lattice.max_players = limit;
    sums.assign(game.values.size(), -77.0);
    squares.assign(game.values.size(), -77.0);
    estimated.assign(static_cast<std::size_t>(shape.rows), -77);
    args.sums = sums.data();
    args.squares = squares.data();
    args.estimated = estimated.data();
    args.order_seed = 0x123456789abcdefULL;
  }
  void play(Estimators& estimators) {
    args.estimators = &estimators;
    std::fill(sums.begin(), sums.end(), -77.0);
    std::fill(squares.begin(), squares.end(), -77.0);
    lattice_game_cpu(args.lattice);
    sampled_game_cpu(args);
  }
  [[nodiscard]] double sum(std::int32_t vector, std::int64_t row) const {
    return sums[static_cast<std::size_t>(vector * args.lattice.value_stride + row)];
  }
  [[nodiscard]] double square(std::int32_t vector, std::int64_t row) const {
    return squares[static_cast<std::size_t>(vector * args.lattice.value_stride + row)];
  }
};

using Parameters = std::tuple<std::int32_t, bool, std::int32_t, Link>;  ///< players, wide, outputs, link
class SampledGame : public testing::TestWithParam<Parameters> {};

TEST_P(SampledGame, EqualsTheNaiveReferenceOnEverySimdTarget) {
  auto const [players, wide, outputs, link] = GetParam();
  LatticeShape shape;
  shape.rows = 3;
  shape.background = 4;
  shape.players = players;
  shape.outputs = outputs;
  shape.short_leaves = 6 * players;
  shape.long_leaves = players > 20 ? 5 : 0;
  shape.link = link;
  shape.wide = wide;
  Case it(shape, 5);
  RandomEstimators estimators(37);
  it.play(estimators);
  auto const sums = it.sums;
  auto const& args = it.args.lattice;
  for (std::int64_t r = 0; r < args.rows; ++r) {
    std::vector<double> expected(static_cast<std::size_t>(outputs * players), 0.0);
    std::vector<double> squares(expected.size(), 0.0);
    std::int32_t estimated = 0;
    for (std::int64_t z = 0; z < args.background_rows; ++z) {
      std::int32_t live = 0;
      auto const pair = naive_values(it.args, r, z, live);
      ASSERT_GT(live, args.max_players) << "the case should have large pairs only";
      ++estimated;
      for (std::size_t n = 0; n < pair.size(); ++n) {
        expected[n] += pair[n];
        squares[n] += 4.0 * pair[n] * pair[n];  // RandomEstimators' error is twice the value
      }
    }
    EXPECT_EQ(it.estimated[static_cast<std::size_t>(r)], estimated);
    for (std::int32_t n = 0; n < outputs * players; ++n) {
      double const phi = expected[static_cast<std::size_t>(n)];
      double const square = squares[static_cast<std::size_t>(n)];
      EXPECT_NEAR(it.sum(n, r), phi, 1e-12 * std::max(1.0, std::fabs(phi)));
      EXPECT_NEAR(it.square(n, r), square, 1e-12 * std::max(1.0, square));
    }
  }
  auto const squares = it.squares;
  on_each_simd_target([&] {
    it.play(estimators);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(it.sums[i]), std::bit_cast<std::uint64_t>(sums[i])) << i;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(it.squares[i]), std::bit_cast<std::uint64_t>(squares[i])) << i;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, SampledGame,
                         testing::Combine(testing::Values(17, 31, 32, 33, 63, 64, 65, 130, 300), testing::Bool(),
                                          testing::Values(1, 3), testing::Values(Link::kSigmoid, Link::kExp)));
INSTANTIATE_TEST_SUITE_P(Softmax, SampledGame,
                         testing::Combine(testing::Values(20, 70), testing::Bool(), testing::Values(3),
                                          testing::Values(Link::kSoftmax)));

/// Background blocks: sums go on where the block before left them.
TEST(SampledGameBlocks, GiveTheMeanOfTheWhole) {
  LatticeShape shape;
  shape.rows = 2;
  shape.background = 6;
  shape.players = 24;
  shape.short_leaves = 150;
  RandomEstimators estimators(11);
  Case whole(shape, 5);
  whole.play(estimators);
  Case blocks(shape, 5);
  blocks.args.estimators = &estimators;
  auto& args = blocks.args.lattice;
  auto const* const background = args.background_bytes;
  args.background_total = 6;
  for (std::int64_t const begin : {0, 4}) {
    args.background_begin = begin;
    args.background_rows = begin == 0 ? 4 : 2;
    args.background_bytes = background + begin * args.byte_stride;
    lattice_game_cpu(args);
    sampled_game_cpu(blocks.args);
  }
  for (std::int32_t p = 0; p < 24; ++p) {
    EXPECT_EQ(blocks.sum(p, 1), whole.sum(p, 1));
    EXPECT_EQ(blocks.square(p, 1), whole.square(p, 1));
  }
  EXPECT_EQ(blocks.estimated, whole.estimated);
}

}  // namespace
}  // namespace limpid::tests
