#include "tests/simt/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>

#include "limpid/error.h"
#include "tests/simt/sanitizers.h"
#include "tests/simt/settings.h"

namespace limpid::simt {
namespace {

struct Allocation {
  std::size_t bytes = 0;   // asked for
  std::size_t mapped = 0;  // whole pages, guard page not counted
};

struct Memory {
  std::mutex mutex;
  std::map<std::uintptr_t, Allocation> live;  // by address
  std::size_t in_use = 0;
  int users = 0;
};

Memory& memory() {
  static auto* const value = new Memory();  // outlives every static that owns device memory
  return *value;
}

std::size_t page_bytes() {
  static auto const bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

// NOLINTNEXTLINE(performance-no-int-to-ptr): device addresses are kept as numbers
unsigned char* bytes_at(std::uintptr_t address) { return reinterpret_cast<unsigned char*>(address); }

void set_access(Memory const& all, bool open) {
  for (auto const& [address, allocation] : all.live) {
    mprotect(bytes_at(address), allocation.mapped, open ? PROT_READ | PROT_WRITE : PROT_NONE);
  }
}

/// REQUIRES: the memory is accessible.
void check_bounds(std::uintptr_t address, Allocation const& allocation) {
  if (kAsan) return;  // the padding is poisoned instead
  for (std::size_t i = allocation.bytes; i < allocation.mapped; ++i) {
    if (bytes_at(address)[i] != kUndefined) {
      throw Failure("device memory was written " + std::to_string(i - allocation.bytes) +
                    " bytes past the end of an allocation of " + std::to_string(allocation.bytes) + " bytes");
    }
  }
}

}  // namespace

void* allocate_device(std::size_t bytes) {
  Memory& all = memory();
  std::lock_guard const lock(all.mutex);
  std::size_t const limit =
      settings().memory_limit != 0 ? settings().memory_limit : profile_named(settings().profile).global_memory;
  if (bytes > limit - std::min(limit, all.in_use)) {
    throw Error("device.memory", "out of device memory: " + std::to_string(bytes) + " bytes asked for, " +
                                     std::to_string(limit - std::min(limit, all.in_use)) + " of " +
                                     std::to_string(limit) + " free");
  }
  std::size_t const page = page_bytes();
  std::size_t const mapped = (bytes + page - 1) / page * page;
  void* const base = mmap(nullptr, mapped + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) throw Error("device.memory", "the emulator found no " + std::to_string(bytes) + " bytes");
  mprotect(static_cast<unsigned char*>(base) + mapped, page, PROT_NONE);
  std::memset(base, kUndefined, mapped);
  poison(static_cast<unsigned char*>(base) + bytes, mapped - bytes);
  if (all.users == 0) mprotect(base, mapped, PROT_NONE);
  all.live[reinterpret_cast<std::uintptr_t>(base)] = {bytes, mapped};
  all.in_use += bytes;
  return base;
}

void release_device(void* address) noexcept {
  if (address == nullptr) return;
  Memory& all = memory();
  std::lock_guard const lock(all.mutex);
  auto const found = all.live.find(reinterpret_cast<std::uintptr_t>(address));
  if (found == all.live.end()) return;
  unpoison(address, found->second.mapped);
  munmap(address, found->second.mapped + page_bytes());
  all.in_use -= found->second.bytes;
  all.live.erase(found);
}

std::size_t device_bytes_in_use() {
  std::lock_guard const lock(memory().mutex);
  return memory().in_use;
}

bool is_device_range(void const* address, std::size_t bytes) {
  Memory& all = memory();
  std::lock_guard const lock(all.mutex);
  auto const at = reinterpret_cast<std::uintptr_t>(address);
  auto found = all.live.upper_bound(at);
  if (found == all.live.begin()) return false;
  --found;
  return at - found->first <= found->second.bytes && bytes <= found->second.bytes - (at - found->first);
}

bool is_host_address(void const* address) {
  // Below lie counts, also two in a word, and the shadow of the address sanitizer; programs, heaps and stacks above.
  constexpr std::uintptr_t kLowest = std::uintptr_t{1} << 45U;
  constexpr std::uintptr_t kHighest = std::uintptr_t{1} << 47U;
  auto const at = reinterpret_cast<std::uintptr_t>(address);
  if (at < kLowest || at >= kHighest || is_device_range(address, 0)) return false;
  unsigned char resident = 0;
  return mincore(bytes_at(at / page_bytes() * page_bytes()), 1, &resident) == 0;
}

void check_device_bounds() {
  Memory& all = memory();
  DeviceAccess const access;
  std::lock_guard const lock(all.mutex);
  for (auto const& [address, allocation] : all.live) check_bounds(address, allocation);
}

DeviceAccess::DeviceAccess() {
  std::lock_guard const lock(memory().mutex);
  if (memory().users++ == 0) set_access(memory(), true);
}

DeviceAccess::~DeviceAccess() {
  std::lock_guard const lock(memory().mutex);
  if (--memory().users == 0) set_access(memory(), false);
}

void check_argument(char const* kernel, void const* argument, std::size_t bytes) {
  for (std::size_t offset = 0; offset + sizeof(void*) <= bytes; offset += sizeof(void*)) {
    void const* word = nullptr;
    std::memcpy(&word, static_cast<unsigned char const*>(argument) + offset, sizeof word);
    if (is_host_address(word)) {
      throw Failure(std::string("kernel '") + kernel + "': an argument points to host memory (word " +
                    std::to_string(offset / sizeof(void*)) + " of it)");
    }
  }
}

}  // namespace limpid::simt
