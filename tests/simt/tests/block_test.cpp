// The emulator itself: what works on a device works here, and every planted bug is reported.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "kernels/launch.cuh"
#include "simt/tests/emulated.h"

namespace limpid {
namespace {

constexpr int kThreads = 128;

/// sums[block] = sum of the block's 128 values, by halving in shared memory.
__global__ void sum_by_halving(int const* values, int* sums) {
  LIMPID_SHARED(int, partial);
  unsigned const t = threadIdx.x;
  partial[t] = values[blockIdx.x * kThreads + t];
  __syncthreads();
  for (unsigned half = kThreads / 2; half > 0; half /= 2) {
    if (t < half) partial[t] += partial[t + half];
    __syncthreads();
  }
  if (t == 0) sums[blockIdx.x] = partial[0];
}

class Block : public EmulatedTest {};

TEST_P(Block, SumsByHalving) {
  device::Exec const exec(0);
  std::vector<int> values(5 * kThreads);
  std::iota(values.begin(), values.end(), 0);
  device::Buffer<int> const in(exec, values);
  device::Buffer<int> const sums(exec, 5);
  launch("sum_by_halving", sum_by_halving, {5, kThreads, kThreads * sizeof(int)}, exec, in.data(), sums.data());
  auto const found = copy_back(exec, sums);
  for (int b = 0; b < 5; ++b)
    EXPECT_EQ(found[static_cast<std::size_t>(b)], kThreads * (2 * b * kThreads + kThreads - 1) / 2);
}

INSTANTIATE_TEST_SUITE_P(Orders, Block, every_order(), setting_name);

}  // namespace
}  // namespace limpid
