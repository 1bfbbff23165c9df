/// Warp operations among the waiting lanes of one warp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/simt/block.h"

namespace limpid::simt {

enum class Status : std::uint8_t { kReady, kAtBarrier, kAtWarp, kEnded };

/// A copy that has not landed and the number of its group.
struct GroupedCopy {
  PendingCopy copy;
  int group = 0;
};

/// A thread of the block that runs, as the scheduler sees it.
struct Thread {
  Status status = Status::kReady;
  Vote vote = Vote::kNone;  ///< kAtBarrier
  int predicate = 0;
  Site site;
  WarpRequest warp;  ///< kAtWarp
  std::uint64_t result = 0;
  int group = 0;  ///< of the next asynchronous copy
  std::vector<GroupedCopy> copies;
  std::size_t landed = 0;  ///< of `copies`
};

struct WarpResolution {
  bool released = false;                                 ///< some lanes may go on
  std::vector<std::pair<Site, std::uint32_t>> barriers;  ///< every __syncwarp that was met, and its mask
  std::string failure;                                   ///< a rule that was broken
};

/// Lets go on every group of lanes that has met: all lanes of a mask, at the same operation of the same line.
[[nodiscard]] WarpResolution resolve_warp(Thread* lanes, int count);

/// REQUIRES: no thread of the block can go on. Why a group of this warp cannot meet; empty when no lane is in a warp
/// operation.
[[nodiscard]] std::string why_stuck(Thread const* lanes, int count);

}  // namespace limpid::simt
