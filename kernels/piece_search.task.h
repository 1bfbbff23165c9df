/// Which of the pieces of a batch an index belongs to.
#pragma once

#include <cstdint>

#include "limpid/platform.h"

namespace limpid {

/// The last of `count` pieces that starts at or before `at`. REQUIRES: they are sorted by Start, the first is not
/// behind `at`.
template <auto Start, class Piece>
[[nodiscard]] LIMPID_HD std::int64_t piece_at(Piece const* pieces, std::int64_t count, std::int64_t at) noexcept {
  std::int64_t low = 0;
  std::int64_t high = count;
  while (high - low > 1) {
    std::int64_t const middle = low + (high - low) / 2;
    if (pieces[middle].*Start <= at) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace limpid
