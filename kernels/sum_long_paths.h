/// sum_long_paths: margin Shapley values of rows for leaf paths too long for a table (K > 8), leaf by leaf in order,
/// in double: same bits on every device.
///
/// Interventional: over the distinct background patterns b of the leaf with a | b full (so B = ~a and A = ~b), with
/// their counts; weights as in build_leaf_tables. Path-dependent: Gauss-Legendre with ceil(K / 2) nodes.
#pragma once

#include "compile/layout.h"
#include "kernels/build_leaf_tables.h"
#include "kernels/device.h"

namespace limpid {

/// Distinct background patterns of every long leaf, sorted: leaf l has entries [begin[l], begin[l + 1]).
struct PatternCountsView {
  std::uint64_t const* patterns = nullptr;
  std::uint32_t const* counts = nullptr;
  std::uint64_t const* begin = nullptr;  ///< [L + 1]
};

struct SumLongPathsArgs {
  PathsView paths;  ///< long paths
  TableKind kind = TableKind::kInterventional;
  PatternCountsView background;  ///< interventional
  std::int64_t background_rows = 0;
  BinsView bins;
  std::int32_t players = 0;  ///< P
  std::int32_t outputs = 1;  ///< G
  double* values = nullptr;  ///< [G x P x value_stride] in and out, added to
  std::int64_t value_stride = 0;
};

void sum_long_paths_cpu(SumLongPathsArgs const& args);
void sum_long_paths_cuda(device::Exec const& exec, SumLongPathsArgs const& args);

}  // namespace limpid
