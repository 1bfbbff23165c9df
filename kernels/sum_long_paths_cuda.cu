// phi[g][p][r] += what every long leaf gives      bins [C x R] bytes, values [G x P x R] double
//   grid   one thread per row, leaves one after the other     r = blockIdx.x * 128 + threadIdx.x
//   block  128 threads; a warp reads the same path and the same background patterns (broadcast), neighbouring bins
//   smem   none; [K] and [K + 1] doubles a thread in local memory, and the words of its pattern
// Bytes moved: all paths and background patterns once per warp (L2), 16 K bytes of values per row and leaf.
// Leaves in order, each by its task in double: same bits on every device.

#include "kernels/launch.cuh"
#include "kernels/long_constants.cuh"
#include "kernels/sum_long_paths.h"
#include "kernels/sum_long_paths.task.h"

namespace limpid {
namespace {

constexpr int kThreads = 128;

/// Words: of the row's pattern.
template <int Words, class Task>
__global__ void sum_long_paths_kernel(SumLongPathsArgs args, Task task) {
  std::int64_t const row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (row < args.bins.rows) {
    double phi[64 * Words];
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
      if constexpr (Words == 1) {
        task(leaf, path_pattern(args.paths, leaf, args.bins, row), phi);
      } else {
        std::uint64_t pattern[Words];
        for (int w = 0; w < Words; ++w) pattern[w] = path_pattern_word(args.paths, leaf, args.bins, row, w);
        task(leaf, pattern, phi);
      }
      std::uint32_t const* const player = args.paths.players + args.paths.player_begin[leaf];
      double* const values =
          args.values + static_cast<std::int64_t>(args.paths.output[leaf]) * args.players * args.value_stride + row;
      std::int32_t const players = path_players(args.paths, leaf);
      for (std::int32_t q = 0; q < players; ++q) values[player[q] * args.value_stride] += phi[q];
    }
  }
}

}  // namespace

void sum_long_paths_cuda(device::Exec const& exec, SumLongPathsArgs const& args) {
  if (args.bins.rows == 0 || args.paths.leaves == 0) return;
  LaunchShape const shape{(args.bins.rows + kThreads - 1) / kThreads, kThreads};
  LongConstants const constants = upload_constants(exec, constants_of(args.background.words));
  LongInterventionalTask const interventional{args.paths, args.background, args.background_total, constants};
  if (args.kind == TableKind::kInterventional && args.background.words > 1) {
    launch("sum_long_paths.wide", sum_long_paths_kernel<kMaxPatternWords, LongInterventionalTask>, shape, exec, args,
           interventional);
  } else if (args.kind == TableKind::kInterventional) {
    launch("sum_long_paths.interventional", sum_long_paths_kernel<1, LongInterventionalTask>, shape, exec, args,
           interventional);
  } else {
    launch("sum_long_paths.path_dependent", sum_long_paths_kernel<1, LongPathDependentTask>, shape, exec, args,
           LongPathDependentTask{args.paths, constants});
  }
}

}  // namespace limpid
