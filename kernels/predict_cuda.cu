// predictions[g, r] = base margin + leaf values in tree order, then the link      [G x stride] double
//   grid   128 rows a block                              r = blockIdx.x * 128 + threadIdx.x
//   block  a thread per row walks every tree on its bins; the margin stays in a register while the output is the same
//   bytes  per tree level and warp: one 16-byte test and node broadcast per branch taken, 32 bin bytes (one sector per
//          node met). The model comes from L2: 500 trees of depth 6 are 1.3 MB. Latency bound; few percent of a chunk.
// The additions of PredictTask in its order: same bits on every device.
#include "kernels/launch.cuh"
#include "kernels/predict.task.h"

namespace limpid {
namespace {

constexpr std::int64_t kBlockThreads = 128;

__global__ void predict_kernel(PredictArgs args) {
  std::int64_t const r = static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (r >= args.bins.rows) return;
  TreesView const& trees = args.trees;
  for (std::int32_t g = 0; g < trees.outputs; ++g) args.predictions[g * args.stride + r] = trees.base_margin[g];
  std::uint32_t output = 0;
  double margin = trees.base_margin[0];
  for (std::int32_t t = 0; t < trees.trees; ++t) {
    if (trees.output[t] != output) {
      args.predictions[static_cast<std::int64_t>(output) * args.stride + r] = margin;
      output = trees.output[t];
      margin = args.predictions[static_cast<std::int64_t>(output) * args.stride + r];
    }
    margin += leaf_of(trees, trees.root[t], args.bins, r).value;
  }
  args.predictions[static_cast<std::int64_t>(output) * args.stride + r] = margin;
  if (args.apply_link) apply_link(args.link, trees.outputs, args.predictions + r, args.stride);
}

}  // namespace

void predict_cuda(device::Exec const& exec, PredictArgs const& args) {
  std::int64_t const blocks = (args.bins.rows + kBlockThreads - 1) / kBlockThreads;
  launch("predict", predict_kernel, {blocks, kBlockThreads}, exec, args);
}

}  // namespace limpid
