// What a kernel's thread may call, on the scheduler of the operating system thread that it runs on.
#include "tests/simt/block.h"

#include <utility>

#include "tests/simt/runner.h"

namespace limpid::simt {
namespace {

Runner& runner() {
  thread_local Runner value;
  return value;
}

}  // namespace

void run_grid(Launch const& launch) { runner().run(launch); }

int sync_block(Vote vote, int predicate, Site site) { return runner().sync_block(vote, predicate, site); }
std::uint64_t sync_warp(WarpRequest const& request) { return runner().sync_warp(request); }

void* dynamic_shared() { return runner().shared().dynamic(); }

void* static_shared(std::size_t bytes, std::size_t alignment, Site site) {
  void* memory = nullptr;
  {
    IgnoreAccesses const bookkeeping;
    memory = runner().shared().array(bytes, alignment, site);
  }
  if (memory == nullptr) fail_kernel("static shared memory exceeds the device's limit", site);
  return memory;
}

void require_shared(void const* memory, std::size_t bytes, Site site) {
  bool inside = false;
  {
    IgnoreAccesses const bookkeeping;
    inside = runner().shared().contains(memory, bytes);
  }
  if (!inside) fail_kernel("an asynchronous copy must write to this block's shared memory", site);
}

void fail_kernel(std::string what, Site site) { runner().fail(std::move(what), site); }

void enqueue_copy(PendingCopy copy) {
  IgnoreAccesses const bookkeeping;
  Thread& self = runner().thread();
  self.copies.push_back({copy, self.group});
}

void commit_copies() {
  IgnoreAccesses const bookkeeping;
  ++runner().thread().group;
}

PendingCopy next_landing(int newest_open) {
  IgnoreAccesses const bookkeeping;
  Thread& self = runner().thread();
  if (self.landed == self.copies.size()) return {};
  GroupedCopy const& next = self.copies[self.landed];
  if (next.group + newest_open >= self.group) return {};
  PendingCopy const copy = next.copy;
  if (++self.landed == self.copies.size()) {
    self.copies.clear();
    self.landed = 0;
  }
  return copy;
}

}  // namespace limpid::simt
