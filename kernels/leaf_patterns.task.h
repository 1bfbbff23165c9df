/// leaf_patterns for one leaf and one row.
#pragma once

#include "kernels/bin_test.task.h"
#include "kernels/leaf_patterns.h"

namespace limpid {

/// Bit q: the row passes all tests of the path's q-th player; unused bits are 1.
LIMPID_HD inline std::uint64_t pattern_of(PathsView const& paths, std::int64_t leaf, BinsView const& bins,
                                          std::int64_t r) noexcept {
  std::uint64_t failed = 0;
  for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
    Test const& test = paths.tests[t];
    failed |= static_cast<std::uint64_t>(!passes(test, bin_of(bins, test, r))) << test.player;
  }
  return ~failed;
}

struct LeafPatternsTask {
  LeafPatternsArgs args;

  /// leaf in [0, byte_stride): short paths, then padding
  LIMPID_HD void byte(std::int64_t leaf, std::int64_t r) const noexcept {
    args.bytes[r * args.byte_stride + leaf] =
        leaf < args.short_paths.leaves
            ? static_cast<std::uint8_t>(pattern_of(args.short_paths, leaf, args.bins, r) & 0xFFU)
            : std::uint8_t{0};
  }
  /// leaf in [0, long leaves)
  LIMPID_HD void word(std::int64_t leaf, std::int64_t r) const noexcept {
    args.words[r * args.long_paths.leaves + leaf] = pattern_of(args.long_paths, leaf, args.bins, r);
  }
};

}  // namespace limpid
