// bins[c, r] = bin of values[feature of c, r]      values [M x value_stride] double;  bins [C x bin_stride] bytes
//   grid   x: 256 rows a block, y: bin columns       r = blockIdx.x * 256 + threadIdx.x
//   block  256 threads, one row each; all of them search the same few entries, which stay in L1
//   bytes  8 in and 1 out per row and column, both coalesced; at 3 TB/s 300 G bins/s, so PCIe (8 B/value) is the limit
// Integers only: same bytes on every device.
#include <algorithm>

#include "kernels/bin_rows.task.h"
#include "kernels/launch.cuh"

namespace limpid {
namespace {

constexpr std::int64_t kBlockThreads = 256;
constexpr std::int64_t kMaxColumnsPerLaunch = 65535;  // gridDim.y

__global__ void bin_rows_kernel(BinRowsTask task, std::int64_t first_column) {
  std::int64_t const r = static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (r < task.args.bin_stride) task(first_column + blockIdx.y, r);
}

}  // namespace

void bin_rows_cuda(device::Exec const& exec, BinRowsArgs const& args) {
  std::int64_t const blocks = (args.bin_stride + kBlockThreads - 1) / kBlockThreads;
  for (std::int64_t c = 0; c < args.columns.count; c += kMaxColumnsPerLaunch) {
    std::int64_t const columns = std::min<std::int64_t>(kMaxColumnsPerLaunch, args.columns.count - c);
    launch("bin_rows", bin_rows_kernel, {{blocks, columns}, kBlockThreads}, exec, BinRowsTask{args}, c);
  }
}

}  // namespace limpid
