/// LIMPID_HD marks a function that runs on the host and on the device; LIMPID_NVCC is 1 where CUDA's own compiler reads
/// the file and 0 elsewhere (the emulator). The only file that looks at the compiler.
#pragma once

#if defined(__CUDACC__)
#define LIMPID_HD __host__ __device__
#define LIMPID_NVCC 1
#else
#define LIMPID_HD
#define LIMPID_NVCC 0
#endif
