/// The order in which a background row's players take the bits of a design. A design is one per number of players V,
/// whichever players they are, so every background row z sorts its players by a key of its own: then the errors of a
/// row's pairs (row, z) are independent, and their mean falls with the root of the number of pairs. Estimators that
/// treat all players alike (wls, isotropic gp) give the same operator for every order.
///
/// Bits: of the V live players of the pair, the one with the smallest (key, player index) is bit 0 of word 0, the next
/// bit 1, ...; bit i is bit i % 64 of word i / 64. Keys do not depend on which players live, so leaving players out
/// keeps the order of the others.
#pragma once

#include <cstdint>

#include "kernels/philox.h"
#include "limpid/platform.h"

namespace limpid {

/// A stream apart from those of the designs, whose last word is their number of players.
inline constexpr std::uint32_t kPlayerOrderStream = 0xFFFFFFFF;

/// Where the player stands in the order of background row z, counted over the whole background.
[[nodiscard]] LIMPID_HD constexpr std::uint64_t player_key(std::uint64_t seed, std::int64_t z,
                                                           std::uint32_t player) noexcept {
  auto const row = static_cast<std::uint64_t>(z);
  auto const drawn =
      philox({player, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row >> 32U), kPlayerOrderStream},
             {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)});
  return static_cast<std::uint64_t>(drawn.y) << 32U | drawn.x;
}

/// Whether a player with (key_a, a) comes before one with (key_b, b).
[[nodiscard]] LIMPID_HD constexpr bool comes_before(std::uint64_t key_a, std::uint32_t a, std::uint64_t key_b,
                                                    std::uint32_t b) noexcept {
  return key_a != key_b ? key_a < key_b : a < b;
}

}  // namespace limpid
