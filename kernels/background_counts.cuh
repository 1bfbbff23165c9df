/// What the builders of tables share on the grid: one block of 128 threads per leaf, the background rows counted by
/// pattern in shared memory. Included from .cu files alone.
#pragma once

#include "kernels/build_leaf_tables.h"
#include "kernels/launch.cuh"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"

namespace limpid {

/// counts [2^K] = background rows, or their units of weight, by pattern; zeros where there is no background. All
/// threads of the block; a barrier at the end.
template <class Count>
__device__ void count_background(BuildLeafTablesArgs const& args, std::int64_t leaf, Count* counts) {
  std::uint32_t const patterns = 1u << path_players(args.paths, leaf);
  for (std::uint32_t b = threadIdx.x; b < patterns; b += blockDim.x) counts[b] = 0;
  __syncthreads();
  if (args.kind == TableKind::kInterventional) {
    for (std::int64_t row = threadIdx.x; row < args.background.rows; row += blockDim.x) {
      auto const units = static_cast<Count>(args.weights.units != nullptr ? args.weights.units[row] : 1);
      atomicAdd(&counts[path_pattern(args.paths, leaf, args.background, row)], units);
    }
  }
  __syncthreads();
}

struct TableBuilder {
  char const* name;
  void (*kernel)(BuildLeafTablesArgs, ShortConstants);
};

/// `weighted`: its counts are 64 bits wide.
inline void launch_builder(device::Exec const& exec, BuildLeafTablesArgs args, TableBuilder const& plain,
                           TableBuilder const& weighted) {
  constexpr int kThreads = 128;
  LaunchShape const shape{args.leaf_end - args.leaf_begin, kThreads};
  bool const weights = args.weights.units != nullptr;
  if (!weights) args.weights.total = static_cast<std::uint64_t>(args.background.rows);
  TableBuilder const& builder = weights ? weighted : plain;
  launch(builder.name, builder.kernel, shape, exec, args, short_constants());
}

}  // namespace limpid
