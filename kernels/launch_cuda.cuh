/// launch.cuh on CUDA's own compiler.
#pragma once

#include <cuda_pipeline.h>
#include <cuda_runtime.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/launch_shape.h"

#define LIMPID_SHARED(type, name)                                        \
  extern __shared__ __align__(16) unsigned char limpid_dynamic_shared[]; \
  type* const name = reinterpret_cast<type*>(limpid_dynamic_shared)
#define LIMPID_SHARED_ARRAY(type, name, count) __shared__ type name[count]
#define LIMPID_UNROLL _Pragma("unroll")

namespace limpid {

namespace device {
[[nodiscard]] cudaStream_t stream_of(Exec const& exec) noexcept;
/// Throws Error device.memory or device.launch with CUDA's own words unless `status` is cudaSuccess.
void check_cuda(cudaError_t status, char const* what);
void select_device(Exec const& exec);
}  // namespace device

/// Nothing is launched when the grid has no blocks.
template <class... P>
void launch(char const* name, void (*kernel)(P...), LaunchShape const& shape, device::Exec const& exec,
            std::type_identity_t<P>... args) {
  constexpr std::size_t kSharedWithoutOptIn = 48 * 1024;
  if (shape.blocks.volume() == 0) return;
  check_launch(name, shape, exec.profile());
  device::select_device(exec);
  if (shape.shared_bytes > kSharedWithoutOptIn) {
    device::check_cuda(
        cudaFuncSetAttribute(reinterpret_cast<void const*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(shape.shared_bytes)),
        name);
  }
  auto const dim = [](Extent const& e) {
    return dim3(static_cast<unsigned>(e.x), static_cast<unsigned>(e.y), static_cast<unsigned>(e.z));
  };
  kernel<<<dim(shape.blocks), dim(shape.threads), shape.shared_bytes, device::stream_of(exec)>>>(args...);
  device::check_cuda(cudaGetLastError(), name);
}

/// REQUIRES: `pointer` aligned to sizeof(V).
template <class V, class T>
__device__ __forceinline__ V load_vector(T const* pointer) {
  assert(reinterpret_cast<std::uintptr_t>(pointer) % sizeof(V) == 0);
  return *reinterpret_cast<V const*>(pointer);
}

template <class V, class T>
__device__ __forceinline__ void store_vector(T* pointer, V value) {
  assert(reinterpret_cast<std::uintptr_t>(pointer) % sizeof(V) == 0);
  *reinterpret_cast<V*>(pointer) = value;
}

template <class T>
__device__ __forceinline__ T load_changing(T const* pointer) {
  return *static_cast<T const volatile*>(pointer);
}

template <int kBytes>
__device__ __forceinline__ void async_copy(void* shared, void const* global) {
  static_assert(kBytes == 4 || kBytes == 8 || kBytes == 16);
  __pipeline_memcpy_async(shared, global, kBytes);
}

__device__ __forceinline__ void async_commit() { __pipeline_commit(); }

template <int kNewestOpen = 0>
__device__ __forceinline__ void async_wait() {
  __pipeline_wait_prior(kNewestOpen);
}

}  // namespace limpid
