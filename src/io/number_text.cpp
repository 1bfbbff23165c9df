#include "io/number_text.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace limpid {

char* write_number(double value, bool float64, char const* non_finite, char* out) noexcept {
  if (!float64) {
    auto const narrow = static_cast<float>(value);
    if (std::isfinite(narrow)) return std::to_chars(out, out + kNumberBytes, narrow).ptr;
  }
  if (std::isfinite(value)) return std::to_chars(out, out + kNumberBytes, value).ptr;
  std::size_t const size = std::strlen(non_finite);
  std::memcpy(out, non_finite, size);
  return out + size;
}

void append_number(double value, bool float64, std::string& out) {
  char text[kNumberBytes];
  out.append(text, static_cast<std::size_t>(write_number(value, float64, "null", text) - text));
}

}  // namespace limpid
