// Bugs planted in small kernels and in host code: the emulator reports each of them, and says which and where.
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/launch.cuh"
#include "limpid/error.h"
#include "simt/sanitizers.h"
#include "simt/tests/emulated.h"
#include "simt/tests/subprocess.h"

namespace limpid {
namespace {

constexpr int kThreads = 64;

/// The message of the Failure or Error that the body throws; empty: none.
std::string failure_of(std::function<void()> const& body) {
  try {
    body();
  } catch (simt::Failure const& failure) {
    return failure.what();
  } catch (Error const& error) {
    return error.code() + ": " + error.what();
  }
  return {};
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

/// out[t] = the value of the thread's mirror image. `barrier`: 0 none, 1 right, 2 for half of the threads, 3 a
/// different one for each half, 4 some threads have left.
__global__ void mirror_kernel(int* out, int barrier) {
  LIMPID_SHARED(int, values);
  int const t = static_cast<int>(threadIdx.x);
  if (barrier == 4 && t >= kThreads / 2) return;
  values[t] = 10 * t;
  if (barrier == 1 || barrier == 4 || (barrier == 2 && t < kThreads / 2)) {
    __syncthreads();
  } else if (barrier == 3 && t < kThreads / 2) {
    __syncthreads();
  } else if (barrier == 3) {
    __syncthreads();
  }
  out[t] = values[kThreads - 1 - t];
}

std::vector<int> run_mirror(int barrier) {
  device::Exec const exec(0);
  device::Buffer<int> const out(exec, kThreads);
  launch("mirror", mirror_kernel, {1, kThreads, kThreads * sizeof(int)}, exec, out.data(), barrier);
  return copy_back(exec, out);
}

std::vector<int> mirrored() {
  std::vector<int> expected(kThreads);
  for (int t = 0; t < kThreads; ++t) expected[static_cast<std::size_t>(t)] = 10 * (kThreads - 1 - t);
  return expected;
}

class PlantedBug : public EmulatedTest {};

TEST_P(PlantedBug, NoneIsFoundWhereThereIsNone) { EXPECT_EQ(run_mirror(1), mirrored()); }

TEST_P(PlantedBug, MissingBarrierGivesAWrongResult) {
  if (simt::kTsan) GTEST_SKIP() << "MissingBarrier.IsARace";
  EXPECT_NE(run_mirror(0), mirrored());
}

TEST_P(PlantedBug, BarrierForHalfOfTheThreads) {
  if (simt::kTsan) GTEST_SKIP() << "a race, too";
  auto const said = failure_of([] { static_cast<void>(run_mirror(2)); });
  EXPECT_SAYS(said, "kernel 'mirror', block (0, 0, 0): the threads do not meet");
  EXPECT_SAYS(said, "has left the kernel");
  EXPECT_SAYS(said, "waits at the barrier planted_bugs_test.cpp:");
}

TEST_P(PlantedBug, TwoDifferentBarriers) {
  auto const said = failure_of([] { static_cast<void>(run_mirror(3)); });
  EXPECT_SAYS(said, "the threads do not meet");
  EXPECT_EQ(said.find("has left"), std::string::npos) << said;
}

TEST_P(PlantedBug, ReturnBeforeTheLastBarrier) {
  EXPECT_SAYS(failure_of([] { static_cast<void>(run_mirror(4)); }), "has left the kernel");
}

TEST_P(PlantedBug, DeviceGoesOnAfterAFailure) {
  if (simt::kTsan) GTEST_SKIP() << "a race, too";
  EXPECT_NE(failure_of([] { static_cast<void>(run_mirror(2)); }), "");
  EXPECT_EQ(run_mirror(1), mirrored());
}

/// out[t] = in[t], through shared memory. `wait`: the copies are waited for.
__global__ void staged_copy_kernel(int const* in, int* out, bool commit, bool wait) {
  LIMPID_SHARED_ARRAY(int, staged, kThreads);
  unsigned const t = threadIdx.x;
  async_copy<4>(&staged[t], in + t);
  if (commit) async_commit();
  if (wait) async_wait();
  __syncthreads();
  out[t] = staged[t];
  if (!wait) async_wait();
}

std::vector<int> run_staged_copy(bool commit, bool wait) {
  device::Exec const exec(0);
  std::vector<int> values(kThreads);
  std::iota(values.begin(), values.end(), 1);
  device::Buffer<int> const in(exec, values);
  device::Buffer<int> const out(exec, kThreads);
  launch("staged_copy", staged_copy_kernel, {1, kThreads}, exec, in.data(), out.data(), commit, wait);
  return copy_back(exec, out);
}

TEST_P(PlantedBug, AsynchronousCopyLandsAtItsWait) {
  if (simt::kTsan) GTEST_SKIP() << "a race, too";
  auto const right = run_staged_copy(true, true);
  EXPECT_EQ(right.front(), 1);
  EXPECT_EQ(right.back(), kThreads);
  EXPECT_EQ(run_staged_copy(true, false), std::vector<int>(kThreads, static_cast<int>(0xCDCDCDCD)));
  EXPECT_SAYS(failure_of([] { static_cast<void>(run_staged_copy(false, true)); }), "never waited for");
}

__global__ void undefined_kernel(int* out) {
  LIMPID_SHARED(int, dynamic);
  LIMPID_SHARED_ARRAY(int, fixed, 1);
  out[2 * blockIdx.x] = dynamic[0];
  out[2 * blockIdx.x + 1] = fixed[0];
  dynamic[0] = 5;
  fixed[0] = 6;
}

TEST_P(PlantedBug, SharedMemoryIsUndefinedWhenABlockStarts) {
  device::Exec const exec(0);
  device::Buffer<int> const out(exec, 6);
  launch("undefined", undefined_kernel, {3, 1, sizeof(int)}, exec, out.data());
  EXPECT_EQ(copy_back(exec, out), std::vector<int>(6, static_cast<int>(0xCDCDCDCD)));
}

INSTANTIATE_TEST_SUITE_P(Orders, PlantedBug, every_order(), setting_name);

TEST(MissingBarrier, IsARace) {
  if (!simt::kTsan) GTEST_SKIP() << "needs a build with the thread sanitizer";
  auto const outcome = run_again("Race.Planted", {{"LIMPID_RACE", "1"}, {"TSAN_OPTIONS", kHaltAtFirstRace}});
  EXPECT_EQ(outcome.exit_code, kRaceExit) << outcome.output;
  EXPECT_SAYS(outcome.output, "ThreadSanitizer: data race");
  EXPECT_EQ(run_again("Race.Planted", {{"TSAN_OPTIONS", kHaltAtFirstRace}}).exit_code, 0);
}

TEST(Race, Planted) { EXPECT_EQ(run_mirror(std::getenv("LIMPID_RACE") == nullptr ? 1 : 0), mirrored()); }

/// Every block writes the same place: a race without any barrier that could order it.
__global__ void same_place_kernel(int* out) {
  if (threadIdx.x == 0) out[0] = static_cast<int>(blockIdx.x);
}

TEST(Race, BetweenBlocks) {
  if (std::getenv("LIMPID_RACE") == nullptr) GTEST_SKIP() << "run by BlocksThatWriteTheSamePlace.AreARace";
  device::Exec const exec(0);
  device::Buffer<int> const out(exec, 1);
  launch("same_place", same_place_kernel, {2, kThreads}, exec, out.data());
  static_cast<void>(copy_back(exec, out));
}

TEST(BlocksThatWriteTheSamePlace, AreARace) {
  if (!simt::kTsan) GTEST_SKIP() << "needs a build with the thread sanitizer";
  auto const outcome = run_again("Race.BetweenBlocks", {{"LIMPID_RACE", "1"}, {"TSAN_OPTIONS", kHaltAtFirstRace}});
  EXPECT_EQ(outcome.exit_code, kRaceExit) << outcome.output;
}

}  // namespace
}  // namespace limpid
