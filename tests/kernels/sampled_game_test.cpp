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
#include <tuple>
#include <vector>

#include "kernels/box_case.h"
#include "kernels/each_simd_target.h"
#include "kernels/lattice_case.h"
#include "kernels/sampled_oracle.h"
#include "kernels/wide_case.h"

namespace limpid::tests {
namespace {

/// Any coalitions and any weights will do: the kernel knows nothing of designs. The errors are those of a
/// posterior with one check.
class RandomEstimators final : public Estimators {
 public:
  explicit RandomEstimators(std::int64_t pairs) : pairs_(pairs) {}

  [[nodiscard]] EstimatorView of(std::int32_t players) override {
    auto& entry = entries_[players];
    std::int32_t const words = (players + 63) / 64;
    if (entry.weights.empty()) fill(entry, players, words);
    EstimatorView view{players, words, pairs_, entry.coalitions.data(), entry.weights.data(), entry.share.data()};
    view.error_kind = ErrorKind::kPosterior;
    view.freedom = entry.freedom.data();
    view.left = entry.left.data();
    view.checks = 1;
    view.check_weights = entry.check.data();
    view.check_share = entry.check.data() + pairs_;
    return view;
  }

 private:
  struct Entry {
    std::vector<std::uint64_t> coalitions;
    std::vector<double> weights, share, freedom, left, check;
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
    for (std::int32_t i = 0; i < players; ++i) entry.left.push_back(std::fabs(normal(random)));
    for (std::int32_t i = 0; i < players; ++i) entry.freedom.push_back(1.0 + i % 5);
    for (std::int64_t p = 0; p <= pairs_; ++p) entry.check.push_back(normal(random));
  }

  std::int64_t pairs_;
  std::map<std::int32_t, Entry> entries_;
};

/// Sums over background rows [G x P] of a row's values, variances and doubts.
struct NaiveRow {
  std::vector<double> values, variances, doubts;

  explicit NaiveRow(LatticeGameArgs const& game)
      : values(static_cast<std::size_t>(game.outputs * game.players)),
        variances(values.size()),
        doubts(values.size()) {}

  /// Adds a pair; returns how many players differ.
  std::int32_t add(SampledGameArgs const& args, std::int64_t r, std::int64_t z) {
    auto const& game = args.lattice;
    auto const cubes = named_cubes(game, r, z);
    auto const players = ordered_players(cubes, args.order_seed, z);
    auto const live = static_cast<std::int32_t>(players.size());
    if (live <= game.max_players) return live;
    auto const op = args.estimators->of(live);
    auto const differences = naive_differences(game, cubes, players, op.pairs, [&op](std::size_t p, std::size_t i) {
      return (op.coalitions[p * static_cast<std::size_t>(op.words) + i / 64] >> (i % 64) & 1U) != 0;
    });
    auto const pairs = static_cast<std::size_t>(op.pairs);
    for (std::size_t g = 0; g < static_cast<std::size_t>(game.outputs); ++g) {
      double const* const d = differences.data() + g * (pairs + 1);
      double check = op.check_share[0] * d[pairs];
      for (std::size_t p = 0; p < pairs; ++p) check += op.check_weights[p] * d[p];
      for (std::size_t i = 0; i < players.size(); ++i) {
        double phi = op.share[i] * d[pairs];
        for (std::size_t p = 0; p < pairs; ++p) phi += op.weights[p * players.size() + i] * d[p];
        std::size_t const at = g * static_cast<std::size_t>(game.players) + players[i];
        values[at] += phi;
        variances[at] += check * check * op.left[i];
        doubts[at] += std::pow(check * check * op.left[i], 2) / op.freedom[i];
      }
    }
    return live;
  }
};

struct Case {
  LatticeCase game;
  std::vector<double> sums;
  std::vector<double> squares;
  std::vector<double> doubts;
  std::vector<std::int32_t> estimated;
  SampledGameArgs args;

