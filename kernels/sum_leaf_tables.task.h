/// One leaf for one row: the pattern, then one look-up per player.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/path_pattern.h"
#include "limpid/platform.h"

namespace limpid {

/// phi[player] += T[q][a] in float, for the leaves of one block in order; then the caller adds the block's sums to
/// the values in double, block after block. A player that no leaf of the block has is not touched.
struct SumLeafTablesTask {
  PathsView paths;
  float const* tables;
  BinsView bins;

  LIMPID_HD void operator()(std::int64_t leaf, std::int64_t row, float* phi) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::int32_t const bits = path_bits(paths, leaf);
    std::uint64_t const a = path_pattern(paths, leaf, bins, row);
    float const* table = tables + paths.table_begin[leaf];
    for (std::int32_t q = 0; q < players; ++q) {
      phi[paths.players[paths.player_begin[leaf] + static_cast<std::uint32_t>(q)]] +=
          table[(static_cast<std::uint64_t>(q) << bits) + a];
    }
  }
};

}  // namespace limpid
