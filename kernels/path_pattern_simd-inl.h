// Patterns of 64 rows at a time, rows as byte lanes. Same integers as kernels/path_pattern.h.
#if defined(LIMPID_PATH_PATTERN_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_PATH_PATTERN_SIMD_INL_H_
#undef LIMPID_PATH_PATTERN_SIMD_INL_H_
#else
#define LIMPID_PATH_PATTERN_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include "compile/layout.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::int64_t kGroupRows = 64;  ///< rows of a pattern step; strides are multiples of it

/// Starts from `full` and clears bit (player & 7) of every row that fails a test. Tests of one player may follow
/// each other: clearing twice is clearing once. `out` [64].
HWY_INLINE void PatternBytes(Test const* test, Test const* end, BinsView const& bins, std::int64_t row,
                             std::uint8_t full, std::uint8_t* HWY_RESTRICT out) {
  hn::CappedTag<std::uint8_t, 64> const d;
  for (std::int64_t i = 0; i < kGroupRows; i += static_cast<std::int64_t>(hn::Lanes(d))) {
    auto pattern = hn::Set(d, full);
    for (Test const* t = test; t != end; ++t) {
      auto const bin = hn::LoadU(d, bins.data + static_cast<std::int64_t>(t->column) * bins.stride + row + i);
      auto const distance = hn::Sub(bin, hn::Set(d, t->lo));
      // unsigned distance <= width, in the one form that is a single operation everywhere
      auto const pass = hn::Eq(hn::Min(distance, hn::Set(d, t->width)), distance);
      auto const bit = hn::Set(d, static_cast<std::uint8_t>(1u << (t->player & 7u)));
      pattern = hn::IfThenElse(pass, pattern, hn::AndNot(bit, pattern));
    }
    hn::StoreU(pattern, d, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();
#endif
