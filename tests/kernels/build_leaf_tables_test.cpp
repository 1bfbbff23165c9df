#include "kernels/build_leaf_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/build_leaf_tables.task.h"
#include "kernels/each_simd_target.h"
#include "kernels/leaf_game.h"
#include "kernels/random_paths.h"
#include "kernels/two_player_leaf.h"

namespace limpid {
namespace {

using reference::Random;

std::vector<float> build(LeafPaths const& paths, TableKind kind, BinsView const& background) {
  std::vector<float> tables(paths.table_size(), std::nanf(""));
  build_leaf_tables_cpu({paths.view(), kind, background, 0, paths.leaves(), tables.data()});
  return tables;
}

TEST(BuildLeafTables, InterventionalMatchesHandWorkedTable) {
  std::vector<std::uint8_t> const bins = two_player_background();

  std::vector<float> const tables = build(two_player_leaf(2.0, 8), TableKind::kInterventional, {bins.data(), 4, 64});

  // a = 00: b = 11 twice, B = {0, 1}: -1/2 each. a = 01: b = 11 twice, B = {1}: -1. (b = 10 does not occur.)
  // a = 10: b = 01 once, A = {1}, B = {0}: +1/2, -1/2; b = 11 twice, B = {0}: -1. a = 11: b = 00: A = {0, 1}: +1/2
  // each; b = 01: A = {1}: +1. All times 2 / 4.
  std::vector<float> const expected = {-0.5F, 0.0F, -1.25F, 0.25F, -0.5F, -1.0F, 0.25F, 0.75F};
  EXPECT_EQ(tables, expected);
}

TEST(BuildLeafTables, PathDependentMatchesHandWorkedTable) {
  std::vector<float> const tables = build(two_player_leaf(2.0, 8), TableKind::kPathDependent, {});

  // phi_0 = (a_0 - 1/2) (a_1 + 1/4) / 2, phi_1 = (a_1 - 1/4) (a_0 + 1/2) / 2, times 2.
  std::vector<float> const expected = {-0.125F, 0.125F, -0.625F, 0.625F, -0.125F, -0.375F, 0.375F, 1.125F};
  ASSERT_EQ(tables.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(tables[i], expected[i], 1e-7F) << i;
}

TEST(BuildLeafTables, EntriesAreTheShapleyValuesOfTheLeafGame) {
  Random random(7);
  LeafPaths const paths = random_paths({.leaves = 60}, random);
  RandomBins const background(24, 37, random);
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    std::vector<float> const tables = build(paths, kind, background.view());
    for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
      std::int32_t const k = path_players(paths.view(), leaf);
      std::vector<std::uint64_t> patterns;
      for (std::int64_t b = 0; b < background.rows; ++b) {
        patterns.push_back(path_pattern(paths.view(), leaf, background.view(), b));
      }
      double const* ratio = paths.cover_ratio.data() + paths.player_begin[static_cast<std::size_t>(leaf)];
      for (std::uint64_t a = 0; a < (std::uint64_t{1} << k); ++a) {
        std::vector<double> const phi = shapley_by_definition(k, [&](std::uint64_t s) {
          return kind == TableKind::kInterventional ? interventional_game(k, a, patterns, s)
                                                    : path_dependent_game(k, a, ratio, s);
        });
        for (std::int32_t q = 0; q < k; ++q) {
          double const expected = paths.value[static_cast<std::size_t>(leaf)] * phi[static_cast<std::size_t>(q)];
          double const found =
              tables[paths.table_begin[static_cast<std::size_t>(leaf)] + (static_cast<std::uint64_t>(q) << k) + a];
          EXPECT_TRUE(std::abs(found - expected) <= 1e-7) << "leaf " << leaf << " q " << q << " a " << a;
        }
      }
    }
  }
}

TEST(BuildLeafTables, EveryTargetAndEverySliceGivesTheBitsOfTheTask) {
  Random random(8);
  LeafPaths const paths = random_paths({.leaves = 200}, random);
  for (std::int64_t const rows : {1, 31, 63, 64, 65, 1000}) {
    RandomBins const background(24, rows, random);
    std::vector<float> expected(paths.table_size());
    std::vector<float> ratios(paths.table_size());
    for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
      auto const l = static_cast<std::size_t>(leaf);
      std::int32_t const k = path_players(paths.view(), leaf);
      std::uint32_t counts[1U << kMaxShortPlayers] = {};
      for (std::int64_t b = 0; b < rows; ++b) ++counts[path_pattern(paths.view(), leaf, background.view(), b)];
      InterventionalEntryTask<std::uint32_t> const entry{short_constants(), counts, k,
                                                         static_cast<std::uint64_t>(rows)};
      PathDependentEntryTask const ratio{short_constants(), paths.cover_ratio.data() + paths.player_begin[l], k};
      for (std::int32_t q = 0; q < k; ++q) {
        for (std::uint32_t a = 0; a < (1U << k); ++a) {
          std::size_t const at = paths.table_begin[l] + (static_cast<std::size_t>(q) << k) + a;
          expected[at] = static_cast<float>(paths.value[l] * entry(q, a));
          ratios[at] = static_cast<float>(paths.value[l] * ratio(q, a));
        }
      }
    }
    on_each_simd_target([&] {
      EXPECT_EQ(build(paths, TableKind::kInterventional, background.view()), expected);
      EXPECT_EQ(build(paths, TableKind::kPathDependent, {}), ratios);
      std::vector<float> slices(paths.table_size());
      for (std::int64_t leaf = 0; leaf < paths.leaves(); leaf += 7) {
        build_leaf_tables_cpu({paths.view(), TableKind::kInterventional, background.view(), leaf,
                               std::min(leaf + 7, paths.leaves()), slices.data()});
      }
      EXPECT_EQ(slices, expected);
    });
  }
}

