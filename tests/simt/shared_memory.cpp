#include "tests/simt/shared_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "tests/simt/memory.h"
#include "tests/simt/sanitizers.h"

namespace limpid::simt {
namespace {

constexpr std::size_t kArenaBytes = std::size_t{512} << 10;
constexpr std::size_t kGapBytes = 256;                       // between dynamic and static: shows an overrun
constexpr std::size_t kStaticLimit = std::size_t{48} << 10;  // CUDA: static shared memory has no opt-in

unsigned char* map_arena() {
  void* const mapped = mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  return static_cast<unsigned char*>(mapped);
}

}  // namespace

SharedMemory::SharedMemory() : base_(map_arena()) {}

SharedMemory::~SharedMemory() {
  unpoison(base_, kArenaBytes);
  munmap(base_, kArenaBytes);
}

void SharedMemory::reset(std::size_t dynamic_bytes, std::size_t limit) {
  unpoison(base_, kArenaBytes);
  dynamic_bytes_ = dynamic_bytes;
  limit_ = limit;
  static_begin_ = (dynamic_bytes + kGapBytes + 15) / 16 * 16;
  static_bytes_ = 0;
  arrays_.clear();
  dirty_ = std::max(dirty_, static_begin_);
  std::memset(base_, shared_fill(), dirty_);
  poison(base_ + dynamic_bytes, kArenaBytes - dynamic_bytes);
}

void* SharedMemory::array(std::size_t bytes, std::size_t alignment, Site site) {
  for (auto const& known : arrays_) {
    if (known.site == site && known.bytes == bytes) return base_ + known.offset;
  }
  std::size_t const begin = (static_bytes_ + alignment - 1) / alignment * alignment;
  if (begin + bytes > kStaticLimit || dynamic_bytes_ + begin + bytes > limit_) return nullptr;
  static_bytes_ = begin + bytes;
  std::size_t const offset = static_begin_ + begin;
  dirty_ = std::max(dirty_, offset + bytes);
  unpoison(base_ + offset, bytes);
  for (std::size_t i = 0; i < bytes; ++i) base_[offset + i] = shared_fill();
  arrays_.push_back({site, offset, bytes});
  return base_ + offset;
}

bool SharedMemory::contains(void const* memory, std::size_t bytes) const {
  auto const* const first = static_cast<unsigned char const*>(memory);
  auto const inside = [&](unsigned char const* begin, std::size_t size) {
    return first >= begin && first + bytes <= begin + size;
  };
  return inside(base_, dynamic_bytes_) || inside(base_ + static_begin_, static_bytes_);
}

bool SharedMemory::overrun() const {
  if (kAsan) return false;  // the gap is poisoned
  return !std::all_of(base_ + dynamic_bytes_, base_ + static_begin_,
                      [](unsigned char b) { return b == shared_fill(); });
}

}  // namespace limpid::simt
