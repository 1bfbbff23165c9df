/// The one test of the compiled form (compile/layout.h, Tests), on one bin.
#pragma once

#include "compile/layout.h"
#include "limpid/platform.h"

namespace limpid {

LIMPID_HD inline bool passes(Test const& test, std::uint8_t bin) noexcept {
  return static_cast<std::uint8_t>(bin - test.lo) <= test.width;
}

/// The bin that the test looks at, for row r.
LIMPID_HD inline std::uint8_t bin_of(BinsView const& bins, Test const& test, std::int64_t r) noexcept {
  return bins.data[static_cast<std::int64_t>(test.column) * bins.stride + r];
}

}  // namespace limpid
