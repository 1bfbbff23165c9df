/// Leaf paths and bins drawn directly, without trees: any K, several tests per player, circular intervals.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compile/compiled_model.h"
#include "reference/random_model.h"

namespace limpid {

struct PathShape {
  std::int32_t leaves = 10;
  std::int32_t min_players = 1;  ///< smallest K
  std::int32_t max_players = 8;  ///< largest K
  std::int32_t players = 12;     ///< P; player p tests column p, or sometimes P + p too
  std::int32_t outputs = 1;
  std::int32_t block_leaves = kBlockLeaves;
};

/// Bins of rows: the two columns of a player, [2P x stride].
struct RandomBins {
  std::vector<std::uint8_t> data;
  std::int64_t rows = 0;
  std::int64_t stride = 0;

  RandomBins(std::int32_t columns, std::int64_t count, reference::Random& random)
      : rows(count), stride((count + 63) / 64 * 64) {
    data.resize(static_cast<std::size_t>(columns * stride));
    for (auto& bin : data) bin = static_cast<std::uint8_t>(random.chance(0.05) ? kMissingBin : random.below(20));
  }
  [[nodiscard]] BinsView view() const noexcept { return {data.data(), rows, stride}; }
};

/// One path of K players, appended.
inline void append_path(PathShape const& shape, std::int32_t k, std::uint32_t output, reference::Random& random,
                        LeafPaths& paths) {
  std::vector<std::uint32_t> all(static_cast<std::size_t>(shape.players));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
  for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
    std::swap(all[i], all[i + static_cast<std::size_t>(random.below(static_cast<std::int32_t>(all.size() - i)))]);
  }
  for (std::int32_t q = 0; q < k; ++q) {
    std::uint32_t const player = all[static_cast<std::size_t>(q)];
    paths.players.push_back(player);
    paths.cover_ratio.push_back(random.chance(0.1) ? 0.0 : random.uniform());
    std::int32_t const tests = random.chance(0.15) ? 2 : 1;
    for (std::int32_t t = 0; t < tests; ++t) {
      Test test;
      test.column = player + static_cast<std::uint32_t>(t * shape.players);
      test.lo = static_cast<std::uint8_t>(random.chance(0.2) ? 255 : random.below(12));
      test.width = static_cast<std::uint8_t>(4 + random.below(14));
      test.player = static_cast<std::uint8_t>(q);
      paths.tests.push_back(test);
    }
  }
  paths.test_begin.push_back(static_cast<std::uint32_t>(paths.tests.size()));
  paths.player_begin.push_back(static_cast<std::uint32_t>(paths.players.size()));
  paths.table_begin.push_back(paths.table_begin.back() +
                              (k <= kMaxShortPlayers ? static_cast<std::uint64_t>(k) << k : 0u));
  paths.value.push_back(2.0 * random.uniform() - 1.0);
  paths.fixed.push_back(0);
  paths.output.push_back(output);
}

/// Blocks of one output, inside each block sorted by K.
inline LeafPaths random_paths(PathShape const& shape, reference::Random& random) {
  LeafPaths paths;
  for (std::uint32_t g = 0; g < static_cast<std::uint32_t>(shape.outputs); ++g) {
    for (std::int32_t begin = 0; begin < shape.leaves; begin += shape.block_leaves) {
      std::vector<std::int32_t> sizes(static_cast<std::size_t>(std::min(shape.block_leaves, shape.leaves - begin)));
      for (auto& k : sizes) k = shape.min_players + random.below(shape.max_players - shape.min_players + 1);
      std::sort(sizes.begin(), sizes.end());
      LeafBlock block;
      block.begin = static_cast<std::uint32_t>(paths.leaves());
      block.output = g;
      block.player_begin = static_cast<std::uint32_t>(paths.block_players.size());
      std::size_t const first_player = paths.players.size();
      for (std::int32_t const k : sizes) append_path(shape, k, g, random, paths);
      block.end = static_cast<std::uint32_t>(paths.leaves());
      std::vector<std::uint32_t> seen(paths.players.begin() + static_cast<std::ptrdiff_t>(first_player),
                                      paths.players.end());
      std::sort(seen.begin(), seen.end());
      seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
      paths.block_players.insert(paths.block_players.end(), seen.begin(), seen.end());
      block.player_end = static_cast<std::uint32_t>(paths.block_players.size());
      paths.blocks.push_back(block);
    }
  }
  return paths;
}

/// Bins that pass the tests of wide_paths nearly always, so that pairs of rows are alive on many players.
inline RandomBins mostly_passing(PathShape const& shape, std::int64_t count, reference::Random& random) {
  RandomBins bins(2 * shape.players, count, random);
  for (auto& bin : bins.data) bin = static_cast<std::uint8_t>(random.chance(0.02) ? 200 : 12);
  return bins;
}

inline LeafPaths wide_paths(PathShape const& shape, reference::Random& random) {
  LeafPaths paths = random_paths(shape, random);
  for (Test& test : paths.tests) {
    test.lo = 5;
    test.width = 10;
  }
  return paths;
}

}  // namespace limpid
