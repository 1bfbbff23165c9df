/// --interactions: of which pairs of players, and how they are written.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/arguments.h"

namespace limpid::cli {

struct InteractionsOption {
  bool asked = false;
  std::int64_t top = 0;  ///< of each row the pairs with the largest interactions; 0: all of them
  bool npy = false;      ///< an array of NumPy's in place of JSON Lines
};

void add_interactions_option(std::vector<OptionSpec>& out);
void add_interactions_format_option(std::vector<OptionSpec>& out);
/// Throws Error usage.interactions, usage.value.
[[nodiscard]] InteractionsOption interactions_option(Arguments const& arguments);

}  // namespace limpid::cli
