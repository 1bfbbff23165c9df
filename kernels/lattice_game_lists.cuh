/// The pairs of a slice of lattice_game, on lists by where they are played, and their mean.
#pragma once

#include <cstdint>

#include "kernels/lattice_game.h"
#include "kernels/launch.cuh"

namespace limpid::lattice {

/// Pairs by where they are played.
enum Place : std::int32_t { kOnSmallWarps, kOnWarps, kInSmallShared, kInShared, kInGlobal, kPlaces };

/// The live players of the pairs of a slice, and the pairs of every place.
struct PairLists {
  std::int32_t* live = nullptr;     ///< [pairs] V
  std::uint32_t* marks = nullptr;   ///< [pairs x words] live players, a bit each
  std::int32_t* list = nullptr;     ///< [kPlaces x pairs]
  std::int32_t* count = nullptr;    ///< [kPlaces]
  std::int64_t pairs = 0;           ///< of the slice at hand
  std::int32_t words = 0;           ///< P / 32
  std::int32_t most[kPlaces] = {};  ///< largest V of a place, ascending
};

/// Adds the pair to the list of its size; above every size, to none.
__device__ inline void enlist(PairLists const& lists, std::int64_t pair, std::int32_t live) {
  for (int place = 0; place < kPlaces; ++place) {
    if (live > lists.most[place]) continue;
    lists.list[place * lists.pairs + atomicAdd(&lists.count[place], 1)] = static_cast<std::int32_t>(pair);
    return;
  }
}

/// One value of a row of the slice, vector (output, player), over its pairs in order. Pairs above the limit, or of no
/// player, add nothing. live [pairs], pair_values [pairs x G x P].
__device__ inline void mean_over_pairs(LatticeGameArgs const& args, std::int64_t first_row, std::int64_t row,
                                       std::int64_t vector, std::int32_t const* live, double const* pair_values) {
  std::int64_t const vectors = std::int64_t{args.outputs} * args.players;
  double& value = args.values[vector * args.value_stride + first_row + row];
  double sum = args.continues() ? value : 0.0;
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    std::int64_t const pair = row * args.background_rows + z;
    if (live[pair] != 0 && live[pair] <= args.max_players) sum += args.weight(z) * pair_values[pair * vectors + vector];
  }
  value = sum / args.divisor();
}

}  // namespace limpid::lattice
