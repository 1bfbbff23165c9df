/// "Did you mean": the nearest of a list of known words.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace limpid::cli {

/// The nearest known word, the first of equals; empty when none is near enough to be meant.
[[nodiscard]] std::string nearest(std::string_view word, std::span<std::string const> known);

}  // namespace limpid::cli
