#include "tests/simt/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>

#include "limpid/error.h"
#include "tests/simt/sanitizers.h"
#include "tests/simt/settings.h"

namespace limpid::simt {
namespace {

struct Allocation {
  std::size_t bytes = 0;   // asked for
  std::size_t mapped = 0;  // whole pages, guard page not counted
  std::size_t device = 0;
};

struct Memory {
  std::mutex mutex;
  std::map<std::uintptr_t, Allocation> live;  // by address
  std::array<std::size_t, kMostDevices> in_use{};
  std::array<int, kMostDevices> users{};
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

void set_access(Memory const& all, std::size_t device, bool open) {
  for (auto const& [address, allocation] : all.live) {
    if (allocation.device != device) continue;
    mprotect(bytes_at(address), allocation.mapped, open ? PROT_READ | PROT_WRITE : PROT_NONE);
  }
}

/// The allocation that holds the address, or the end.
std::map<std::uintptr_t, Allocation>::const_iterator find_allocation(Memory const& all, void const* address) {
  auto const at = reinterpret_cast<std::uintptr_t>(address);
  auto found = all.live.upper_bound(at);
  if (found == all.live.begin()) return all.live.end();
  --found;
  return at - found->first <= found->second.bytes ? found : all.live.end();
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

void* allocate_device(std::int32_t device, std::size_t bytes) {
  Memory& all = memory();
  std::lock_guard const lock(all.mutex);
  auto const of_device = static_cast<std::size_t>(device);
  std::size_t const in_use = all.in_use.at(of_device);
  std::size_t const limit =
      settings().memory_limit != 0 ? settings().memory_limit : profile_named(settings().profile).global_memory;
  if (bytes > limit - std::min(limit, in_use)) {
    throw Error("device.memory", "out of device memory: " + std::to_string(bytes) + " bytes asked for, " +
                                     std::to_string(limit - std::min(limit, in_use)) + " of " + std::to_string(limit) +
                                     " free");
  }
  std::size_t const page = page_bytes();
  std::size_t const mapped = (bytes + page - 1) / page * page;
  void* const base = mmap(nullptr, mapped + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) throw Error("device.memory", "the emulator found no " + std::to_string(bytes) + " bytes");
  mprotect(static_cast<unsigned char*>(base) + mapped, page, PROT_NONE);
  std::memset(base, kUndefined, mapped);
  poison(static_cast<unsigned char*>(base) + bytes, mapped - bytes);
  if (all.users[of_device] == 0) mprotect(base, mapped, PROT_NONE);
  all.live[reinterpret_cast<std::uintptr_t>(base)] = {bytes, mapped, of_device};
  all.in_use[of_device] += bytes;
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
  all.in_use[found->second.device] -= found->second.bytes;
  all.live.erase(found);
}

std::size_t device_bytes_in_use() {
  std::lock_guard const lock(memory().mutex);
  auto const& in_use = memory().in_use;
  return std::accumulate(in_use.begin(), in_use.end(), std::size_t{0});
}

bool is_device_range(void const* address, std::size_t bytes) {
  Memory& all = memory();
  std::lock_guard const lock(all.mutex);
  auto const found = find_allocation(all, address);
  if (found == all.live.end()) return false;
  return bytes <= found->second.bytes - (reinterpret_cast<std::uintptr_t>(address) - found->first);
}

std::int32_t device_of(void const* address) {
  Memory& all = memory();
  std::lock_guard const lock(all.mutex);
  auto const found = find_allocation(all, address);
  return found == all.live.end() ? -1 : static_cast<std::int32_t>(found->second.device);
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
  for (std::int32_t device = 0; device < settings().devices; ++device) {
    DeviceAccess const access(device);
    std::lock_guard const lock(all.mutex);
    for (auto const& [address, allocation] : all.live) {
      if (allocation.device == static_cast<std::size_t>(device)) check_bounds(address, allocation);
    }
  }
}

DeviceAccess::DeviceAccess(std::int32_t device) : device_(device) {
  auto const of_device = static_cast<std::size_t>(device);
  std::lock_guard const lock(memory().mutex);
  if (memory().users.at(of_device)++ == 0) set_access(memory(), of_device, true);
}

DeviceAccess::~DeviceAccess() {
  auto const of_device = static_cast<std::size_t>(device_);
  std::lock_guard const lock(memory().mutex);
  if (--memory().users[of_device] == 0) set_access(memory(), of_device, false);
}

void check_argument(char const* kernel, std::int32_t device, void const* argument, std::size_t bytes) {
  for (std::size_t offset = 0; offset + sizeof(void*) <= bytes; offset += sizeof(void*)) {
    void const* word = nullptr;
    std::memcpy(&word, static_cast<unsigned char const*>(argument) + offset, sizeof word);
    std::int32_t const owner = device_of(word);
    if (owner >= 0 && owner != device) {
      throw Failure(std::string("kernel '") + kernel + "' on device " + std::to_string(device) +
                    ": an argument points to memory of device " + std::to_string(owner) + " (word " +
                    std::to_string(offset / sizeof(void*)) + " of it)");
    }
    if (is_host_address(word)) {
      throw Failure(std::string("kernel '") + kernel + "': an argument points to host memory (word " +
                    std::to_string(offset / sizeof(void*)) + " of it)");
    }
  }
}

}  // namespace limpid::simt
