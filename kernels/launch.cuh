/// What a .cu file includes, and nothing else of CUDA. Kernels are ordinary CUDA (__global__, threadIdx,
/// __syncthreads, __shfl_*_sync, __ballot_sync, __syncwarp, integer atomics, byte-wise intrinsics); what goes through
/// this header is
///
///   launch("name", kernel, {blocks, threads, shared_bytes}, exec, args...)   asynchronous in exec's stream
///   LIMPID_SHARED(T, name)                   the block's dynamic shared memory, T* name; 16-byte aligned
///   LIMPID_SHARED_ARRAY(T, name, count)      static shared memory, T name[count] (plain __shared__ is not used: the
///                                            emulator must know it to poison it between blocks)
///   load_vector<uint4>(pointer)              one aligned vector load; store_vector(pointer, value)
///   load_changing(pointer)                   a load of what other threads change by atomics meanwhile
///   LIMPID_UNROLL                            before a loop over registers, which must be unrolled
///   async_copy<16>(shared, global)           4, 8 or 16 bytes from global to shared memory by this thread, landed
///   after async_commit(); async_wait<n>();         ... its group of copies was waited for (n newest groups may stay
///   open)
///
/// The same text compiles against the emulator in tests/simt, with g++. Rules that it enforces: no return before a
/// kernel's last barrier; all lanes of a mask meet at the same line; no pointer to host memory in kernel arguments.
#pragma once

#include "limpid/platform.h"

#if LIMPID_NVCC
#include "kernels/launch_cuda.cuh"
#else
#include "tests/simt/cuda_twin.h"
#endif
