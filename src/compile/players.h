/// Who gets a value: every feature by itself, or named groups of features that come and go together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "limpid/ensemble.h"

namespace limpid {

struct Players {
  std::vector<std::string> names;        ///< [P]
  std::vector<std::int32_t> of_feature;  ///< [M] player of each feature, every player has one

  [[nodiscard]] std::int32_t count() const noexcept { return static_cast<std::int32_t>(names.size()); }
};

/// One player per feature, in the model's order.
[[nodiscard]] inline Players feature_players(Ensemble const& ensemble) {
  Players players;
  for (Feature const& feature : ensemble.features) {
    players.of_feature.push_back(players.count());
    players.names.push_back(feature.name);
  }
  return players;
}

}  // namespace limpid
