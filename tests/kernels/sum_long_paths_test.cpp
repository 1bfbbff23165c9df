#include "kernels/sum_long_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "kernels/each_simd_target.h"
#include "kernels/leaf_game.h"
#include "kernels/random_paths.h"
#include "kernels/sum_long_paths.task.h"

namespace limpid {
namespace {

using reference::Random;

std::vector<double> run(LeafPaths const& paths, PathShape const& shape, TableKind kind, RandomBins const& background,
                        RandomBins const& rows, std::size_t budget = kPatternBudget) {
  std::vector<double> values(static_cast<std::size_t>(shape.outputs * shape.players * rows.stride));
  std::int64_t const leaves = paths.leaves();
  for (std::int64_t begin = 0; begin < leaves;) {
    DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), begin, budget);
    SumLongPathsArgs args;
    args.paths = slice_leaves(paths.view(), begin, patterns.leaf_end);
    args.kind = kind;
    args.background = patterns.view();
    args.background_total = static_cast<std::uint64_t>(background.rows);
    args.bins = rows.view();
    args.players = shape.players;
    args.outputs = shape.outputs;
    args.values = values.data();
    args.value_stride = rows.stride;
    sum_long_paths_cpu(args);
    begin = patterns.leaf_end;
  }
  return values;
}

TEST(SumLongPaths, EqualsTheDefinitionOfTheLeafGame) {
  Random random(11);
  PathShape const shape{.leaves = 6, .min_players = 9, .max_players = 11, .players = 12, .outputs = 2};
  LeafPaths const paths = random_paths(shape, random);
  RandomBins const background(24, 50, random);
  RandomBins const rows(24, 12, random);
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    std::vector<double> const found = run(paths, shape, kind, background, rows);
    std::vector<double> expected(found.size());
    for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
      auto const l = static_cast<std::size_t>(leaf);
      std::int32_t const k = path_players(paths.view(), leaf);
      std::vector<std::uint64_t> patterns;
      for (std::int64_t b = 0; b < background.rows; ++b) {
        patterns.push_back(path_pattern(paths.view(), leaf, background.view(), b));
      }
      double const* ratio = paths.cover_ratio.data() + paths.player_begin[l];
      for (std::int64_t row = 0; row < rows.rows; ++row) {
        std::uint64_t const a = path_pattern(paths.view(), leaf, rows.view(), row);
        std::vector<double> const phi = shapley_by_definition(k, [&](std::uint64_t s) {
          return kind == TableKind::kInterventional ? interventional_game(k, a, patterns, s)
                                                    : path_dependent_game(k, a, ratio, s);
        });
        for (std::size_t q = 0; q < phi.size(); ++q) {
          std::int64_t const vector =
              static_cast<std::int64_t>(paths.output[l]) * shape.players + paths.players[paths.player_begin[l] + q];
          expected[static_cast<std::size_t>(vector * rows.stride + row)] += paths.value[l] * phi[q];
        }
      }
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (static_cast<std::int64_t>(i) % rows.stride >= rows.rows) continue;
      EXPECT_TRUE(std::abs(found[i] - expected[i]) <= 1e-12) << i;
    }
  }
}

