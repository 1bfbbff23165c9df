// Guesses about columns that are no features, for hints only: nothing is decided by them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "io/columns.h"

namespace limpid {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// The name is the word, or ends or begins with it after a separator.
template <std::size_t N>
bool has_word(std::string const& name, std::array<std::string_view, N> const& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    if (name == word) return true;
    if (name.size() <= word.size()) return false;
    char const before = name[name.size() - word.size() - 1];
    char const after = name[word.size()];
    auto const separates = [](char c) { return c == '_' || c == ' ' || c == '-' || c == '.'; };
    return (name.ends_with(word) && separates(before)) || (name.starts_with(word) && separates(after));
  });
}

bool looks_like_id(std::string const& name) {
  static constexpr std::array<std::string_view, 9> kWords{"id",    "uuid", "guid",   "key",  "identifier",
                                                          "rowid", "ids",  "number", "index"};
  std::string const lower = lower_case(name);
  bool const camel = name.size() > 2 && (name.ends_with("Id") || name.ends_with("ID"));
  return camel || has_word(lower, kWords);
}

bool looks_like_label(std::string const& name) {
  static constexpr std::array<std::string_view, 18> kWords{
      "label", "target",  "class",    "y",     "outcome", "response", "output",  "approved", "default",
      "churn", "churned", "survived", "fraud", "labels",  "score",    "clicked", "accepted", "rejected"};
  return has_word(lower_case(name), kWords);
}

/// As a shell word: an index for a column without a name, quotes where the name needs them.
std::string argument(DataHead const& head, std::int32_t column) {
  auto const at = static_cast<std::size_t>(column);
  if (at >= head.names.size() || head.names[at].empty()) return std::to_string(column);
  std::string const& name = head.names[at];
  bool const plain = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' || c == ':';
  });
  if (plain) return name;
  if (name.find('\'') != std::string::npos) return std::to_string(column);
  return fmt::format("'{}'", name);
}

}  // namespace

bool counts_from_zero(DataHead const& head, std::int32_t column) {
  auto const at = static_cast<std::size_t>(column);
  for (std::size_t r = 0; r < head.rows.size(); ++r) {
    if (at >= head.rows[r].fields.size() || head.rows[r].fields[at] != std::to_string(r)) return false;
  }
  return !head.rows.empty();
}

std::string suggest_option(DataHead const& head, std::int32_t column, TakenOptions& taken) {
  auto const at = static_cast<std::size_t>(column);
  std::string const name = at < head.names.size() ? head.names[at] : std::string{};
  bool const unnamed = name.empty() || name.starts_with("Unnamed: ");
  if (unnamed && counts_from_zero(head, column)) {
    return fmt::format("--id {0} or --exclude {0} (it counts 0, 1, 2, ...: an index)", column);
  }
  if (looks_like_id(name) && !taken.id) {
    taken.id = true;
    return fmt::format("--id {}", argument(head, column));
  }
  if (looks_like_label(name) && !taken.label) {
    taken.label = true;
    return fmt::format("--label {}", argument(head, column));
  }
  return fmt::format("--exclude {}", argument(head, column));
}

}  // namespace limpid
