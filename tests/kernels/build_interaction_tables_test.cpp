#include "kernels/build_interaction_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/build_interaction_tables.task.h"
#include "kernels/each_simd_target.h"
#include "kernels/leaf_game.h"
#include "kernels/random_paths.h"
#include "kernels/two_player_leaf.h"
#include "reference/interactions.h"

namespace limpid {
namespace {

using reference::Random;

std::vector<float> build(LeafPaths const& paths, TableKind kind, BinsView const& background,
                         WeightsView const& weights = {}) {
  std::vector<float> tables(paths.table_size(), std::nanf(""));
  BuildLeafTablesArgs args{paths.view(), kind, background, 0, paths.leaves(), tables.data()};
  args.weights = weights;
  build_interaction_tables_cpu(args);
  return tables;
}

/// Random paths whose table_begin counts pair tables.
LeafPaths pair_paths(PathShape const& shape, Random& random) {
  LeafPaths paths = random_paths(shape, random);
  for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
    auto const l = static_cast<std::size_t>(leaf);
    paths.table_begin[l + 1] = paths.table_begin[l] + pair_table_size(path_players(paths.view(), leaf));
  }
  return paths;
}

TEST(BuildInteractionTables, InterventionalMatchesHandWorkedTable) {
  std::vector<std::uint8_t> const bins = two_player_background();

  std::vector<float> const tables = build(two_player_leaf(4.0, 4), TableKind::kInterventional, {bins.data(), 4, 64});

  // a = 00: b = 11 twice, both in B: +1. a = 01: b = 11: player 1 alone in B: no pair; b = 10 does not occur.
  // a = 10: b = 01 once: 1 in A, 0 in B: -1. a = 11: b = 00 once: both in A: +1. Half of each, times 4 / 4.
  EXPECT_EQ(tables, (std::vector<float>{1.0F, 0.0F, -0.5F, 0.5F}));
}

TEST(BuildInteractionTables, PathDependentMatchesHandWorkedTable) {
  // (a_0 - 1/2) (a_1 - 1/4) / 2, times 4.
  EXPECT_EQ(build(two_player_leaf(4.0, 4), TableKind::kPathDependent, {}),
            (std::vector<float>{0.25F, -0.25F, -0.75F, 0.75F}));
}

TEST(BuildInteractionTables, EntriesAreTheInteractionsOfTheLeafGame) {
  Random random(17);
  LeafPaths const paths = pair_paths({.leaves = 40, .max_players = 6}, random);
  RandomBins const background(24, 37, random);
  for (TableKind const kind : {TableKind::kInterventional, TableKind::kPathDependent}) {
    std::vector<float> const tables = build(paths, kind, background.view());
    for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
      auto const l = static_cast<std::size_t>(leaf);
      std::int32_t const k = path_players(paths.view(), leaf);
      std::vector<std::uint64_t> patterns;
      for (std::int64_t b = 0; b < background.rows; ++b) {
        patterns.push_back(path_pattern(paths.view(), leaf, background.view(), b));
      }
      double const* ratio = paths.cover_ratio.data() + paths.player_begin[l];
      for (std::uint64_t a = 0; a < (std::uint64_t{1} << k); ++a) {
        std::vector<double> const all = reference::interaction_values(k, [&](std::uint64_t s) {
          return kind == TableKind::kInterventional ? interventional_game(k, a, patterns, s)
                                                    : path_dependent_game(k, a, ratio, s);
        });
        for (std::int32_t q = 0; q < k; ++q) {
          for (std::int32_t r = q + 1; r < k; ++r) {
            double const expected = paths.value[l] * all[static_cast<std::size_t>(pair_index(k, q, r))];
            double const found =
                tables[paths.table_begin[l] + (static_cast<std::uint64_t>(path_pair(k, q, r)) << k) + a];
            ASSERT_TRUE(std::abs(found - expected) <= 1e-7) << "leaf " << leaf << " " << q << " " << r << " a " << a;
          }
        }
      }
    }
  }
}

/// [all tables] entry(leaf, q, r, a)
template <class Entry>
std::vector<float> by_entry(LeafPaths const& paths, Entry const& entry) {
  std::vector<float> tables;
  for (std::int64_t leaf = 0; leaf < paths.leaves(); ++leaf) {
    std::int32_t const k = path_players(paths.view(), leaf);
    for (std::int32_t q = 0; q < k; ++q) {
      for (std::int32_t r = q + 1; r < k; ++r) {
        for (std::uint32_t a = 0; a < (1U << k); ++a) {
          double const value = paths.value[static_cast<std::size_t>(leaf)];
          tables.push_back(static_cast<float>(value * entry(leaf, q, r, a)));
        }
      }
    }
  }
  return tables;
}

/// What the task makes of the background's units of weight.
std::vector<float> by_task(LeafPaths const& paths, RandomBins const& background,
                           std::vector<std::uint64_t> const& units, std::uint64_t total) {
  std::vector<std::uint64_t> counts;
  std::int64_t counted = -1;
  return by_entry(paths, [&](std::int64_t leaf, std::int32_t q, std::int32_t r, std::uint32_t a) {
    if (leaf != counted) {
      counts.assign(1U << kMaxShortPlayers, 0);
      for (std::int64_t b = 0; b < background.rows; ++b) {
        counts[path_pattern(paths.view(), leaf, background.view(), b)] += units[static_cast<std::size_t>(b)];
      }
      counted = leaf;
    }
    std::int32_t const k = path_players(paths.view(), leaf);
    return InterventionalPairTask<std::uint64_t>{short_constants(), counts.data(), k, total}(q, r, a);
  });
}

TEST(BuildInteractionTables, EveryTargetGivesTheBitsOfTheTask) {
  Random random(18);
  LeafPaths const paths = pair_paths({.leaves = 50}, random);
  std::vector<float> const ratios =
      by_entry(paths, [&](std::int64_t leaf, std::int32_t q, std::int32_t r, std::uint32_t a) {
        double const* ratio = paths.cover_ratio.data() + paths.player_begin[static_cast<std::size_t>(leaf)];
        return PathDependentPairTask{short_constants(), ratio, path_players(paths.view(), leaf)}(q, r, a);
      });
  for (std::int64_t const rows : {1, 64, 65, 300}) {
    RandomBins const background(24, rows, random);
    std::vector<std::uint64_t> const ones(static_cast<std::size_t>(rows), 1);
    std::vector<std::uint64_t> units;
    std::uint64_t total = 0;
    for (std::int64_t b = 0; b < rows; ++b) {  // above 32 bits
      units.push_back(static_cast<std::uint64_t>(random.uniform() * 0x1p44));
      total += units.back();
    }
    auto const plain = by_task(paths, background, ones, static_cast<std::uint64_t>(rows));
    auto const weighted = by_task(paths, background, units, total);
    on_each_simd_target([&] {
      EXPECT_EQ(build(paths, TableKind::kInterventional, background.view()), plain);
      EXPECT_EQ(build(paths, TableKind::kInterventional, background.view(), {units.data(), total}), weighted);
      EXPECT_EQ(build(paths, TableKind::kPathDependent, {}), ratios);
    });
  }
}

}  // namespace
}  // namespace limpid