TEST(SumLongPaths, EveryTargetAndBudgetGivesTheBitsOfTheTask) {
  Random random(12);
  PathShape const shape{.leaves = 20, .min_players = 9, .max_players = 64, .players = 64};
  LeafPaths const paths = random_paths(shape, random);
  RandomBins const background(128, 100, random);
  for (std::int64_t const count : {0, 1, 31, 33, 64, 65, 1000}) {
    RandomBins const rows(128, count, random);
    DistinctPatterns const patterns = distinct_patterns(paths.view(), background.view(), 0);
    ASSERT_EQ(patterns.leaf_end, paths.leaves());
    std::vector<double> by_sum(static_cast<std::size_t>(64 * rows.stride));
    std::vector<double> by_ratio(by_sum.size());
    LongConstants const constants = long_constants().view();
    LongInterventionalTask const sum{paths.view(), patterns.view(), 100, constants};
    LongPathDependentTask const ratio{paths.view(), constants};
    for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
      for (std::int64_t row = 0; row < count; ++row) {
        std::uint64_t const a = path_pattern(paths.view(), leaf, rows.view(), row);
        double phi[2][kMaxLongPlayers];
        sum(leaf, a, phi[0]);
        ratio(leaf, a, phi[1]);
        for (std::int32_t q = 0; q < path_players(paths.view(), leaf); ++q) {
          std::uint32_t const player =
              paths.players[paths.player_begin[static_cast<std::size_t>(leaf)] + static_cast<std::uint32_t>(q)];
          auto const at = static_cast<std::size_t>(player * rows.stride + row);
          by_sum[at] += phi[0][q];
          by_ratio[at] += phi[1][q];
        }
      }
    }
    on_each_simd_target([&] {
      EXPECT_EQ(run(paths, shape, TableKind::kInterventional, background, rows), by_sum);
      EXPECT_EQ(run(paths, shape, TableKind::kInterventional, background, rows, 1), by_sum);
      EXPECT_EQ(run(paths, shape, TableKind::kPathDependent, background, rows), by_ratio);
    });
  }
}

/// Which of the path's players the row passes.
std::vector<bool> passing(LeafPaths const& paths, std::int64_t leaf, RandomBins const& bins, std::int64_t row) {
  std::vector<bool> pass(static_cast<std::size_t>(path_players(paths.view(), leaf)));
  for (std::size_t q = 0; q < pass.size(); ++q) {
    std::uint64_t const word =
        path_pattern_word(paths.view(), leaf, bins.view(), row, static_cast<std::int32_t>(q / 64));
    pass[q] = ((word >> (q % 64)) & 1U) != 0;
  }
  return pass;
}

/// What one leaf of value 1 gives to the players for a row x and a background row z, by factorials; empty: nothing.
std::vector<long double> pair_values(std::vector<bool> const& x, std::vector<bool> const& z) {
  long double in = 0;
  long double out = 0;
  for (std::size_t q = 0; q < x.size(); ++q) {
    if (!x[q] && !z[q]) return {};
    in += x[q] && !z[q] ? 1 : 0;
    out += z[q] && !x[q] ? 1 : 0;
  }
  std::vector<long double> values(x.size());
  for (std::size_t q = 0; q < x.size(); ++q) {
    if (x[q] == z[q]) continue;
    long double const s = x[q] ? in : out;
    long double const t = x[q] ? out : in;
    long double const weight = std::exp(std::lgamma(s) + std::lgamma(t + 1) - std::lgamma(s + t + 1));
    values[q] = x[q] ? weight : -weight;
  }
  return values;
}

TEST(SumLongPaths, PatternsOfSeveralWordsGiveTheSumOverAllPairs) {
  Random random(15);
  PathShape const shape{.leaves = 8, .min_players = 65, .max_players = 256, .players = 256};
  LeafPaths const paths = wide_paths(shape, random);
  RandomBins const background = mostly_passing(shape, 40, random);
  RandomBins const rows = mostly_passing(shape, 70, random);
  std::vector<long double> expected(static_cast<std::size_t>(256 * rows.stride));
  std::int64_t cubes = 0;
  for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
    auto const l = static_cast<std::size_t>(leaf);
    std::vector<std::vector<bool>> all;
    all.reserve(static_cast<std::size_t>(background.rows));
    for (std::int64_t b = 0; b < background.rows; ++b) all.push_back(passing(paths, leaf, background, b));
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      std::vector<bool> const x = passing(paths, leaf, rows, row);
      for (std::vector<bool> const& z : all) {
        auto const given = pair_values(x, z);
        cubes += given.empty() ? 0 : 1;
        for (std::size_t q = 0; q < given.size(); ++q) {
          auto const at = static_cast<std::size_t>(paths.players[paths.player_begin[l] + q] * rows.stride + row);
          expected[at] += given[q] * static_cast<long double>(paths.value[l]) / 40.0L;
        }
      }
    }
  }
  EXPECT_GT(cubes, 100);
  on_each_simd_target([&] {
    for (std::size_t const budget : {kPatternBudget, std::size_t{1}}) {
      std::vector<double> const found = run(paths, shape, TableKind::kInterventional, background, rows, budget);
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (static_cast<std::int64_t>(i) % rows.stride >= rows.rows) continue;
        ASSERT_TRUE(std::abs(static_cast<long double>(found[i]) - expected[i]) <= 1e-13L) << i;
      }
    }
  });
}

