/// The slow and obvious game of a pair (row, background row): every leaf, players by name.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "kernels/lattice_game.task.h"
#include "kernels/player_order.h"

namespace limpid::tests {

/// One alive leaf of a pair: the players on either side.
struct NamedCube {
  std::set<std::uint32_t> inside, outside;
  std::int64_t value = 0;
  std::uint32_t output = 0;
};

template <class Pattern>
void add_named(PathsView const& paths, Pattern const* row, Pattern const* background, std::vector<NamedCube>& out) {
  for (std::int64_t l = 0; l < paths.leaves; ++l) {
    NamedCube cube{{}, {}, paths.fixed[l], paths.output[l]};
    bool alive = true;
    for (std::uint32_t q = paths.player_begin[l]; q < paths.player_begin[l + 1]; ++q) {
      bool const by_row = (row[l] >> (q - paths.player_begin[l]) & 1) != 0;
      bool const by_background = (background[l] >> (q - paths.player_begin[l]) & 1) != 0;
      alive = alive && (by_row || by_background);
      if (by_row && !by_background) cube.inside.insert(paths.players[q]);
      if (by_background && !by_row) cube.outside.insert(paths.players[q]);
    }
    if (alive) out.push_back(cube);
  }
}

[[nodiscard]] inline std::vector<NamedCube> named_cubes(LatticeGameArgs const& args, std::int64_t r, std::int64_t z) {
  std::vector<NamedCube> cubes;
  add_named(args.short_paths, args.row_bytes + r * args.byte_stride, args.background_bytes + z * args.byte_stride,
            cubes);
  add_named(args.long_paths, args.row_words + r * args.long_paths.leaves,
            args.background_words + z * args.long_paths.leaves, cubes);
  return cubes;
}

/// The players that differ, in the order of background row z.
[[nodiscard]] inline std::vector<std::uint32_t> ordered_players(std::vector<NamedCube> const& cubes,
                                                                std::uint64_t order_seed, std::int64_t z) {
  std::set<std::uint32_t> live;
  for (auto const& cube : cubes) {
    live.insert(cube.inside.begin(), cube.inside.end());
    live.insert(cube.outside.begin(), cube.outside.end());
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed;
  keyed.reserve(live.size());
  for (std::uint32_t const player : live) keyed.emplace_back(player_key(order_seed, z, player), player);
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::uint32_t> players;
  players.reserve(keyed.size());
  for (auto const& [key, player] : keyed) players.push_back(player);
  return players;
}

/// Responses [G] of a coalition; the margins are summed as the game's integers, so that they are exact.
[[nodiscard]] inline std::vector<double> response_of(LatticeGameArgs const& args, std::vector<NamedCube> const& cubes,
                                                     std::set<std::uint32_t> const& coalition) {
  std::vector<std::int64_t> fixed(static_cast<std::size_t>(args.outputs), 0);
  for (auto const& cube : cubes) {
    bool reached = true;
    for (auto const player : cube.inside) reached = reached && coalition.count(player) == 1;
    for (auto const player : cube.outside) reached = reached && coalition.count(player) == 0;
    if (reached) fixed[cube.output] += cube.value;
  }
  std::vector<double> values;
  for (std::size_t g = 0; g < fixed.size(); ++g) {
    values.push_back(static_cast<double>(fixed[g]) * args.step[g] + args.base_margin[g]);
  }
  apply_link(args.link, args.outputs, values.data(), 1);
  return values;
}

/// [G x (q + 1)] of one pair: d of q coalitions, then Delta. `holds(p, i)`: coalition p has the i-th of `players`.
template <class Holds>
[[nodiscard]] std::vector<double> naive_differences(LatticeGameArgs const& args, std::vector<NamedCube> const& cubes,
                                                    std::vector<std::uint32_t> const& players, std::int64_t pairs,
                                                    Holds const& holds) {
  auto const stride = static_cast<std::size_t>(pairs + 1);
  std::vector<double> differences(static_cast<std::size_t>(args.outputs) * stride);
  for (std::size_t p = 0; p < stride; ++p) {
    std::set<std::uint32_t> coalition;
    std::set<std::uint32_t> complement;
    for (std::size_t i = 0; i < players.size(); ++i) {
      (p + 1 < stride && holds(p, i) ? coalition : complement).insert(players[i]);
    }
    auto const one = response_of(args, cubes, coalition);
    auto const other = response_of(args, cubes, complement);
    for (std::size_t g = 0; g < one.size(); ++g) {
      differences[g * stride + p] = p + 1 < stride ? 0.5 * (one[g] - other[g]) : other[g] - one[g];
    }
  }
  return differences;
}

}  // namespace limpid::tests
