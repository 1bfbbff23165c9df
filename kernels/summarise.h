/// summarise: sums of |phi| per output and player over blocks of kSummaryRows rows, row after row in double: same
/// bits on every device. Chunks start at a multiple of kSummaryRows, so blocks do not depend on the chunk size.
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"

namespace limpid {

struct SummariseArgs {
  double const* values = nullptr;  ///< [N x value_stride], N = G * P
  std::int64_t value_stride = 0;
  std::int64_t rows = 0;
  std::int64_t vectors = 0;  ///< N
  double* sums = nullptr;    ///< [ceil(R / kSummaryRows) x N] out: block b, vector n at b * N + n
};

void summarise_cpu(SummariseArgs const& args);
void summarise_cuda(device::Exec const& exec, SummariseArgs const& args);

}  // namespace limpid
