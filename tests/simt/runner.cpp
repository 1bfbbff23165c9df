#include "tests/simt/runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace limpid::simt {
namespace {

std::int64_t volume(dim3 const& d) { return std::int64_t{d.x} * d.y * d.z; }

uint3 unravel(std::int64_t index, dim3 const& extent) {
  return {static_cast<unsigned>(index % extent.x), static_cast<unsigned>(index / extent.x % extent.y),
          static_cast<unsigned>(index / extent.x / extent.y)};
}

std::string text_of(uint3 const& at) { return fmt::format("({}, {}, {})", at.x, at.y, at.z); }

}  // namespace

void Runner::run(Launch const& launch) {
  launch_ = &launch;
  count_ = static_cast<int>(volume(launch.threads));
  skipped_ = SkippedBarrier(settings().skipped_barrier);
  blockDim = launch.threads;
  gridDim = launch.blocks;
  order_.resize(static_cast<std::size_t>(count_));
  std::iota(order_.begin(), order_.end(), 0);
  if (settings().order == Order::kReverse) std::reverse(order_.begin(), order_.end());
  std::int64_t const blocks = volume(launch.blocks);
  std::vector<int> block_order(static_cast<std::size_t>(blocks));
  std::iota(block_order.begin(), block_order.end(), 0);
  if (settings().order == Order::kReverse) std::reverse(block_order.begin(), block_order.end());
  if (settings().order == Order::kShuffled) shuffle(block_order);
  for (auto& each : banks_) release_to(&each.begin_token);
  struct Join {
    std::array<Bank, kBanks>& banks;
    ~Join() {
      for (auto& each : banks) each.fibers.join();
    }
  } const join{banks_};  // also after a failure
  for (int const block : block_order) run_block(block);
}

void Runner::run_block(std::int64_t block) {
  start_block(block);
  for (;;) {
    run_ready();
    if (running_ == 0) break;
    if (!release_warps()) release_block();
  }
  if (bank().shared.overrun()) {
    throw Failure(fmt::format("kernel '{}', block {}: written past its {} bytes of dynamic shared memory",
                              launch_->name, text_of(blockIdx), launch_->shared_bytes));
  }
}

void Runner::start_block(std::int64_t block) {
  IgnoreAccesses const bookkeeping;
  bank_ = (bank_ + 1) % kBanks;
  ++bank().blocks;
  blockIdx = unravel(block, launch_->blocks);
  threads_.assign(static_cast<std::size_t>(count_), Thread{});
  failure_.clear();
  running_ = count_;
  bank().shared.reset(launch_->shared_bytes, profile_named(settings().profile).shared_per_block);
  bank().fibers.reset(count_, &Runner::enter, this);
}

void Runner::run_thread(int index) {
  Bank& own = bank();
  acquire_from(&own.begin_token);
  acquire_from(&own.end_tokens[(own.blocks + 1) % 2]);
  launch_->body();
  bool unlanded = false;
  {
    IgnoreAccesses const bookkeeping;
    Thread& self = threads_[static_cast<std::size_t>(index)];
    unlanded = !self.copies.empty();
    self.status = Status::kEnded;
  }
  if (unlanded) fail("ended with asynchronous copies that it never waited for", {"", 0});
  release_to(&own.end_tokens[own.blocks % 2]);
}

void Runner::place(int index) {
  IgnoreAccesses const bookkeeping;
  current_ = index;
  threadIdx = unravel(index, launch_->threads);
}

void Runner::shuffle(std::vector<int>& order) const {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[next_random() % i]);
}

/// Runs every thread that is not waiting, once, until it waits or ends.
void Runner::run_ready() {
  if (settings().order == Order::kShuffled) shuffle(order_);
  for (int const index : order_) {
    if (threads_[static_cast<std::size_t>(index)].status != Status::kReady) continue;
    place(index);
    bool const alive = bank().fibers.resume(index);
    if (!failure_.empty()) throw Failure(failure_);
    if (!alive) --running_;
  }
}

void Runner::note(Site site) {
  for (auto const& known : noted_) {
    if (known.file == site.file && known.line == site.line) return;
  }
  noted_.push_back(site);
  note_barrier(site);
}

Failure Runner::warp_failure(int warp, std::string const& what) const {
  return Failure(fmt::format("kernel '{}', block {}, warp {}: {}", launch_->name, text_of(blockIdx), warp, what));
}

