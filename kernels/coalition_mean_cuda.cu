// means[k, g] = (1 / sum w) sum_b w_b scores[k, b, g]      scores [S x B x G] float or double, means [S x G] double
//   grid   one thread per coalition and output, 256 a block     n = blockIdx.x * 256 + threadIdx.x = (k, g)
//   block  each thread finds its piece (neighbours the same one, in L1) and walks its B scores in order: G neighbours
//          read neighbours, coalitions are B * G apart
//   bytes  4 or 8 in per score, once through L2; the predictor that made them read a row for each
// The additions of CoalitionMeanTask in its order: same bits on every device.
#include "kernels/coalition_mean.task.h"
#include "kernels/launch.cuh"

namespace limpid {
namespace {

constexpr std::int64_t kBlockThreads = 256;

__global__ void coalition_mean_kernel(CoalitionMeanTask task) {
  std::int64_t const n = static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (n < task.args.coalitions * task.args.outputs) {
    std::int64_t const k = n / task.args.outputs;
    task(task.piece_of(k), k, static_cast<std::int32_t>(n - k * task.args.outputs));
  }
}

}  // namespace

void coalition_mean_cuda(device::Exec const& exec, CoalitionMeanArgs const& args) {
  std::int64_t const blocks = (args.coalitions * args.outputs + kBlockThreads - 1) / kBlockThreads;
  launch("coalition_mean", coalition_mean_kernel, {blocks, kBlockThreads}, exec, CoalitionMeanTask{args});
}

}  // namespace limpid
