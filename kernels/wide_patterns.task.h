/// wide_patterns for one leaf and one row.
#pragma once

#include "kernels/bin_test.task.h"
#include "kernels/wide_patterns.h"

namespace limpid {

struct WidePatternsTask {
  WidePatternsArgs args;

  LIMPID_HD void operator()(std::int64_t leaf, std::int64_t r) const noexcept {
    WidePattern failed;
    for (std::uint32_t t = args.paths.test_begin[leaf]; t < args.paths.test_begin[leaf + 1]; ++t) {
      Test const& test = args.paths.tests[t];
      bool const fails = !passes(test, bin_of(args.bins, test, r));
      failed.word[test.player / 64] |= static_cast<std::uint64_t>(fails) << (test.player % 64);
    }
    args.patterns[r * args.paths.leaves + leaf] = ~failed;
  }
};

}  // namespace limpid
