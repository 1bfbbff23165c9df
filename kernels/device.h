/// The device as plain C++ sees it: no CUDA symbol. Implemented by kernels/device_cuda.cu (a GPU),
/// tests/simt (the emulator) or kernels/device_none.cpp (a build without CUDA).
/// Thread safety: an Exec and the buffers made with it belong to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace limpid::device {

/// What a kernel mapping may use; sizes in bytes.
struct Profile {
  std::string name;  ///< "NVIDIA H100 80GB HBM3"
  std::int32_t index = 0;
  std::int32_t multiprocessors = 0;
  std::int32_t max_threads_per_block = 1024;
  std::size_t shared_per_block = 0;  ///< with the opt-in attribute
  std::size_t global_memory = 0;
  std::int32_t compute_capability = 0;  ///< 90 = 9.0
};

/// Devices that can run limpid's kernels; empty without one.
[[nodiscard]] std::vector<Profile> profiles();
/// Why profiles() is empty: one clause, e.g. "this build has no CUDA", "CUDA driver version is insufficient ...".
[[nodiscard]] std::string unavailable_reason();
/// "13.0" and the driver's version; "none" where there is none.
[[nodiscard]] std::string toolkit_version();
[[nodiscard]] std::string driver_version();

/// A device and one stream of work on it. Everything enqueued is ordered within the stream; wait() blocks the host.
class Exec {
 public:
  explicit Exec(std::int32_t index);  ///< throws Error device.unavailable
  ~Exec();
  Exec(Exec&&) noexcept;
  Exec& operator=(Exec&&) noexcept;

  [[nodiscard]] Profile const& profile() const noexcept;
  void copy_in(void* device, void const* host, std::size_t bytes) const;   ///< host to device, asynchronous
  void copy_out(void* host, void const* device, std::size_t bytes) const;  ///< device to host, asynchronous
  void zero(void* device, std::size_t bytes) const;
  void wait() const;  ///< the thread sleeps meanwhile
  /// Asks that the kernels of this stream find this memory in L2, as far as the device sets some aside; a hint that
  /// changes no result, and nothing on a device without that.
  void keep_in_l2(void const* device, std::size_t bytes) const;
  /// Device scratch of at least `bytes`, valid until the next call; contents undefined. Stream-ordered reuse.
  [[nodiscard]] void* workspace(std::size_t bytes) const;

  struct Impl;
  [[nodiscard]] Impl& impl() const noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Blocks the host until the device has done all of its work, that of other libraries included.
void synchronise(std::int32_t index);
[[nodiscard]] void* allocate(std::int32_t index, std::size_t bytes);  ///< throws Error device.memory
void release(std::int32_t index, void* device) noexcept;
[[nodiscard]] void* allocate_pinned(std::size_t bytes);  ///< page-locked host memory
void release_pinned(void* host) noexcept;

/// Device memory of `size` elements. Move-only.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Exec const& exec, std::size_t size)
      : index_(exec.profile().index),
        size_(size),
        data_(size ? static_cast<T*>(allocate(index_, size * sizeof(T))) : nullptr) {}
  Buffer(Exec const& exec, std::span<T const> host) : Buffer(exec, host.size()) {
    if (size_ != 0) exec.copy_in(data_, host.data(), size_ * sizeof(T));
  }
  ~Buffer() { release(index_, data_); }
  Buffer(Buffer&& o) noexcept
      : index_(o.index_), size_(std::exchange(o.size_, 0)), data_(std::exchange(o.data_, nullptr)) {}
  Buffer& operator=(Buffer&& o) noexcept {
    std::swap(index_, o.index_);
    std::swap(size_, o.size_);
    std::swap(data_, o.data_);
    return *this;
  }

  [[nodiscard]] T* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::int32_t index_ = 0;
  std::size_t size_ = 0;
  T* data_ = nullptr;
};

}  // namespace limpid::device
