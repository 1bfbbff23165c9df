/// Emulated device memory: apart from host memory, filled with 0xCD, readable only while a kernel or a copy runs on the
/// device that it belongs to, and with a guard page behind every allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace limpid::simt {

inline constexpr unsigned char kUndefined = 0xCD;

/// Throws Error device.memory.
[[nodiscard]] void* allocate_device(std::int32_t device, std::size_t bytes);
void release_device(void* address) noexcept;
[[nodiscard]] std::size_t device_bytes_in_use();

/// True when [address, address + bytes) lies in one live allocation of any device.
[[nodiscard]] bool is_device_range(void const* address, std::size_t bytes);
/// The device whose live allocation holds the address; -1: none.
[[nodiscard]] std::int32_t device_of(void const* address);
/// True when the address is readable host memory: what a kernel must never be given.
[[nodiscard]] bool is_host_address(void const* address);
/// Throws Failure when an allocation was written past its end (its padding to a page is no longer 0xCD).
void check_device_bounds();

/// The memory of a device is accessible while at least one of these lives.
class DeviceAccess {
 public:
  explicit DeviceAccess(std::int32_t device);
  ~DeviceAccess();
  DeviceAccess(DeviceAccess const&) = delete;
  DeviceAccess& operator=(DeviceAccess const&) = delete;

 private:
  std::int32_t device_;
};

/// Throws Failure when a pointer-sized word of an argument of a kernel on `device` points into host memory or into that
/// of another device. Padding must be cleared.
void check_argument(char const* kernel, std::int32_t device, void const* argument, std::size_t bytes);

}  // namespace limpid::simt
