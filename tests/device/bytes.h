/// What a device computed, on the host, and whether it is what was expected to the bit.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/device.h"

namespace limpid {

template <class T>
[[nodiscard]] std::vector<T> copy_back(device::Exec const& exec, device::Buffer<T> const& buffer) {
  std::vector<T> host(buffer.size());
  exec.copy_out(host.data(), buffer.data(), host.size() * sizeof(T));
  exec.wait();
  return host;
}

/// Equal bits, also of NaN and of -0.
template <class T>
[[nodiscard]] bool same_bits(std::vector<T> const& a, std::vector<T> const& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// The rows [0, rows) of [vectors x stride] values, without padding.
template <class T>
[[nodiscard]] std::vector<T> without_padding(std::vector<T> const& values, std::int64_t stride, std::int64_t rows) {
  std::vector<T> result;
  for (std::size_t begin = 0; begin < values.size(); begin += static_cast<std::size_t>(stride)) {
    auto const first = values.begin() + static_cast<std::ptrdiff_t>(begin);
    result.insert(result.end(), first, first + rows);
  }
  return result;
}

}  // namespace limpid