TEST(DistinctPatternsOf, SeveralWordsLieInPlanes) {
  Random random(16);
  PathShape const shape{.leaves = 3, .min_players = 130, .max_players = 190, .players = 200};
  LeafPaths const paths = wide_paths(shape, random);
  RandomBins const background = mostly_passing(shape, 300, random);
  DistinctPatterns const found = distinct_patterns(paths.view(), background.view(), 0);
  ASSERT_EQ(found.words, 3);
  for (std::int64_t leaf = 0; leaf < 3; ++leaf) {
    std::map<std::vector<std::uint64_t>, std::uint64_t> expected;
    for (std::int64_t b = 0; b < background.rows; ++b) {
      auto const word = [&](std::int32_t w) { return path_pattern_word(paths.view(), leaf, background.view(), b, w); };
      ++expected[{word(0), word(1), word(2)}];
    }
    auto const l = static_cast<std::size_t>(leaf);
    std::map<std::vector<std::uint64_t>, std::uint64_t> counted;
    for (std::uint64_t e = found.begin[l]; e < found.begin[l + 1]; ++e) {
      PatternCountsView const view = found.view();
      counted[{view.word(leaf, e, 0), view.word(leaf, e, 1), view.word(leaf, e, 2)}] = found.counts[e];
    }
    EXPECT_EQ(counted, expected);
  }
}

TEST(DistinctPatternsOf, AreSortedAndCounted) {
  Random random(13);
  LeafPaths const paths = random_paths({.leaves = 9, .min_players = 9, .max_players = 30, .players = 40}, random);
  RandomBins const background(80, 333, random);
  on_each_simd_target([&] {
    DistinctPatterns const found = distinct_patterns(paths.view(), background.view(), 2);
    ASSERT_EQ(found.leaf_end, 9);
    for (std::int64_t leaf = 2; leaf < 9; ++leaf) {
      std::map<std::uint64_t, std::uint32_t> expected;
      for (std::int64_t b = 0; b < 333; ++b) ++expected[path_pattern(paths.view(), leaf, background.view(), b)];
      std::size_t e = found.begin[static_cast<std::size_t>(leaf - 2)];
      for (auto const& [pattern, count] : expected) {
        EXPECT_EQ(found.patterns[e], pattern);
        EXPECT_EQ(found.counts[e], count);
        ++e;
      }
      EXPECT_EQ(e, found.begin[static_cast<std::size_t>(leaf - 1)]);
    }
  });
}

TEST(DistinctPatternsOf, AddUpWeightsAndLeaveOutRowsWithout) {
  Random random(14);
  LeafPaths const paths = random_paths({.leaves = 3, .min_players = 9, .max_players = 12, .players = 20}, random);
  RandomBins const background(40, 200, random);
  std::vector<std::uint64_t> units;
  for (std::int64_t b = 0; b < background.rows; ++b) units.push_back(b % 3 == 0 ? 0 : std::uint64_t{1} << (b % 40));
  on_each_simd_target([&] {
    DistinctPatterns const found =
        distinct_patterns(paths.view(), background.view(), 0, kPatternBudget, {units.data(), 1});
    for (std::int64_t leaf = 0; leaf < 3; ++leaf) {
      std::map<std::uint64_t, std::uint64_t> expected;
      for (std::int64_t b = 0; b < background.rows; ++b) {
        if (b % 3 == 0) continue;
        expected[path_pattern(paths.view(), leaf, background.view(), b)] += units[static_cast<std::size_t>(b)];
      }
      std::map<std::uint64_t, std::uint64_t> sums;
      for (auto e = found.begin[static_cast<std::size_t>(leaf)]; e < found.begin[static_cast<std::size_t>(leaf) + 1];
           ++e) {
        sums[found.patterns[e]] = found.counts[e];
      }
      EXPECT_EQ(sums, expected);
    }
  });
}

}  // namespace
}  // namespace limpid