bool Runner::release_warps() {
  bool any = false;
  for (int first = 0; first < count_; first += kWarpLanes) {
    WarpResolution const outcome =
        resolve_warp(&threads_[static_cast<std::size_t>(first)], std::min(kWarpLanes, count_ - first));
    if (!outcome.failure.empty()) throw warp_failure(first / kWarpLanes, outcome.failure);
    for (auto const& [site, mask] : outcome.barriers) {  // shuffles and votes order nothing
      note(site);
      group_.clear();
      for (int lane = 0; lane < kWarpLanes; ++lane) {
        if ((mask >> static_cast<unsigned>(lane) & 1U) != 0) group_.push_back(first + lane);
      }
      bank().fibers.synchronise(group_);
    }
    any = any || outcome.released;
  }
  return any;
}

std::string Runner::describe(int index) const {
  Thread const& t = threads_[static_cast<std::size_t>(index)];
  auto const who = fmt::format("thread {}", text_of(unravel(index, launch_->threads)));
  switch (t.status) {
    case Status::kEnded:
      return who + " has left the kernel";
    case Status::kAtBarrier:
      return fmt::format("{} waits at the barrier {}", who, t.site.text());
    case Status::kAtWarp:
      return fmt::format("{} waits in {} at {}", who, name_of(t.warp.operation), t.warp.site.text());
    case Status::kReady:
      break;
  }
  return who + " runs";
}

/// All threads must be at one and the same barrier.
void Runner::release_block() {
  for (int first = 0; first < count_; first += kWarpLanes) {
    auto const why = why_stuck(&threads_[static_cast<std::size_t>(first)], std::min(kWarpLanes, count_ - first));
    if (!why.empty()) throw warp_failure(first / kWarpLanes, why);
  }
  Thread const& first = threads_[0];
  for (int i = 0; i < count_; ++i) {
    Thread const& t = threads_[static_cast<std::size_t>(i)];
    if (t.status == Status::kAtBarrier && first.status == Status::kAtBarrier && t.site == first.site) continue;
    int other = 0;  // somebody who is elsewhere than thread i
    while (other + 1 < count_ && other == i) ++other;
    throw Failure(fmt::format("kernel '{}', block {}: the threads do not meet: {}, {}", launch_->name,
                              text_of(blockIdx), describe(other), describe(i)));
  }
  note(first.site);
  if (!skipped_.matches(first.site)) {
    group_.resize(static_cast<std::size_t>(count_));
    std::iota(group_.begin(), group_.end(), 0);
    bank().fibers.synchronise(group_);
  }
  int sum = 0;
  for (auto const& t : threads_) sum += t.predicate != 0 ? 1 : 0;
  int const result = first.vote == Vote::kAnd  ? (sum == count_ ? 1 : 0)
                     : first.vote == Vote::kOr ? (sum > 0 ? 1 : 0)
                                               : sum;
  for (auto& t : threads_) {
    t.status = Status::kReady;
    t.result = static_cast<std::uint64_t>(result);
  }
}

int Runner::sync_block(Vote vote, int predicate, Site site) {
  {
    IgnoreAccesses const bookkeeping;
    if (vote == Vote::kNone && skipped_.matches(site)) return 0;
    Thread& self = thread();
    self.status = Status::kAtBarrier;
    self.vote = vote;
    self.predicate = predicate;
    self.site = site;
  }
  suspend();
  IgnoreAccesses const bookkeeping;
  return static_cast<int>(thread().result);
}

std::uint64_t Runner::sync_warp(WarpRequest const& request) {
  bool outside = false;
  {
    IgnoreAccesses const bookkeeping;
    if (request.operation == WarpOperation::kSync && skipped_.matches(request.site)) return 0;
    outside = (request.mask >> static_cast<unsigned>(current_ % kWarpLanes) & 1U) == 0;
    Thread& self = thread();
    self.status = Status::kAtWarp;
    self.warp = request;
  }
  if (outside) {
    fail(fmt::format("{} by a lane outside its own mask {:#010x}", name_of(request.operation), request.mask),
         request.site);
  }
  suspend();
  IgnoreAccesses const bookkeeping;
  return thread().result;
}

void Runner::fail(std::string what, Site site) {
  {
    IgnoreAccesses const bookkeeping;
    failure_ = fmt::format("kernel '{}', block {}, thread {}: {}{}", launch_->name, text_of(blockIdx),
                           text_of(threadIdx), what, site.line != 0 ? " (" + site.text() + ")" : "");
    std::string().swap(what);  // nobody will destroy it
  }
  for (;;) suspend();  // never resumed: the block is given up
}

}  // namespace limpid::simt
