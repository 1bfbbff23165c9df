#include <algorithm>
#include <cmath>

#include "explain/engine_common.h"

namespace limpid {
namespace {

/// Main effects of one output: phi_i less what i shares with every other player, in the players' order.
void set_main_effects(Explanation const& chunk, double const* values, double* pairs) {
  std::int64_t const players = chunk.players;
  for (std::int64_t i = 0; i < players; ++i) {
    double* const main = pairs + pair_index(players, i, i) * chunk.stride;
    std::copy_n(values + i * chunk.stride, chunk.rows, main);
    for (std::int64_t j = 0; j < players; ++j) {
      if (j == i) continue;
      double const* const shared = pairs + pair_index(players, std::min(i, j), std::max(i, j)) * chunk.stride;
      for (std::int64_t r = 0; r < chunk.rows; ++r) main[r] -= shared[r];
    }
  }
}

}  // namespace

void finish_interactions(Explanation& out) {
  if (out.interactions.empty()) return;
  std::int64_t const pairs = pair_count(out.players);
  for (std::int64_t g = 0; g < out.outputs; ++g) {
    set_main_effects(out, out.values.data() + g * out.players * out.stride,
                     out.interactions.data() + g * pairs * out.stride);
  }
  std::int64_t const vectors = out.outputs * pairs;
  std::int64_t const blocks = (out.rows + kInteractionRows - 1) / kInteractionRows;
  out.interaction_summary.assign(static_cast<std::size_t>(blocks * vectors), 0.0);
  for (std::int64_t n = 0; n < vectors; ++n) {
    double const* const values = out.interactions.data() + n * out.stride;
    for (std::int64_t r = 0; r < out.rows; ++r) {
      out.interaction_summary[static_cast<std::size_t>(r / kInteractionRows * vectors + n)] += std::abs(values[r]);
    }
  }
}

}  // namespace limpid
