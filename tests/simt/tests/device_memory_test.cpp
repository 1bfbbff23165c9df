// Device memory, streams, limits and settings of the emulator.
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/launch.cuh"
#include "limpid/error.h"
#include "simt/sanitizers.h"
#include "simt/tests/emulated.h"

namespace limpid {
namespace {

#define LIMPID_EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

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

struct Values {
  bool flag = true;  // padding behind it must not be taken for a pointer
  int* data = nullptr;
};

__global__ void add_one_kernel(Values values, int count) {
  int const t = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (t < count) values.data[t] += 1;
}

TEST(DeviceMemory, IsUndefinedUntilItIsWritten) {
  device::Exec const exec(0);
  device::Buffer<int> const fresh(exec, 3);
  EXPECT_EQ(copy_back(exec, fresh), std::vector<int>(3, static_cast<int>(0xCDCDCDCD)));
  exec.zero(fresh.data(), 3 * sizeof(int));
  EXPECT_EQ(copy_back(exec, fresh), std::vector<int>(3, 0));
}

TEST(DeviceMemory, HostPointersAreNoKernelArguments) {
  device::Exec const exec(0);
  std::vector<int> host(4);
  int local[4] = {};
  LIMPID_EXPECT_SAYS(failure_of([&] {
                       launch("add_one", add_one_kernel, {1, 32}, exec, Values{true, host.data()}, 4);
                     }),
                     "kernel 'add_one': an argument points to host memory");
  LIMPID_EXPECT_SAYS(failure_of([&] {
                       launch("add_one", add_one_kernel, {1, 32}, exec, Values{true, local}, 4);
                     }),
                     "points to host memory");
}

TEST(DeviceMemory, CopiesStayInsideAllocations) {
  device::Exec const exec(0);
  device::Buffer<int> const four(exec, 4);
  std::vector<int> host(8);
  LIMPID_EXPECT_SAYS(failure_of([&] { exec.copy_in(four.data(), host.data(), 5 * sizeof(int)); }), "copy_in");
  LIMPID_EXPECT_SAYS(failure_of([&] { exec.copy_out(host.data(), four.data() + 1, 4 * sizeof(int)); }), "copy_out");
  LIMPID_EXPECT_SAYS(failure_of([&] { exec.copy_in(host.data(), host.data(), 4); }), "copy_in");
  LIMPID_EXPECT_SAYS(failure_of([&] { exec.copy_out(four.data(), four.data(), 4); }), "host side is device memory");
}

TEST(DeviceMemory, WritesPastTheEndAreNoticed) {
  if (simt::kAsan) GTEST_SKIP() << "the address sanitizer ends the process at the write";
  device::Exec const exec(0);
  device::Buffer<int> const four(exec, 4);
  exec.zero(four.data(), 4 * sizeof(int));
  launch("add_one", add_one_kernel, {1, 32}, exec, Values{true, four.data()}, 5);
  LIMPID_EXPECT_SAYS(failure_of([&] { exec.wait(); }), "written 0 bytes past the end of an allocation of 16 bytes");
}

TEST(DeviceMemoryDeathTest, HostCodeCannotReadIt) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  device::Exec const exec(0);
  device::Buffer<int> const four(exec, 4);
  exec.wait();
  EXPECT_DEATH(static_cast<void>(*static_cast<int volatile*>(four.data())), "");
}

TEST(DeviceMemory, LimitIsToldWithSizes) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): configure changes what the reference shows
  simt::Settings const before = simt::settings();
  simt::Settings small = before;
  small.memory_limit = 1000;
  simt::configure(small);
  {
    device::Exec const exec(0);
    device::Buffer<char> const some(exec, 600);
    LIMPID_EXPECT_SAYS(failure_of([&] { device::Buffer<char> const more(exec, 500); }),
                       "device.memory: out of device memory: 500 bytes asked for, 400 of 1000 free");
  }
  simt::configure(before);
}

