/// The pairs of a slice of lattice_game, on lists by where they are played.
#pragma once

#include <cstdint>

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

}  // namespace limpid::lattice
