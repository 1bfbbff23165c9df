/// Scores as text, as commands and endpoints answer them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limpid {

/// Appends the numbers of a line, separated by commas, blanks around them allowed. Empty: done; else what is wrong, in
/// words, and nothing was appended that counts.
[[nodiscard]] std::string append_scores(std::string_view line, std::vector<double>& scores);

/// A line in a message: cut when long, without control characters.
[[nodiscard]] std::string shown_line(std::string_view line);

}  // namespace limpid