/// Settings in force while it lives.
class Configured {
 public:
  explicit Configured(simt::Settings const& settings) : before_(simt::settings()) { simt::configure(settings); }
  ~Configured() { simt::configure(before_); }
  Configured(Configured const&) = delete;
  Configured& operator=(Configured const&) = delete;

 private:
  simt::Settings before_;
};

TEST(DeviceMemory, BelongsToOneDevice) {
  Configured const two({"t4", simt::Order::kForward, 1, {}, 0, 2});
  ASSERT_EQ(device::profiles().size(), 2U);
  EXPECT_EQ(device::profiles()[1].index, 1);
  LIMPID_EXPECT_SAYS(failure_of([] { device::Exec const third(2); }), "no device 2, only 2");
  device::Exec const first(0);
  device::Exec const second(1);
  EXPECT_EQ(second.profile().index, 1);
  device::Buffer<int> const four(first, 4);
  std::vector<int> host(4, 7);
  LIMPID_EXPECT_SAYS(failure_of([&] {
                       launch("add_one", add_one_kernel, {1, 32}, second, Values{true, four.data()}, 4);
                     }),
                     "kernel 'add_one' on device 1: an argument points to memory of device 0");
  LIMPID_EXPECT_SAYS(failure_of([&] { second.copy_in(four.data(), host.data(), 16); }), "allocation of device 1");
  LIMPID_EXPECT_SAYS(failure_of([&] { second.copy_out(host.data(), four.data(), 16); }), "allocation of device 1");
  LIMPID_EXPECT_SAYS(failure_of([&] { second.zero(four.data(), 16); }), "allocation of device 1");
  LIMPID_EXPECT_SAYS(failure_of([&] { second.keep_in_l2(four.data(), 16); }), "allocation of device 1");
  device::Buffer<int> const own(second, std::span<int const>(host));
  launch("add_one", add_one_kernel, {1, 32}, second, Values{true, own.data()}, 4);
  EXPECT_EQ(copy_back(second, own), std::vector<int>(4, 8));
}

/// A pointer inside of what a kernel reads is not looked at before the launch; its use ends the process.
__global__ void follow_kernel(int* const* pointer) { **pointer += 1; }

TEST(DeviceMemoryDeathTest, OfAnotherDeviceCannotBeRead) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Configured const two({"t4", simt::Order::kForward, 1, {}, 0, 2});
  device::Exec const first(0);
  device::Exec const second(1);
  device::Buffer<int> const four(first, 4);
  first.wait();
  std::vector<int*> const pointer{four.data()};
  device::Buffer<int*> const on_second(second, std::span<int* const>(pointer));
  EXPECT_DEATH(
      {
        launch("follow", follow_kernel, {1, 1}, second, on_second.data());
        second.wait();
      },
      "");
}

TEST(DeviceMemory, IsLimitedPerDevice) {
  Configured const two({"t4", simt::Order::kForward, 1, {}, 1000, 2});
  device::Exec const first(0);
  device::Exec const second(1);
  device::Buffer<char> const some(first, 600);
  device::Buffer<char> const more(second, 600);
  LIMPID_EXPECT_SAYS(failure_of([&] { device::Buffer<char> const most(second, 500); }), "400 of 1000 free");
}

TEST(Stream, NothingHappensBeforeTheWait) {
  device::Exec const exec(0);
  std::vector<int> host{1, 2};
  std::vector<int> back{-1, -1};
  device::Buffer<int> const two(exec, std::span<int const>(host));
  launch("add_one", add_one_kernel, {1, 32}, exec, Values{true, two.data()}, 2);
  exec.copy_out(back.data(), two.data(), 2 * sizeof(int));
  EXPECT_EQ(back, (std::vector<int>{-1, -1}));
  host[0] = 100;  // read by the copy when it runs: sources must stay as they are until the wait
  exec.wait();
  EXPECT_EQ(back, (std::vector<int>{101, 3}));
}

