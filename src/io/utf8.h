/// UTF-8, as the Unicode standard's table 3-7 has it.
#pragma once

#include <cstddef>
#include <string_view>

namespace limpid {

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Bytes of the sequence that `text` begins with; 0 when it is none (overlong, surrogate, above U+10FFFF, cut off).
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace limpid
