/// UTF-8, as the Unicode standard's table 3-7 has it.
#pragma once

#include <string_view>

namespace limpid {

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace limpid
