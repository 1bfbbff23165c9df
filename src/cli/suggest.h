/// "Did you mean": the nearest of a list of known words.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace limpid::cli {

/// Edits between two words: insert, delete, replace, swap of neighbours (optimal string alignment), case ignored.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest known word, the first of equals; empty when none is near enough to be meant.
[[nodiscard]] std::string nearest(std::string_view word, std::span<std::string const> known);

}  // namespace limpid::cli
