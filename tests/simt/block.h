/// One block of threads at a time, each a fiber: barriers, warps, shared memory. Everything that a kernel's thread may
/// call while it runs, and the loop over the grid that runs them. Under the thread sanitizer the only order between
/// threads is the order that barriers make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/simt/settings.h"
#include "tests/simt/vector_types.h"

namespace limpid::simt {

inline constexpr int kWarpLanes = 32;

/// A launch: `body` is the kernel with its arguments bound, called once per thread.
struct Launch {
  std::string name;
  dim3 blocks;
  dim3 threads;
  std::size_t shared_bytes = 0;
  std::function<void()> body;
};

/// Runs every block of the launch. Throws Failure when the kernel breaks a rule.
void run_grid(Launch const& launch);

// From here on: called by the threads of a kernel.

enum class Vote : std::uint8_t { kNone, kCount, kAnd, kOr };
/// __syncthreads (kNone) and its voting kin.
int sync_block(Vote vote, int predicate, Site site);

enum class WarpOperation : std::uint8_t {
  kSync,
  kShuffle,
  kShuffleUp,
  kShuffleDown,
  kShuffleXor,
  kBallot,
  kAny,
  kAll,
  kMatch
};
[[nodiscard]] char const* name_of(WarpOperation operation);

/// What a lane brings to a warp operation.
struct WarpRequest {
  WarpOperation operation = WarpOperation::kSync;
  std::uint32_t mask = 0;
  std::uint64_t value = 0;  ///< shuffles: the lane's value; votes: its predicate
  int lane = 0;             ///< shuffles: source lane, delta or lane mask
  int width = kWarpLanes;
  Site site;
};
std::uint64_t sync_warp(WarpRequest const& request);

[[nodiscard]] void* dynamic_shared();
[[nodiscard]] void* static_shared(std::size_t bytes, std::size_t alignment, Site site);
/// Throws (by failing the kernel) unless the range is in this block's shared memory.
void require_shared(void const* memory, std::size_t bytes, Site site);
/// Fails the kernel that calls it; never returns.
[[noreturn]] void fail_kernel(std::string what, Site site);

/// Asynchronous copies of the calling thread.
struct PendingCopy {
  void* to = nullptr;
  void const* from = nullptr;
  int bytes = 0;  ///< 0: none
};
void enqueue_copy(PendingCopy copy);
void commit_copies();
/// The next copy that lands when all but the `newest_open` newest groups must have landed; bytes 0: none is left.
[[nodiscard]] PendingCopy next_landing(int newest_open);

}  // namespace limpid::simt
