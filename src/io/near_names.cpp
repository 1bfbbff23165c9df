#include "io/near_names.h"

#include <algorithm>
#include <vector>

namespace limpid {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Blanks, underscores, hyphens and dots are interchangeable: 'debt to income' is 'debt_to_income'.
std::string folded(std::string_view name) {
  std::string out;
  for (char const c : name) {
    if (c != ' ' && c != '_' && c != '-' && c != '.') out += lower(c);
  }
  return out;
}

}  // namespace

// Optimal string alignment (Damerau 1964 without overlapping edits), three rows of the table at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      bool const same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::string nearest_name(std::string_view name, std::span<std::string const> known) {
  static constexpr std::size_t kLongest = 64;  // longer names are compared only after folding
  std::string const wanted = folded(name);
  std::string best;
  std::size_t best_distance = 0;
  for (auto const& candidate : known) {
    if (!wanted.empty() && folded(candidate) == wanted) return candidate;
    if (candidate.empty() || candidate.size() > kLongest || name.size() > kLongest) continue;
    std::size_t const limit = std::max<std::size_t>(1, std::max(name.size(), candidate.size()) / 3);
    std::size_t const gap = std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size());
    if (gap > limit) continue;
    std::size_t const distance = edit_distance(name, candidate);
    if (distance <= limit && distance < candidate.size() && (best.empty() || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace limpid
