/// LIMPID_HD marks a function that runs on the host and on the device. The only file that looks at the compiler.
#pragma once

#if defined(__CUDACC__)
#define LIMPID_HD __host__ __device__
#else
#define LIMPID_HD
#endif
