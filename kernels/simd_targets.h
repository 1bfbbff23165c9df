/// The SIMD targets that every *_cpu.cpp is compiled for: AVX3 (AVX-512), AVX2, SSE4 and scalar. The others of
/// Highway 1.0 (SSSE3, AVX3_DL) would cost build time and bring no new instruction that limpid uses.
/// Include it before any Highway header.
#pragma once

#if defined(__SANITIZE_ADDRESS__)  // these files take minutes there: the longest vectors and none
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX2 | HWY_AVX3_DL)
#else
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
#endif
