#include "kernels/sum_long_interactions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/leaf_game.h"
#include "kernels/random_paths.h"
#include "kernels/sum_long_interactions.task.h"
#include "reference/interactions.h"

namespace limpid {
namespace {

using reference::Random;

/// [G x T x stride], sums on top of zeros; what lies behind the rows is 0.
std::vector<double> run(LeafPaths const& paths, PathShape const& shape, TableKind kind,
                        DistinctPatterns const& patterns, std::uint64_t total, RandomBins const& rows) {
  std::int64_t const vectors = shape.outputs * pair_count(shape.players);
  std::vector<double> values(static_cast<std::size_t>(vectors * rows.stride));
  SumLongPathsArgs args;
  args.paths = paths.view();
  args.kind = kind;
  args.background = patterns.view();
  args.background_total = total;
  args.bins = rows.view();
  args.players = shape.players;
  args.outputs = shape.outputs;
  args.values = values.data();
  args.value_stride = rows.stride;
  sum_long_interactions_cpu(args);
  for (std::int64_t v = 0; v < vectors; ++v) {
    std::fill(values.begin() + v * rows.stride + rows.rows, values.begin() + (v + 1) * rows.stride, 0.0);
  }
  return values;
}

/// The same from what(leaf, a, i, j), leaf by leaf.
template <std::int32_t kWords = 1, class What>
std::vector<double> expected(LeafPaths const& paths, PathShape const& shape, RandomBins const& rows, What const& what) {
  std::int64_t const pairs = pair_count(shape.players);
  std::vector<double> values(static_cast<std::size_t>(shape.outputs * pairs * rows.stride));
  for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
    std::int32_t const k = path_players(paths.view(), leaf);
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      auto const a = pattern_of_row<kWords>(paths.view(), leaf, rows.view(), row);
      for (std::int32_t i = 0; i < k; ++i) {
        for (std::int32_t j = i + 1; j < k; ++j) {
          std::int64_t const vector = paths.output[static_cast<std::size_t>(leaf)] * pairs +
                                      interaction_row(paths.view(), leaf, shape.players, i, j);
          values[static_cast<std::size_t>(vector * rows.stride + row)] += what(leaf, a, i, j);
        }
      }
    }
  }
  return values;
}

/// One leaf of value 4 for players 2 and 0: bin 0 <= 3 and bin 1 <= 5; three players in all.
TEST(SumLongInteractions, MatchesHandWorkedLeaf) {
  LeafPaths paths;
  paths.tests = {{0, 0, 3, 0, 0}, {1, 0, 5, 1, 0}};
  paths.test_begin = {0, 2};
  paths.players = {2, 0};
  paths.player_begin = {0, 2};
  paths.table_begin = {0, 0};
  paths.value = {4.0};
  paths.fixed = {0};
  paths.cover_ratio = {0.5, 0.25};
  paths.output = {0};
  Random random(1);
  RandomBins rows(2, 2, random);
  rows.data[0] = 3, rows.data[64] = 5;  // 11
  rows.data[1] = 4, rows.data[65] = 0;  // 10
  DistinctPatterns patterns;            // 00 once, 01 once, 11 twice
  patterns.patterns = {0, 1, 3};
  patterns.counts = {1, 1, 2};
  patterns.begin = {0, 3};
  PathShape const shape{.players = 3};

  auto const by_background = run(paths, shape, TableKind::kInterventional, patterns, 4, rows);
  auto const by_cover = run(paths, shape, TableKind::kPathDependent, {}, 0, rows);

  auto const at = static_cast<std::size_t>(pair_index(3, 0, 2) * 64);
  EXPECT_EQ(by_background[at], 0.5);       // b = 00: both in A, half of 1, times 4 / 4
  EXPECT_EQ(by_background[at + 1], -0.5);  // b = 01: one of each
  EXPECT_NEAR(by_cover[at], 0.75, 1e-15);
  EXPECT_NEAR(by_cover[at + 1], -0.75, 1e-15);
  for (std::size_t i = 0; i < by_cover.size(); ++i) {
    if (i == at || i == at + 1) continue;
    EXPECT_EQ(by_background[i], 0.0) << i;
    EXPECT_EQ(by_cover[i], 0.0) << i;
  }
}

