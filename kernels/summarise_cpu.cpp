// summarise on the CPU: the order of the rows is part of the answer, so lanes would have to be vectors of values, a
// whole chunk apart in memory. Eight vectors side by side are eight independent chains of additions instead, which
// hides the latency of each; what is left is reading the values once.
#include <algorithm>
#include <cmath>

#include "kernels/summarise.task.h"

namespace limpid {
namespace {

constexpr std::int64_t kChains = 8;

/// Sums of kChains vectors over the rows [begin, end). `values`: row 0 of the first vector.
void sum_chains(double const* values, std::int64_t stride, std::int64_t begin, std::int64_t end, double* sums) {
  double chain[kChains] = {};
  for (std::int64_t r = begin; r < end; ++r) {
    for (std::int64_t i = 0; i < kChains; ++i) chain[i] += std::abs(values[i * stride + r]);
  }
  std::copy_n(chain, kChains, sums);
}

}  // namespace

void summarise_cpu(SummariseArgs const& args) {
  SummariseTask const task{args};
  std::int64_t const blocks = (args.rows + kSummaryRows - 1) / kSummaryRows;
  for (std::int64_t block = 0; block < blocks; ++block) {
    std::int64_t const begin = block * kSummaryRows;
    std::int64_t const end = std::min<std::int64_t>(begin + kSummaryRows, args.rows);
    std::int64_t n = 0;
    for (; n + kChains <= args.vectors; n += kChains) {
      sum_chains(args.values + n * args.value_stride, args.value_stride, begin, end,
                 args.sums + block * args.vectors + n);
    }
    for (; n < args.vectors; ++n) task(block, n);
  }
}

}  // namespace limpid
