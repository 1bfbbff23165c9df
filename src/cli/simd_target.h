/// The SIMD target of the CPU kernels. LIMPID_SIMD (avx3, avx2, sse4, ssse3, scalar) forces one.
#pragma once

#include <string>

namespace limpid::cli {

/// Honours LIMPID_SIMD; call it before any kernel. Throws Error usage.value for a target that is unknown, not built or
/// not supported by this processor.
void select_simd_target();
[[nodiscard]] std::string simd_target();  ///< "AVX3"

}  // namespace limpid::cli