TEST(BuildLeafTables, EveryTargetGivesTheBitsOfTheTaskWithWeights) {
  Random random(9);
  LeafPaths const paths = random_paths({.leaves = 60}, random);
  for (std::int64_t const rows : {1, 63, 64, 65, 200}) {
    RandomBins const background(24, rows, random);
    std::vector<std::uint64_t> units;
    std::uint64_t total = 0;
    for (std::int64_t b = 0; b < rows; ++b) {  // above 32 bits
      units.push_back(static_cast<std::uint64_t>(random.uniform() * 0x1p44));
      total += units.back();
    }
    std::vector<float> expected(paths.table_size());
    for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
      auto const l = static_cast<std::size_t>(leaf);
      std::int32_t const k = path_players(paths.view(), leaf);
      std::uint64_t counts[1U << kMaxShortPlayers] = {};
      for (std::int64_t b = 0; b < rows; ++b) {
        counts[path_pattern(paths.view(), leaf, background.view(), b)] += units[static_cast<std::size_t>(b)];
      }
      InterventionalEntryTask<std::uint64_t> const entry{short_constants(), counts, k, total};
      for (std::int32_t q = 0; q < k; ++q) {
        for (std::uint32_t a = 0; a < (1U << k); ++a) {
          std::size_t const at = paths.table_begin[l] + (static_cast<std::size_t>(q) << k) + a;
          expected[at] = static_cast<float>(paths.value[l] * entry(q, a));
        }
      }
    }
    on_each_simd_target([&] {
      std::vector<float> tables(paths.table_size(), std::nanf(""));
      BuildLeafTablesArgs args{paths.view(), TableKind::kInterventional, background.view(), 0, paths.leaves(),
                               tables.data()};
      args.weights = {units.data(), total};
      build_leaf_tables_cpu(args);
      EXPECT_EQ(tables, expected);
    });
  }
}

TEST(ShapleyConstants, RulesIntegratePolynomialsExactly) {
  for (std::int32_t n = 1; n <= LongConstants::kPoints; ++n) {
    std::vector<double> node(static_cast<std::size_t>(n));
    std::vector<double> weight(static_cast<std::size_t>(n));
    gauss_legendre(n, node.data(), weight.data());
    for (std::int32_t degree = 0; degree < 2 * n; ++degree) {
      double sum = 0.0;
      for (std::size_t i = 0; i < node.size(); ++i) sum += weight[i] * std::pow(node[i], degree);
      EXPECT_TRUE(std::abs(sum * (degree + 1) - 1.0) <= 2e-15 * (degree + 1)) << n << " points, degree " << degree;
    }
  }
  double node[3];
  double weight[3];
  gauss_legendre(3, node, weight);  // (1 -+ sqrt(3/5)) / 2 and 5/18, 4/9, 5/18
  EXPECT_DOUBLE_EQ(node[0], 0.11270166537925831);
  EXPECT_DOUBLE_EQ(node[1], 0.5);
  EXPECT_DOUBLE_EQ(node[2], 0.88729833462074169);
  EXPECT_DOUBLE_EQ(weight[0], 5.0 / 18.0);
  EXPECT_DOUBLE_EQ(weight[1], 4.0 / 9.0);
}

TEST(ShapleyConstants, WeightsAreTheFactorials) {
  EXPECT_EQ(shapley_weight(0, 3), 0.0);
  EXPECT_EQ(shapley_weight(1, 0), 1.0);
  EXPECT_DOUBLE_EQ(shapley_weight(2, 1), 1.0 / 6.0);    // 1! 1! / 3!
  EXPECT_DOUBLE_EQ(shapley_weight(3, 2), 4.0 / 120.0);  // 2! 2! / 5!
  for (std::int32_t n = 1; n <= kMaxLongPlayers; ++n) {
    for (std::int32_t s = 1; s <= n; ++s) {
      double const expected = std::exp(std::lgamma(s) + std::lgamma(n - s + 1) - std::lgamma(n + 1));
      EXPECT_TRUE(std::abs(shapley_weight(s, n - s) / expected - 1.0) <= 1e-12) << s << " " << n - s;
    }
  }
}

}  // namespace
}  // namespace limpid
