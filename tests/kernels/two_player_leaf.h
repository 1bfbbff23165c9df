/// A leaf for players 0 and 1, bin 0 <= 3 and bin 1 <= 5, with a background of patterns 00, 01, 11, 11 (player 0 is the
/// low bit): what tables are worked out for by hand.
#pragma once

#include <cstdint>
#include <vector>

#include "compile/compiled_model.h"

namespace limpid {

inline LeafPaths two_player_leaf(double value, std::uint64_t table_size) {
  LeafPaths paths;
  paths.tests = {{0, 0, 3, 0, 0}, {1, 0, 5, 1, 0}};
  paths.test_begin = {0, 2};
  paths.players = {0, 1};
  paths.player_begin = {0, 2};
  paths.table_begin = {0, table_size};
  paths.value = {value};
  paths.fixed = {0};
  paths.cover_ratio = {0.5, 0.25};
  paths.output = {0};
  paths.blocks = {{0, 1, 0, 0, 2}};
  paths.block_players = {0, 1};
  return paths;
}

/// [2 x 64] bins of the four background rows.
inline std::vector<std::uint8_t> two_player_background() {
  std::vector<std::uint8_t> bins(128, 9);
  std::uint8_t const first[] = {9, 1, 1, 3};
  std::uint8_t const second[] = {9, 9, 5, 2};
  for (std::size_t b = 0; b < 4; ++b) {
    bins[b] = first[b];
    bins[64 + b] = second[b];
  }
  return bins;
}

}  // namespace limpid
