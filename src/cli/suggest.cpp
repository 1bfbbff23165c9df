#include "cli/suggest.h"

#include <algorithm>
#include <cstddef>

#include "io/near_names.h"

namespace limpid::cli {

std::string nearest(std::string_view word, std::span<std::string const> known) {
  static constexpr std::size_t kAlways = 2;  // edits that any word may be away
  std::string best;
  std::size_t best_distance = std::max(kAlways, word.size() / 2) + 1;
  for (auto const& candidate : known) {
    bool const begun = word.size() > 1 && candidate.starts_with(word);  // prob: probability
    auto const distance = begun ? 1 : edit_distance(word, candidate);
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace limpid::cli