/// Does a second stream see what the first one wrote, when nothing orders them?
bool second_stream_sees_first(std::uint64_t seed) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): configure changes what the reference shows
  simt::Settings const before = simt::settings();
  simt::configure({"t4", simt::Order::kShuffled, seed, {}, 0});
  int seen = 0;
  {
    device::Exec const first(0);
    device::Exec const second(0);
    int const value = 7;
    device::Buffer<int> const one(first, 1);
    first.zero(one.data(), sizeof(int));
    first.wait();
    first.copy_in(one.data(), &value, sizeof(int));
    second.zero(second.workspace(4), 4);
    second.copy_out(&seen, one.data(), sizeof(int));
    second.wait();
  }
  simt::configure(before);
  return seen == 7;
}

TEST(Stream, UnorderedStreamsRunInAnOrderFromTheSeed) {
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 32; ++seed) seen += second_stream_sees_first(seed) ? 1 : 0;
  EXPECT_GT(seen, 0);
  EXPECT_LT(seen, 32);
}

TEST(Stream, FailureIsToldAtTheWaitAndOnce) {
  device::Exec const exec(0);
  device::Buffer<int> const two(exec, 2);
  simt::enqueue(exec, [] { throw simt::Failure("planted"); });
  EXPECT_EQ(failure_of([&] { exec.wait(); }), "planted");
  EXPECT_EQ(failure_of([&] { exec.wait(); }), "");
}

TEST(LaunchLimits, AreTheProfiles) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): configure changes what the reference shows
  simt::Settings const before = simt::settings();
  for (auto const& name : simt::profile_names()) {
    simt::configure({name, simt::Order::kForward, 1, {}, 0});
    device::Exec const exec(0);
    auto const limit = exec.profile().shared_per_block;
    EXPECT_EQ(limit, name == "t4" || name == "small" ? 65536U
                     : name == "l4"                  ? 101376U
                     : name == "a100"                ? 166912U
                                                     : 232448U);
    EXPECT_EQ(failure_of([&] { launch("add_one", add_one_kernel, {1, 32, limit}, exec, Values{}, 0); }), "");
    LIMPID_EXPECT_SAYS(failure_of([&] {
                         launch("add_one", add_one_kernel, {1, 32, limit + 1}, exec, Values{}, 0);
                       }),
                       "device.launch: kernel 'add_one' needs " + std::to_string(limit + 1) +
                           " bytes of shared memory per block, " + name + " has at most " + std::to_string(limit));
    LIMPID_EXPECT_SAYS(failure_of([&] {
                         launch("add_one", add_one_kernel, {1, 1025}, exec, Values{}, 0);
                       }),
                       "at most 1024");
    LIMPID_EXPECT_SAYS(failure_of([&] {
                         launch("add_one", add_one_kernel, {{1, 65536}, 32}, exec, Values{}, 0);
                       }),
                       "65535");
    exec.wait();
  }
  simt::configure(before);
}

TEST(LaunchLimits, NoBlocksIsNoLaunch) {
  device::Exec const exec(0);
  launch("add_one", add_one_kernel, {0, 32}, exec, Values{}, 0);
  exec.wait();
}

TEST(Settings, AreReadFromText) {
  auto const all = simt::parse_settings("h100,shuffled,7");
  EXPECT_EQ(all.profile, "h100");
  EXPECT_EQ(all.order, simt::Order::kShuffled);
  EXPECT_EQ(all.seed, 7U);
  EXPECT_EQ(all.devices, 1);
  EXPECT_EQ(simt::parse_settings("h100,shuffled,7,2").devices, 2);
  EXPECT_THROW(static_cast<void>(simt::parse_settings("t4,,,0")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(simt::parse_settings("t4,,,9")), std::invalid_argument);
  EXPECT_EQ(simt::parse_settings(",reverse").order, simt::Order::kReverse);
  EXPECT_EQ(simt::parse_settings("").profile, "t4");
  EXPECT_THROW(static_cast<void>(simt::parse_settings("b200")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(simt::parse_settings("t4,sideways")), std::invalid_argument);
}

}  // namespace
}  // namespace limpid
