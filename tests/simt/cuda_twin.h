/// kernels/launch.cuh on the emulator: CUDA's names, as far as limpid's kernels use them. Included by .cu files that
/// are compiled as C++, after every library header.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/launch_shape.h"
#include "tests/simt/block.h"
#include "tests/simt/intrinsics.h"
#include "tests/simt/memory.h"
#include "tests/simt/sanitizers.h"
#include "tests/simt/stream.h"
#include "tests/simt/warp_intrinsics.h"

// NOLINTBEGIN(readability-identifier-naming,bugprone-macro-parentheses): the names are CUDA's, the arguments types.
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

#define LIMPID_SHARED(type, name) type* const name = static_cast<type*>(::limpid::simt::dynamic_shared())
#define LIMPID_SHARED_ARRAY(type, name, count) \
  auto& name = *static_cast<type(*)[count]>(   \
      ::limpid::simt::static_shared(sizeof(type[count]), alignof(type), ::limpid::simt::Site::here()))
#define LIMPID_UNROLL
// NOLINTEND(readability-identifier-naming,bugprone-macro-parentheses)

namespace limpid {

namespace simt {
/// Arguments by value, as the device gets them; padding is cleared so that only what was set is looked at.
template <class T>
void check_kernel_argument(char const* kernel, std::int32_t device, T argument) {
  static_assert(std::is_trivially_copyable_v<T>, "kernel arguments are copied byte by byte");
#if defined(__has_builtin)
#if __has_builtin(__builtin_clear_padding)
  __builtin_clear_padding(&argument);
#endif
#endif
  check_argument(kernel, device, &argument, sizeof argument);
}
}  // namespace simt

template <class... P>
void launch(char const* name, void (*kernel)(P...), LaunchShape const& shape, device::Exec const& exec,
            std::type_identity_t<P>... args) {
  constexpr std::size_t kArgumentLimit = 4096;
  static_assert((sizeof(P) + ... + 0) <= kArgumentLimit);
  if (shape.blocks.volume() == 0) return;
  check_launch(name, shape, exec.profile());
  (simt::check_kernel_argument(name, exec.profile().index, args), ...);
  auto const dim = [](Extent const& e) {
    return dim3(static_cast<unsigned>(e.x), static_cast<unsigned>(e.y), static_cast<unsigned>(e.z));
  };
  simt::enqueue(exec, [launch = simt::Launch{name, dim(shape.blocks), dim(shape.threads), shape.shared_bytes,
                                             [kernel, args...] { kernel(args...); }}] { simt::run_grid(launch); });
}

template <class V, class T>
V load_vector(T const* pointer, simt::Site site = simt::Site::here()) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % sizeof(V) != 0) simt::fail_kernel("misaligned vector load", site);
  V value;
  simt::note_read(pointer, sizeof(V));
  __builtin_memcpy(&value, pointer, sizeof(V));
  return value;
}

template <class V, class T>
void store_vector(T* pointer, V value, simt::Site site = simt::Site::here()) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % sizeof(V) != 0) simt::fail_kernel("misaligned vector store", site);
  simt::note_write(pointer, sizeof(V));
  __builtin_memcpy(pointer, &value, sizeof(V));
}

template <class T>
T load_changing(T const* pointer) {
  return __atomic_load_n(pointer, __ATOMIC_RELAXED);
}

/// The bytes are undefined from here to the wait, as they may be on a device.
template <int kBytes>
void async_copy(void* shared, void const* global, simt::Site site = simt::Site::here()) {
  static_assert(kBytes == 4 || kBytes == 8 || kBytes == 16);
  if (reinterpret_cast<std::uintptr_t>(shared) % kBytes != 0 ||
      reinterpret_cast<std::uintptr_t>(global) % kBytes != 0) {
    simt::fail_kernel("misaligned asynchronous copy", site);
  }
  simt::require_shared(shared, kBytes, site);
  simt::note_write(shared, kBytes);
  std::memset(shared, simt::shared_fill(), kBytes);
  simt::enqueue_copy({shared, global, kBytes});
}

inline void async_commit() { simt::commit_copies(); }

template <int kNewestOpen = 0>
void async_wait() {
  for (;;) {
    simt::PendingCopy const copy = simt::next_landing(kNewestOpen);
    if (copy.bytes == 0) return;
    std::memcpy(copy.to, copy.from, static_cast<std::size_t>(copy.bytes));
  }
}

}  // namespace limpid
