/// Emulated device memory: apart from host memory, filled with 0xCD, readable only while a kernel or a copy runs, and
/// with a guard page behind every allocation.
#pragma once

#include <cstddef>
#include <string>

namespace limpid::simt {

inline constexpr unsigned char kUndefined = 0xCD;

[[nodiscard]] void* allocate_device(std::size_t bytes);  ///< throws Error device.memory
void release_device(void* address) noexcept;
[[nodiscard]] std::size_t device_bytes_in_use();

/// True when [address, address + bytes) lies in one live allocation.
[[nodiscard]] bool is_device_range(void const* address, std::size_t bytes);
/// True when the address is readable host memory: what a kernel must never be given.
[[nodiscard]] bool is_host_address(void const* address);
/// Throws Failure when an allocation was written past its end (its padding to a page is no longer 0xCD).
void check_device_bounds();

/// Device memory is accessible while at least one of these lives.
class DeviceAccess {
 public:
  DeviceAccess();
  ~DeviceAccess();
  DeviceAccess(DeviceAccess const&) = delete;
  DeviceAccess& operator=(DeviceAccess const&) = delete;
};

/// Throws Failure when a pointer-sized word of a kernel argument points into host memory. Padding must be cleared.
void check_argument(char const* kernel, void const* argument, std::size_t bytes);

}  // namespace limpid::simt
