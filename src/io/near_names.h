/// "Did you mean": the known name nearest to one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace limpid {

/// Edits (insert, delete, replace, swap of neighbours) between two names, case ignored.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name with the fewest edits, when they are at most a third of its length (at least one); the first of
/// equals; empty when none is near.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<std::string const> known);

}  // namespace limpid
