/// Numbers as output text (docs/contract.md, Numbers): the shortest decimal that reads back to the same float32, or
/// with `float64` to the same double. The same text on every machine; no locale.
#pragma once

#include <cstddef>
#include <string>

namespace limpid {

/// Longest text of one number.
inline constexpr std::size_t kNumberBytes = 32;

/// Writes `value` at `out` (room for kNumberBytes) and returns the end. A double that overflows float32 is written with
/// its own digits. NaN and infinity are written as `non_finite`: JSON has neither.
[[nodiscard]] char* write_number(double value, bool float64, char const* non_finite, char* out) noexcept;

void append_number(double value, bool float64, std::string& out);  ///< non-finite: "null"

}  // namespace limpid
