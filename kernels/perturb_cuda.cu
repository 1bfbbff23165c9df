// out[i, c] = x or z of column c in hybrid i      out [N x M] double, row-major
//   grid   one thread per value, 256 a block         i = n / M, c = n % M, n = blockIdx.x * 256 + threadIdx.x
//   block  neighbours write neighbours: whole lines; they read the same piece, coalition and rows x and z, which
//          stay in L1 and L2
//   bytes  8 out per value; at 3 TB/s 400 G values/s, less than any model reads them
// Copies only: same bits on every device.
#include "kernels/launch.cuh"
#include "kernels/perturb.task.h"

namespace limpid {
namespace {

constexpr std::int64_t kBlockThreads = 256;

__global__ void perturb_kernel(PerturbTask task) {
  std::int64_t const n = static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (n < task.args.hybrids * task.args.columns) {
    std::int64_t const i = n / task.args.columns;
    Hybrid const hybrid = task.hybrid(i, task.piece_of(i));
    task.args.out[n] = task.value(hybrid, static_cast<std::int32_t>(n - i * task.args.columns));
  }
}

}  // namespace

void perturb_cuda(device::Exec const& exec, PerturbArgs const& args) {
  std::int64_t const blocks = (args.hybrids * args.columns + kBlockThreads - 1) / kBlockThreads;
  launch("perturb", perturb_kernel, {blocks, kBlockThreads}, exec, PerturbTask{args});
}

}  // namespace limpid
