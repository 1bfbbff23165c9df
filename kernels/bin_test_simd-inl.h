// The one test of the compiled form on the bins of 64 rows, as a mask of rows. Included once per SIMD target.
#if defined(LIMPID_KERNELS_BIN_TEST_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_BIN_TEST_SIMD_INL_H_
#undef LIMPID_KERNELS_BIN_TEST_SIMD_INL_H_
#else
#define LIMPID_KERNELS_BIN_TEST_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include "compile/layout.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using ByteTag = hn::CappedTag<std::uint8_t, 64>;
inline constexpr std::size_t kByteLanes = hn::MaxLanes(ByteTag());

/// Bit i: the test passes on bins[i]; 64 readable bytes.
HWY_INLINE std::uint64_t passing_rows(Test const& test, std::uint8_t const* HWY_RESTRICT bins) {
  ByteTag const d;
  auto const lo = hn::Set(d, test.lo);
  auto const width = hn::Set(d, test.width);
  alignas(8) std::uint8_t bytes[8] = {};  // little endian; a partial store writes whole bytes
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < 64; i += kByteLanes) {
    auto const offset = hn::Sub(hn::LoadU(d, bins + i), lo);
    auto const pass = hn::Eq(hn::Min(offset, width), offset);  // Highway 1.0 compares no unsigned bytes by <=
    if constexpr (kByteLanes >= 8) {
      hn::StoreMaskBits(d, pass, bytes + i / 8);
    } else {
      hn::StoreMaskBits(d, pass, bytes);
      rows |= static_cast<std::uint64_t>(bytes[0] & 1U) << i;
    }
  }
  if constexpr (kByteLanes >= 8) hwy::CopyBytes<8>(bytes, &rows);
  return rows;
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
