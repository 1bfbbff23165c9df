/// The pattern of one row on one leaf path as the margin methods use it.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/leaf_patterns.task.h"
#include "limpid/platform.h"

namespace limpid {

[[nodiscard]] LIMPID_HD constexpr std::int32_t path_players(PathsView const& paths, std::int64_t leaf) noexcept {
  return static_cast<std::int32_t>(paths.player_begin[leaf + 1] - paths.player_begin[leaf]);
}

/// N, the bits of a pattern: K, one per player, unless leaves are folded (compile/fold_leaves.h).
[[nodiscard]] LIMPID_HD constexpr std::int32_t path_bits(PathsView const& paths, std::int64_t leaf) noexcept {
  return paths.tests[paths.test_begin[leaf + 1] - 1].player + 1;  // tests are sorted by bit, every bit has one
}

/// Bits below N only; the bits above are 0 here, so that the pattern indexes a table.
[[nodiscard]] LIMPID_HD inline std::uint64_t path_pattern(PathsView const& paths, std::int64_t leaf,
                                                          BinsView const& bins, std::int64_t row) noexcept {
  return pattern_of(paths, leaf, bins, row) & (~std::uint64_t{0} >> (64 - path_bits(paths, leaf)));
}

[[nodiscard]] LIMPID_HD constexpr std::int32_t count_bits(std::uint64_t v) noexcept {
  v = v - ((v >> 1) & 0x5555555555555555u);
  v = (v & 0x3333333333333333u) + ((v >> 2) & 0x3333333333333333u);
  v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return static_cast<std::int32_t>((v * 0x0101010101010101u) >> 56);
}

}  // namespace limpid
