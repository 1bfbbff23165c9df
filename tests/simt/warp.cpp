#include "tests/simt/warp.h"

#include <fmt/core.h>

#include <array>

namespace limpid::simt {
namespace {

bool in_mask(std::uint32_t mask, int lane) { return (mask >> static_cast<unsigned>(lane) & 1U) != 0; }

bool is_shuffle(WarpOperation operation) {
  return operation == WarpOperation::kShuffle || operation == WarpOperation::kShuffleUp ||
         operation == WarpOperation::kShuffleDown || operation == WarpOperation::kShuffleXor;
}

/// The lane that `lane` reads in a shuffle: CUDA C++ Programming Guide, "Warp Shuffle Functions".
int source_lane(WarpRequest const& request, int lane) {
  int const first = lane & ~(request.width - 1);
  int const last = first + request.width - 1;
  switch (request.operation) {
    case WarpOperation::kShuffle:
      return first + (request.lane & (request.width - 1));
    case WarpOperation::kShuffleUp:
      return lane - request.lane < first ? lane : lane - request.lane;
    case WarpOperation::kShuffleDown:
      return lane + request.lane > last ? lane : lane + request.lane;
    default:  // xor may read earlier segments, not later ones
      return (lane ^ request.lane) > last ? lane : (lane ^ request.lane);
  }
}

bool has_met(Thread const* lanes, int count, WarpRequest const& wanted) {
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    if (!in_mask(wanted.mask, lane)) continue;
    if (lane >= count || lanes[lane].status != Status::kAtWarp) return false;
    WarpRequest const& found = lanes[lane].warp;
    if (found.operation != wanted.operation || found.mask != wanted.mask || !(found.site == wanted.site)) return false;
  }
  return true;
}

std::uint64_t vote_of(Thread const* lanes, WarpRequest const& request) {
  std::uint32_t ballot = 0;
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    if (!in_mask(request.mask, lane)) continue;
    std::uint64_t const value = lanes[lane].warp.value;
    bool const yes = request.operation == WarpOperation::kMatch ? value == request.value : value != 0;
    if (yes) ballot |= 1U << static_cast<unsigned>(lane);
  }
  if (request.operation == WarpOperation::kAny) return ballot != 0 ? 1 : 0;
  if (request.operation == WarpOperation::kAll) return ballot == request.mask ? 1 : 0;
  return ballot;
}

/// Gives every lane of the group its result; the failure, if a lane reads one outside the group.
std::string give_results(Thread* lanes, std::uint32_t mask) {
  std::array<std::uint64_t, kWarpLanes> results{};
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    if (!in_mask(mask, lane)) continue;
    WarpRequest const& request = lanes[lane].warp;
    if (!is_shuffle(request.operation)) {
      results[static_cast<std::size_t>(lane)] = vote_of(lanes, request);
      continue;
    }
    int const source = source_lane(request, lane);
    if (!in_mask(mask, source)) {
      return fmt::format("{} at {}: lane {} reads lane {}, which is not in the mask {:#010x}",
                         name_of(request.operation), request.site.text(), lane, source, mask);
    }
    results[static_cast<std::size_t>(lane)] = lanes[source].warp.value;
  }
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    if (!in_mask(mask, lane)) continue;
    lanes[lane].result = results[static_cast<std::size_t>(lane)];
    lanes[lane].status = Status::kReady;
  }
  return {};
}

}  // namespace

char const* name_of(WarpOperation operation) {
  switch (operation) {
    case WarpOperation::kSync:
      return "__syncwarp";
    case WarpOperation::kShuffle:
      return "__shfl_sync";
    case WarpOperation::kShuffleUp:
      return "__shfl_up_sync";
    case WarpOperation::kShuffleDown:
      return "__shfl_down_sync";
    case WarpOperation::kShuffleXor:
      return "__shfl_xor_sync";
    case WarpOperation::kBallot:
      return "__ballot_sync";
    case WarpOperation::kAny:
      return "__any_sync";
    case WarpOperation::kAll:
      return "__all_sync";
    case WarpOperation::kMatch:
      return "__match_any_sync";
  }
  return "";
}

WarpResolution resolve_warp(Thread* lanes, int count) {
  WarpResolution outcome;
  for (int lane = 0; lane < count; ++lane) {
    if (lanes[lane].status != Status::kAtWarp) continue;
    WarpRequest const request = lanes[lane].warp;
    if (!has_met(lanes, count, request)) continue;
    outcome.failure = give_results(lanes, request.mask);
    if (!outcome.failure.empty()) return outcome;
    if (request.operation == WarpOperation::kSync) outcome.barriers.emplace_back(request.site, request.mask);
    outcome.released = true;
  }
  return outcome;
}

std::string why_stuck(Thread const* lanes, int count) {
  for (int leader = 0; leader < count; ++leader) {
    if (lanes[leader].status != Status::kAtWarp) continue;
    WarpRequest const& wanted = lanes[leader].warp;
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if (!in_mask(wanted.mask, lane)) continue;
      auto const complain = [&](std::string const& what) {
        return fmt::format("{} at {} by lane {} names lane {} in its mask {:#010x}, which {}",
                           name_of(wanted.operation), wanted.site.text(), leader, lane, wanted.mask, what);
      };
      if (lane >= count) return complain("does not exist in this block");
      Thread const& other = lanes[lane];
      if (other.status == Status::kEnded) return complain("has left the kernel");
      if (other.status == Status::kAtBarrier) return complain("waits at the barrier " + other.site.text());
      if (other.warp.operation != wanted.operation || other.warp.mask != wanted.mask ||
          !(other.warp.site == wanted.site)) {
        return complain(fmt::format("is in {} at {} with mask {:#010x}", name_of(other.warp.operation),
                                    other.warp.site.text(), other.warp.mask));
      }
    }
  }
  return {};
}

}  // namespace limpid::simt