TEST(SumLongInteractions, EqualsTheDefinitionOfTheLeafGame) {
  Random random(61);
  PathShape const shape{.leaves = 8, .min_players = 1, .max_players = 10, .players = 12, .outputs = 2};
  LeafPaths const paths = random_paths(shape, random);
  RandomBins const background(24, 40, random);
  RandomBins const rows(24, 9, random);
  DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), 0);
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    auto const found = run(paths, shape, kind, patterns, 40, rows);
    auto const by_definition =
        expected(paths, shape, rows, [&](std::int64_t leaf, PatternOf<1> a, std::int32_t i, std::int32_t j) {
          auto const l = static_cast<std::size_t>(leaf);
          std::int32_t const k = path_players(paths.view(), leaf);
          std::vector<std::uint64_t> of_background;
          for (std::int64_t b = 0; b < background.rows; ++b) {
            of_background.push_back(path_pattern(paths.view(), leaf, background.view(), b));
          }
          double const* ratio = paths.cover_ratio.data() + paths.player_begin[l];
          auto const game = [&](std::uint64_t s) {
            return kind == TableKind::kInterventional ? interventional_game(k, a.word[0], of_background, s)
                                                      : path_dependent_game(k, a.word[0], ratio, s);
          };
          double sum = 0.0;  // half of the index of (i, j)
          for (std::uint64_t s = 0; s < (std::uint64_t{1} << k); ++s) {
            std::uint64_t const both = (std::uint64_t{1} << i) | (std::uint64_t{1} << j);
            if ((s & both) != 0) continue;
            double const weight = reference::shapley_weight(count_bits(s), k - 1);
            sum += weight *
                   (game(s | both) - game(s | (std::uint64_t{1} << i)) - game(s | (std::uint64_t{1} << j)) + game(s));
          }
          return paths.value[l] * sum / 2.0;
        });
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_TRUE(std::abs(found[i] - by_definition[i]) <= 1e-12) << i << ": " << found[i];
    }
  }
}

template <std::int32_t kWords = 1>
void expect_bits_of_the_task(PathShape const& shape, std::int64_t background_rows, std::int64_t count, Random& random) {
  LeafPaths const paths = kWords > 1 ? wide_paths(shape, random) : random_paths(shape, random);
  auto const bins = [&](std::int64_t n) {
    return kWords > 1 ? mostly_passing(shape, n, random) : RandomBins(2 * shape.players, n, random);
  };
  RandomBins const background = bins(background_rows);
  RandomBins const rows = bins(count);
  DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), 0);
  auto const total = static_cast<std::uint64_t>(background_rows);
  auto const by_background = expected<kWords>(
      paths, shape, rows,
      LongInterventionalPairTask<kWords>{paths.view(), patterns.view(), total, constants_of(kWords).view()});
  auto const by_cover =
      expected<kWords>(paths, shape, rows, LongPathDependentPairTask<kWords>{paths.view(), rules_of(kWords).view()});
  on_each_simd_target([&] {
    EXPECT_EQ(run(paths, shape, TableKind::kInterventional, patterns, total, rows), by_background);
    EXPECT_EQ(run(paths, shape, TableKind::kPathDependent, patterns, 0, rows), by_cover);
  });
  double given = 0.0;
  for (double const sum : by_background) given = std::max(given, std::abs(sum));
  EXPECT_TRUE(kWords == 1 || given > 0.0);
}

TEST(SumLongInteractions, EveryTargetGivesTheBitsOfTheTask) {
  Random random(62);
  for (std::int64_t const count : {0, 1, 31, 33, 64, 65, 600}) {
    expect_bits_of_the_task({.leaves = 5, .min_players = 2, .max_players = 17, .players = 18, .outputs = 2}, 60, count,
                            random);
  }
}

TEST(SumLongInteractions, ShortestAndLongestPaths) {
  Random random(63);
  for (std::int32_t const k : {1, 2, 3, 9, 63, 64}) {
    SCOPED_TRACE(k);
    expect_bits_of_the_task({.leaves = 2, .min_players = k, .max_players = k, .players = 64}, 20, 10, random);
  }
}

/// Patterns of several words, by the bits of the task.
TEST(SumLongInteractions, WidePathsGiveTheBitsOfTheTask) {
  Random random(64);
  expect_bits_of_the_task<kMaxPatternWords>(
      {.leaves = 1, .min_players = 65, .max_players = 66, .players = 68, .outputs = 2}, 20, 3, random);
  expect_bits_of_the_task<kMaxPatternWords>({.leaves = 1, .min_players = 100, .max_players = 100, .players = 101}, 20,
                                            1, random);
}

