// sums[b, n] = sum over the 256 rows of block b of |values[n, r]|, row after row      values [N x value_stride] double
//   grid   a warp per block: 256 rows x 32 vectors, vectors innermost
//   block  32 threads; tiles of 32 x 32 values: loaded with a lane per row (256-byte runs), added with a lane per
//   vector smem   32 x 33 doubles (8.4 KB): reading a column meets no bank conflict bytes  8 in per value, once: bound
//   by memory
// The additions of SummariseTask in its order: same bits on every device.
#include "kernels/launch.cuh"
#include "kernels/summarise.task.h"

namespace limpid {
namespace {

constexpr unsigned kTile = 32;  // lanes, rows, vectors
constexpr unsigned kPitch = kTile + 1;

__global__ void summarise_kernel(SummariseArgs args, std::int64_t vector_tiles) {
  LIMPID_SHARED_ARRAY(double, tile, kTile* kPitch);
  unsigned const lane = threadIdx.x;
  std::int64_t const block = blockIdx.x / vector_tiles;
  std::int64_t const first = blockIdx.x % vector_tiles * kTile;
  std::int64_t const begin = block * kSummaryRows;
  std::int64_t const end = begin + kSummaryRows < args.rows ? begin + kSummaryRows : args.rows;
  double sum = 0.0;
  for (std::int64_t r = begin; r < end; r += kTile) {
    for (unsigned i = 0; i < kTile; ++i) {
      if (first + i < args.vectors && r + lane < end) {
        tile[i * kPitch + lane] = args.values[(first + i) * args.value_stride + r + lane];
      }
    }
    __syncwarp();
    std::int64_t const rows = end - r < kTile ? end - r : kTile;
    if (first + lane < args.vectors) {
      for (unsigned i = 0; i < rows; ++i) sum += magnitude(tile[lane * kPitch + i]);
    }
    __syncwarp();
  }
  if (first + lane < args.vectors) args.sums[block * args.vectors + first + lane] = sum;
}

}  // namespace

void summarise_cuda(device::Exec const& exec, SummariseArgs const& args) {
  std::int64_t const blocks = (args.rows + kSummaryRows - 1) / kSummaryRows;
  std::int64_t const vector_tiles = (args.vectors + kTile - 1) / kTile;
  launch("summarise", summarise_kernel, {blocks * vector_tiles, kTile}, exec, args, vector_tiles);
}

}  // namespace limpid
