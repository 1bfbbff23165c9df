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

bool looks_like_id(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kWords{"id",    "uuid", "guid",   "key",  "identifier",
                                                          "rowid", "ids",  "number", "index"};
  std::string const lower = lower_case(name);
  bool const camel = name.size() > 2 && (name.ends_with("Id") || name.ends_with("ID"));
  return camel || has_word(lower, kWords);
}

bool looks_like_label(std::string_view name) {
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

/// The first values are all 0 and 1, or true and false: a binary label has no others.
bool looks_binary(DataHead const& head, std::int32_t column) {
  static constexpr std::array<std::string_view, 6> kValues{"0", "1", "0.0", "1.0", "true", "false"};
  auto const at = static_cast<std::size_t>(column);
  return head.rows.size() > 1 && std::all_of(head.rows.begin(), head.rows.end(), [&](CsvRecord const& row) {
           return at < row.fields.size() &&
                  std::find(kValues.begin(), kValues.end(), lower_case(row.fields[at])) != kValues.end();
         });
}

std::string_view name_of_column(DataHead const& head, std::int32_t column) {
  auto const at = static_cast<std::size_t>(column);
  return at < head.names.size() ? std::string_view(head.names[at]) : std::string_view{};
}

/// An index that was written along comes first and has no name, or the name that pandas gave it when it read it again.
bool is_index(DataHead const& head, std::int32_t column) {
  auto const name = name_of_column(head, column);
  return column == 0 && (name.empty() || name.starts_with("Unnamed: ")) && counts_from_zero(head, column);
}

template <class Guess>
std::int32_t first_of(std::vector<std::int32_t> const& columns, Guess const& guess) {
  auto const it = std::find_if(columns.begin(), columns.end(), guess);
  return it == columns.end() ? -1 : *it;
}

}  // namespace

bool counts_from_zero(DataHead const& head, std::int32_t column) {
  auto const at = static_cast<std::size_t>(column);
  for (std::size_t r = 0; r < head.rows.size(); ++r) {
    if (at >= head.rows[r].fields.size() || head.rows[r].fields[at] != std::to_string(r)) return false;
  }
  return !head.rows.empty();
}

std::vector<std::string> suggest_options(DataHead const& head, std::vector<std::int32_t> const& columns,
                                         TakenOptions taken) {
  auto const named_id = [&](std::int32_t c) { return !is_index(head, c) && looks_like_id(name_of_column(head, c)); };
  auto const named_label = [&](std::int32_t c) { return looks_like_label(name_of_column(head, c)); };
  auto const valued_label = [&](std::int32_t c) { return !is_index(head, c) && looks_binary(head, c); };
  std::int32_t const id = taken.id ? -1 : first_of(columns, named_id);
  std::int32_t label = taken.label ? -1 : first_of(columns, named_label);
  if (label < 0 && !taken.label) label = first_of(columns, valued_label);

  std::vector<std::string> options;
  for (auto const column : columns) {
    if (column == id) {
      options.push_back(fmt::format("--id {}", argument(head, column)));
    } else if (column == label) {
      options.push_back(fmt::format("--label {}", argument(head, column)));
    } else if (is_index(head, column)) {
      bool const may_be_id = id < 0 && !taken.id;
      options.push_back(fmt::format("{}--exclude {} (it counts 0, 1, 2, ...: an index)",
                                    may_be_id ? fmt::format("--id {} or ", column) : "", column));
    } else {
      options.push_back(fmt::format("--exclude {}", argument(head, column)));
    }
  }
  return options;
}

}  // namespace limpid