/// Which players pass the only path's tests in a row.
std::vector<bool> passing(LeafPaths const& paths, RandomBins const& bins, std::int64_t row) {
  std::vector<bool> passes(paths.players.size(), true);
  for (Test const& test : paths.tests) {
    auto const bin = bins.data[static_cast<std::size_t>(test.column * bins.stride + row)];
    if (static_cast<std::uint8_t>(bin - test.lo) > test.width) passes[test.player] = false;
  }
  return passes;
}

/// What both methods give to a pair of a leaf of value 2, by their sums over sizes: no rules, no words.
struct NaivePair {
  std::vector<double> const& ratio;
  std::vector<bool> row;
  std::vector<std::vector<bool>> background{};

  /// (a_i - r_i) (a_j - r_j) times the sum over sizes s of s! (K - 2 - s)! / (K - 1)! e_s, e_s the coefficient of y^s
  /// in the product of the other players' r + a y.
  [[nodiscard]] double by_cover(std::size_t i, std::size_t j) const {
    auto const one = [&](std::size_t q) { return row[q] ? 1.0 : 0.0; };
    std::vector<double> coefficient{1.0};
    for (std::size_t q = 0; q < row.size(); ++q) {
      if (q == i || q == j) continue;
      coefficient.push_back(0.0);
      for (std::size_t s = coefficient.size() - 1; s > 0; --s) {
        coefficient[s] = coefficient[s] * ratio[q] + coefficient[s - 1] * one(q);
      }
      coefficient[0] *= ratio[q];
    }
    double sum = 0.0;
    for (std::size_t s = 0; s < coefficient.size(); ++s) sum += beta(s, coefficient.size() - 1 - s) * coefficient[s];
    return (one(i) - ratio[i]) * (one(j) - ratio[j]) * sum;
  }

  [[nodiscard]] double by_background(std::size_t i, std::size_t j) const {
    double sum = 0.0;
    for (auto const& b : background) {
      std::size_t in = 0;
      std::size_t out = 0;
      bool alive = true;
      for (std::size_t q = 0; q < row.size(); ++q) {
        alive = alive && (row[q] || b[q]);
        in += row[q] && !b[q] ? 1 : 0;
        out += b[q] && !row[q] ? 1 : 0;
      }
      if (!alive || row[i] == b[i] || row[j] == b[j]) continue;
      std::size_t const pair_in = (row[i] ? 1U : 0U) + (row[j] ? 1U : 0U);
      double const weight = beta(in - pair_in, out - (2 - pair_in));
      sum += pair_in == 1 ? -weight : weight;
    }
    return sum / static_cast<double>(background.size());
  }

  /// s! t! / (s + t + 1)!
  static double beta(std::size_t s, std::size_t t) {
    auto const a = static_cast<double>(s);
    auto const b = static_cast<double>(t);
    return std::exp(std::lgamma(a + 1.0) + std::lgamma(b + 1.0) - std::lgamma(a + b + 2.0));
  }
};

TEST(SumLongInteractions, WidePathsEqualTheSumsOverSizes) {
  Random random(65);
  for (std::int32_t const k : {65, 128, 129, 256}) {
    SCOPED_TRACE(k);
    PathShape const shape{.leaves = 1, .min_players = k, .max_players = k, .players = 256};
    LeafPaths paths = wide_paths(shape, random);
    paths.value = {2.0};
    RandomBins const background = mostly_passing(shape, 20, random);
    RandomBins const rows = mostly_passing(shape, 2, random);
    DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), 0);
    auto const by_background = run(paths, shape, TableKind::kInterventional, patterns, 20, rows);
    auto const by_cover = run(paths, shape, TableKind::kPathDependent, patterns, 0, rows);
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      NaivePair naive{paths.cover_ratio, passing(paths, rows, row)};
      for (std::int64_t z = 0; z < background.rows; ++z) naive.background.push_back(passing(paths, background, z));
      for (std::int32_t pair = 0; pair < k * k; pair += 61) {
        std::int32_t const i = pair / k;
        std::int32_t const j = pair % k;
        if (i >= j) continue;
        std::int64_t const vector = interaction_row(paths.view(), 0, shape.players, i, j);
        auto const at = static_cast<std::size_t>(vector * rows.stride + row);
        double const margin = naive.by_background(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
        double const cover = naive.by_cover(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
        ASSERT_TRUE(std::abs(by_background[at] - margin) <= 1e-11 * std::abs(margin)) << i << ", " << j;
        ASSERT_TRUE(std::abs(by_cover[at] - cover) <= 1e-10 * std::abs(cover) + 1e-14) << i << ", " << j;
      }
    }
  }
}

}  // namespace
}  // namespace limpid
