/// Memory that an engine on a GPU holds: buffers that grow, page-locked host memory, and errors that say what did not
/// fit.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid {

/// Page-locked host memory of `size` elements: copies from and to it run beside kernels. Move-only.
template <class T>
class Pinned {
 public:
  Pinned() = default;
  explicit Pinned(std::size_t size)
      : size_(size), data_(size != 0 ? static_cast<T*>(device::allocate_pinned(size * sizeof(T))) : nullptr) {}
  ~Pinned() { device::release_pinned(data_); }
  Pinned(Pinned&& o) noexcept : size_(std::exchange(o.size_, 0)), data_(std::exchange(o.data_, nullptr)) {}
  Pinned& operator=(Pinned&& o) noexcept {
    std::swap(size_, o.size_);
    std::swap(data_, o.data_);
    return *this;
  }

  [[nodiscard]] T* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_ = 0;
  T* data_ = nullptr;
};

/// Runs `allocate`; an error about memory says what the memory was for.
template <class Allocate>
[[nodiscard]] auto allocate_for(std::string const& what, Allocate const& allocate) {
  try {
    return allocate();
  } catch (Error const& error) {
    if (error.code() != "device.memory") throw;
    throw Error(error.code(), std::string(error.what()) + ", for " + what, error.where(),
                "use a smaller --chunk-rows or --background, or --device cpu");
  }
}

/// Makes `buffer` hold at least `size` elements; what it held is lost when it grows.
template <class T>
void reserve(device::Exec const& exec, device::Buffer<T>& buffer, std::size_t size, char const* what) {
  if (buffer.size() >= size) return;
  buffer = {};
  buffer = allocate_for(what, [&] { return device::Buffer<T>(exec, size); });
}

template <class T>
void reserve(Pinned<T>& buffer, std::size_t size, char const* what) {
  if (buffer.size() >= size) return;
  buffer = {};
  buffer = allocate_for(what, [&] { return Pinned<T>(size); });
}

}  // namespace limpid
