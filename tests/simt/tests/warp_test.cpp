// Warp operations, atomics and intrinsics against their definitions in CUDA's documents.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/launch.cuh"
#include "simt/tests/emulated.h"

namespace limpid {
namespace {

constexpr unsigned kAll = 0xFFFFFFFFU;
constexpr int kResults = 16;

/// out [kResults x 32]: what lane l gets from each operation, on the value 100 + l.
__global__ void operations_kernel(int* out) {
  int const lane = static_cast<int>(threadIdx.x);
  int const value = 100 + lane;
  int at = lane;
  auto const put = [&](int result) {
    out[at] = result;
    at += 32;
  };
  put(__shfl_sync(kAll, value, 5));
  put(__shfl_sync(kAll, value, lane + 1, 8));
  put(__shfl_up_sync(kAll, value, 3));
  put(__shfl_up_sync(kAll, value, 3, 8));
  put(__shfl_down_sync(kAll, value, 3));
  put(__shfl_down_sync(kAll, value, 3, 8));
  put(__shfl_xor_sync(kAll, value, 6));
  put(static_cast<int>(__ballot_sync(kAll, lane % 3 == 0 ? 1 : 0)));
  put(__any_sync(kAll, lane == 31 ? 1 : 0));
  put(__all_sync(kAll, lane == 31 ? 1 : 0));
  put(static_cast<int>(__match_any_sync(kAll, lane / 4)));
  if (lane < 16) {  // a part of the warp, on its own
    put(__shfl_sync(0x0000FFFFU, value, 15));
  } else {
    put(__shfl_sync(0xFFFF0000U, value, 16));
  }
  put(static_cast<int>(__shfl_xor_sync(kAll, 0.5 * lane, 1) * 2.0));
  put(__syncthreads_count(lane % 2));
  put(__syncthreads_or(lane == 7 ? 1 : 0));
  put(__syncthreads_and(1));
}

class Warp : public EmulatedTest {};

TEST_P(Warp, OperationsGiveTheirDefinition) {
  device::Exec const exec(0);
  device::Buffer<int> const out(exec, kResults * 32);
  launch("operations", operations_kernel, {1, 32}, exec, out.data());
  auto const found = copy_back(exec, out);
  for (int lane = 0; lane < 32; ++lane) {
    int const first = lane / 8 * 8;  // of the segment of 8
    std::vector<int> const expected{105,
                                    100 + first + (lane + 1) % 8,
                                    100 + (lane < 3 ? lane : lane - 3),
                                    100 + (lane - 3 < first ? lane : lane - 3),
                                    100 + (lane + 3 > 31 ? lane : lane + 3),
                                    100 + (lane + 3 > first + 7 ? lane : lane + 3),
                                    100 + (lane ^ 6),
                                    0x49249249,
                                    1,
                                    0,
                                    static_cast<int>(0xFU << (lane / 4 * 4)),
                                    lane < 16 ? 115 : 116,
                                    lane ^ 1,
                                    16,
                                    1,
                                    1};
    for (int i = 0; i < kResults; ++i) {
      EXPECT_EQ(found[static_cast<std::size_t>(i * 32 + lane)], expected[static_cast<std::size_t>(i)])
          << "operation " << i << ", lane " << lane;
    }
  }
}

/// 0: half of the lanes do not come; 1: two lines; 2: a lane that is not in its mask; 3: reads a lane outside the mask.
__global__ void broken_kernel(int kind, int* out) {
  int const lane = static_cast<int>(threadIdx.x);
  int value = lane;
  if (kind == 0 && lane < 16) value = __shfl_sync(kAll, value, 0);
  if (kind == 1) {
    if (lane < 16) {
      value = __shfl_sync(kAll, value, 0);
    } else {
      value = __shfl_sync(kAll, value, 0);
    }
  }
  if (kind == 2) value = static_cast<int>(__ballot_sync(0x0000FFFFU, 1));
  if (kind == 3 && lane < 16) value = __shfl_sync(0x0000FFFFU, value, 20);
  out[lane] = value;
}

TEST_P(Warp, BrokenRulesAreReported) {
  char const* const expected[] = {"names lane 16 in its mask 0xffffffff, which has left the kernel",
                                  "names lane 16 in its mask 0xffffffff, which is in __shfl_sync at warp_test.cpp:",
                                  "__ballot_sync by a lane outside its own mask 0x0000ffff",
                                  "reads lane 20, which is not in the mask 0x0000ffff"};
  for (int kind = 0; kind < 4; ++kind) {
    device::Exec const exec(0);
    device::Buffer<int> const out(exec, 32);
    launch("broken", broken_kernel, {1, 32}, exec, kind, out.data());
    try {
      exec.wait();
      ADD_FAILURE() << "not reported: " << expected[kind];
    } catch (simt::Failure const& failure) {
      EXPECT_NE(std::string(failure.what()).find(expected[kind]), std::string::npos) << failure.what();
    }
  }
}

__global__ void atomics_kernel(unsigned* out, unsigned long long* sum) {
  unsigned const i = blockIdx.x * blockDim.x + threadIdx.x;
  atomicAdd(&out[0], 1U);
  atomicMax(&out[1], i);
  atomicMin(&out[2], i);
  atomicOr(&out[3], 1U << (i % 32));
  atomicAdd(sum, static_cast<unsigned long long>(i) << 32U);
  atomicCAS(&out[4], 0U, i + 1);
}

TEST_P(Warp, AtomicsAreWhole) {
  device::Exec const exec(0);
  std::vector<unsigned> const start{0, 0, 1000, 0, 0};
  std::vector<unsigned long long> const zero{0};
  device::Buffer<unsigned> const out(exec, start);
  device::Buffer<unsigned long long> const sum(exec, zero);
  launch("atomics", atomics_kernel, {3, 100}, exec, out.data(), sum.data());
  auto const found = copy_back(exec, out);
  EXPECT_EQ(found[0], 300U);
  EXPECT_EQ(found[1], 299U);
  EXPECT_EQ(found[2], 0U);
  EXPECT_EQ(found[3], kAll);
  EXPECT_GE(found[4], 1U);
  EXPECT_EQ(copy_back(exec, sum).front(), (299ULL * 300 / 2) << 32U);
}

INSTANTIATE_TEST_SUITE_P(Orders, Warp, every_order(), setting_name);

TEST(Intrinsics, BytesOfAWord) {
  unsigned const x = 0x80FF0001U;
  unsigned const y = 0x80017F01U;
  EXPECT_EQ(__vadd4(x, y), 0x00007F02U);
  EXPECT_EQ(__vsub4(x, y), 0x00FE8100U);
  EXPECT_EQ(__vcmpeq4(x, y), 0xFF0000FFU);
  EXPECT_EQ(__vcmpne4(x, y), 0x00FFFF00U);
  EXPECT_EQ(__vcmpleu4(x, y), 0xFF00FFFFU);
  EXPECT_EQ(__vcmpltu4(x, y), 0x0000FF00U);
  EXPECT_EQ(__vcmpgtu4(x, y), 0x00FF0000U);
  EXPECT_EQ(__vcmpgeu4(x, y), 0xFFFF00FFU);
  EXPECT_EQ(__vminu4(x, y), 0x80010001U);
  EXPECT_EQ(__vmaxu4(x, y), 0x80FF7F01U);
  EXPECT_EQ(__vabsdiffu4(x, y), 0x00FE7F00U);
  EXPECT_EQ(__vseteq4(x, y), 0x01000001U);
  EXPECT_EQ(__vsetleu4(x, y), 0x01000101U);
}

TEST(Intrinsics, BitsOfAWord) {
  EXPECT_EQ(__popc(0xF0F0U), 8);
  EXPECT_EQ(__popcll(0xF0F0ULL << 32U), 8);
  EXPECT_EQ(__clz(1), 31);
  EXPECT_EQ(__clzll(1), 63);
  EXPECT_EQ(__ffs(0), 0);
  EXPECT_EQ(__ffs(8), 4);
  EXPECT_EQ(__ffsll(1LL << 40U), 41);
  EXPECT_EQ(__brev(1U), 0x80000000U);
  EXPECT_EQ(__umulhi(0x80000000U, 6U), 3U);
  EXPECT_EQ(__byte_perm(0x33221100U, 0x77665544U, 0x7410U), 0x77441100U);
  EXPECT_EQ(__byte_perm(0x00000080U, 0U, 0x0008U), 0x808080FFU);
  EXPECT_EQ(__funnelshift_l(0x80000000U, 1U, 1U), 3U);
  EXPECT_EQ(__funnelshift_r(2U, 1U, 1U), 0x80000001U);
}

}  // namespace
}  // namespace limpid
