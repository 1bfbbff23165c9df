/// summarise for one block of rows and one vector of values.
#pragma once

#include "kernels/summarise.h"
#include "limpid/platform.h"

namespace limpid {

/// |value|
LIMPID_HD constexpr double magnitude(double value) noexcept { return value < 0.0 ? -value : value; }

struct SummariseTask {
  SummariseArgs args;

  LIMPID_HD void operator()(std::int64_t block, std::int64_t n) const noexcept {
    std::int64_t const begin = block * kSummaryRows;
    std::int64_t const end = begin + kSummaryRows < args.rows ? begin + kSummaryRows : args.rows;
    double sum = 0.0;
    for (std::int64_t r = begin; r < end; ++r) sum += magnitude(args.values[n * args.value_stride + r]);
    args.sums[block * args.vectors + n] = sum;
  }
};

}  // namespace limpid
