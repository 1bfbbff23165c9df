/// Shared memory of the block that runs: undefined (0xCD) when a block starts, bounded by the device profile.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/simt/settings.h"

namespace limpid::simt {

class SharedMemory {
 public:
  SharedMemory();
  ~SharedMemory();
  SharedMemory(SharedMemory const&) = delete;
  SharedMemory& operator=(SharedMemory const&) = delete;

  /// A new block begins: everything is undefined again.
  void reset(std::size_t dynamic_bytes, std::size_t limit);
  [[nodiscard]] void* dynamic() const { return base_; }
  /// The static array declared at `site`; nullptr when the block's shared memory is exhausted.
  [[nodiscard]] void* array(std::size_t bytes, std::size_t alignment, Site site);
  [[nodiscard]] bool contains(void const* memory, std::size_t bytes) const;
  /// True when something wrote behind the dynamic shared memory of this block.
  [[nodiscard]] bool overrun() const;

 private:
  struct Array {
    Site site;
    std::size_t offset = 0;
    std::size_t bytes = 0;
  };
  unsigned char* base_ = nullptr;
  std::size_t dynamic_bytes_ = 0;
  std::size_t limit_ = 0;
  std::size_t static_begin_ = 0;
  std::size_t static_bytes_ = 0;
  std::size_t dirty_ = 0;  ///< bytes that earlier blocks may have touched
  std::vector<Array> arrays_;
};

}  // namespace limpid::simt
