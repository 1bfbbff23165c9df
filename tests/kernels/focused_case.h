/// Focused games without a model: lattice_case.h with a level and the memory for the answer.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/focused_game.h"
#include "kernels/lattice_case.h"

namespace limpid::tests {

inline constexpr double kUntouched = -77.0;

struct FocusedCase {
  LatticeCase game;
  std::vector<double> sums, changes;
  std::vector<std::int32_t> estimated;
  FocusedGameArgs args;

  FocusedCase(LatticeShape const& shape, std::int32_t max_players, std::int64_t coalitions)
      : game(make_lattice_case(shape)) {
    bind(max_players, coalitions);
  }
  FocusedCase(LatticeCase made, std::int32_t max_players, std::int64_t coalitions) : game(std::move(made)) {
    bind(max_players, coalitions);
  }
  FocusedCase(FocusedCase const&) = delete;
  FocusedCase& operator=(FocusedCase const&) = delete;

  void play() {
    args.lattice.count_only = true;
    lattice_game_cpu(args.lattice);
    args.lattice.count_only = false;
    focused_game_cpu(args);
  }
  [[nodiscard]] double at(std::vector<double> const& data, std::int32_t g, std::int32_t p, std::int64_t r) const {
    return data[static_cast<std::size_t>((g * args.lattice.players + p) * args.lattice.value_stride + r)];
  }

 private:
  void bind(std::int32_t max_players, std::int64_t coalitions) {
    sums.assign(game.values.size(), kUntouched);
    changes.assign(game.values.size(), kUntouched);
    estimated.assign(game.largest.size(), -1);
    args.lattice = game.args;
    args.lattice.max_players = max_players;
    args.effort.coalitions = coalitions;
    args.sums = sums.data();
    args.changes = changes.data();
    args.estimated = estimated.data();
  }
};

}  // namespace limpid::tests
