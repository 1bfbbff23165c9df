/// sampled_game for one coalition of one pair: the definition, which the SIMD lanes follow to the bit.
#pragma once

#include <cstdint>

#include "kernels/lattice_game.task.h"
#include "kernels/sampled_game.h"

namespace limpid::sampled {

/// A cube (A, B) on the pair's own players: with both = A | B, coalition S is in it iff S and A agree on `both`, and
/// the complement of S iff S and B do. One load serves both halves of a pair.
template <class Mask>
LIMPID_HD constexpr bool contains(Mask coalition, Mask side, Mask both) noexcept {
  return ((coalition ^ side) & both) == 0;
}

/// The same on `words` words.
LIMPID_HD inline bool contains(std::uint64_t const* coalition, std::uint64_t const* side, std::uint64_t const* both,
                               std::int32_t words) noexcept {
  for (std::int32_t w = 0; w < words; ++w) {
    if (!contains(coalition[w], side[w], both[w])) return false;
  }
  return true;
}

/// Integer margins of a coalition and its complement. `inside`, `outside`, `both` [cubes x words].
struct Margins {
  std::uint64_t coalition = 0;
  std::uint64_t complement = 0;
};
LIMPID_HD inline Margins margins_of(std::uint64_t const* coalition, std::uint64_t const* inside,
                                    std::uint64_t const* outside, std::uint64_t const* both,
                                    std::uint64_t const* values, std::int64_t cubes, std::int32_t words) noexcept {
  Margins sum;
  for (std::int64_t c = 0; c < cubes; ++c) {
    std::int64_t const at = c * words;
    if (contains(coalition, inside + at, both + at, words)) sum.coalition += values[c];
    if (contains(coalition, outside + at, both + at, words)) sum.complement += values[c];
  }
  return sum;
}

}  // namespace limpid::sampled