  explicit Case(LatticeShape const& shape, std::int32_t limit) : game(make_lattice_case(shape)) {
    args.lattice = game.args;
    args.lattice.max_players = limit;
    sums.assign(game.values.size(), -77.0);
    squares.assign(game.values.size(), -77.0);
    doubts.assign(game.values.size(), -77.0);
    estimated.assign(static_cast<std::size_t>(shape.rows), -77);
    args.sums = sums.data();
    args.squares = squares.data();
    args.doubts = doubts.data();
    args.estimated = estimated.data();
    args.order_seed = 0x123456789abcdefULL;
  }
  void play(Estimators& estimators) {
    args.estimators = &estimators;
    std::fill(sums.begin(), sums.end(), -77.0);
    std::fill(squares.begin(), squares.end(), -77.0);
    std::fill(doubts.begin(), doubts.end(), -77.0);
    lattice_game_cpu(args.lattice);
    sampled_game_cpu(args);
  }
  [[nodiscard]] double sum(std::int32_t vector, std::int64_t row) const {
    return sums[static_cast<std::size_t>(vector * args.lattice.value_stride + row)];
  }
  [[nodiscard]] double square(std::int32_t vector, std::int64_t row) const {
    return squares[static_cast<std::size_t>(vector * args.lattice.value_stride + row)];
  }
  [[nodiscard]] double doubt(std::int32_t vector, std::int64_t row) const {
    return doubts[static_cast<std::size_t>(vector * args.lattice.value_stride + row)];
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
    NaiveRow expected(args);
    std::int32_t estimated = 0;
    for (std::int64_t z = 0; z < args.background_rows; ++z) {
      ASSERT_GT(expected.add(it.args, r, z), args.max_players) << "the case should have large pairs only";
      ++estimated;
    }
    EXPECT_EQ(it.estimated[static_cast<std::size_t>(r)], estimated);
    for (std::int32_t n = 0; n < outputs * players; ++n) {
      double const phi = expected.values[static_cast<std::size_t>(n)];
      double const square = expected.variances[static_cast<std::size_t>(n)];
      double const doubt = expected.doubts[static_cast<std::size_t>(n)];
      EXPECT_NEAR(it.sum(n, r), phi, 1e-12 * std::max(1.0, std::fabs(phi)));
      EXPECT_NEAR(it.square(n, r), square, 1e-12 * std::max(1.0, square));
      EXPECT_NEAR(it.doubt(n, r), doubt, 1e-11 * std::max(1.0, doubt));
    }
  }
  auto const squares = it.squares;
  auto const doubts = it.doubts;
  auto const expect_the_same = [&] {
    it.play(estimators);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(it.sums[i]), std::bit_cast<std::uint64_t>(sums[i])) << i;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(it.squares[i]), std::bit_cast<std::uint64_t>(squares[i])) << i;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(it.doubts[i]), std::bit_cast<std::uint64_t>(doubts[i])) << i;
    }
  };
  on_each_simd_target(expect_the_same);
  if (players > kMaxBoxPlayers) {
    WideForm const as_wide(args);
    it.args.lattice = as_wide.of(args);
    return on_each_simd_target(expect_the_same);
  }
  BoxForm const boxes(args);
  it.args.lattice = boxes.of(args);
  on_each_simd_target(expect_the_same);
}

/// More cubes than the list expects at first: each of them twice, so that merging is seen too.
TEST(SampledGameBoxes, GiveTheBitsOfLeavesWhereManyAreEqual) {
  LatticeShape shape;
  shape.rows = 2;
  shape.background = 2;
  shape.players = 40;
  shape.outputs = 2;
  shape.short_leaves = 3000;
  shape.longest = 2;  // few different players, many leaves with the same
  RandomEstimators estimators(70);
  Case leaves(shape, 5);
  leaves.play(estimators);
  Case as_boxes(shape, 5);
  BoxForm const boxes(as_boxes.args.lattice);
  as_boxes.args.lattice = boxes.of(as_boxes.args.lattice);
  as_boxes.play(estimators);
  EXPECT_EQ(as_boxes.estimated, leaves.estimated);
  EXPECT_EQ(as_boxes.estimated, (std::vector<std::int32_t>{2, 2}));
  for (std::int64_t r = 0; r < 2; ++r) {
    for (std::int32_t n = 0; n < 80; ++n) {
      EXPECT_EQ(as_boxes.sum(n, r), leaves.sum(n, r));
      EXPECT_EQ(as_boxes.square(n, r), leaves.square(n, r));
    }
  }
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
    EXPECT_EQ(blocks.doubt(p, 1), whole.doubt(p, 1));
  }
  EXPECT_EQ(blocks.estimated, whole.estimated);
}

}  // namespace
}  // namespace limpid::tests
