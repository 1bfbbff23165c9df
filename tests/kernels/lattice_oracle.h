/// lattice_game the slow way: Shapley values by definition over all 2^V coalitions, and the whole operation by the
/// steps of its task.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_pairs.task.h"

namespace limpid::tests {

/// A cube on the players themselves.
struct PlayerCube {
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  double value = 0.0;
  std::uint32_t output = 0;
};

template <class Pattern>
void add_cubes(PathsView const& paths, Pattern const* row, Pattern const* background, double const* step,
               std::vector<PlayerCube>& cubes) {
  for (std::int64_t l = 0; l < paths.leaves; ++l) {
    PlayerCube cube{0, 0, static_cast<double>(paths.fixed[l]) * step[paths.output[l]], paths.output[l]};
    bool alive = true;
    for (std::uint32_t q = 0; q < paths.player_begin[l + 1] - paths.player_begin[l]; ++q) {
      bool const by_row = ((row[l] >> q) & 1) != 0;
      bool const by_background = ((background[l] >> q) & 1) != 0;
      std::uint64_t const bit = std::uint64_t{1} << paths.players[paths.player_begin[l] + q];
      alive = alive && (by_row || by_background);
      if (by_row && !by_background) cube.inside |= bit;
      if (by_background && !by_row) cube.outside |= bit;
    }
    if (alive) cubes.push_back(cube);
  }
}

inline std::vector<PlayerCube> cubes_of(LatticeGameArgs const& args, std::int64_t r, std::int64_t z) {
  std::vector<PlayerCube> cubes;
  add_cubes(args.short_paths, args.row_bytes + r * args.byte_stride, args.background_bytes + z * args.byte_stride,
            args.step, cubes);
  add_cubes(args.long_paths, args.row_words + r * args.long_paths.leaves,
            args.background_words + z * args.long_paths.leaves, args.step, cubes);
  return cubes;
}

inline std::uint64_t live_players(std::vector<PlayerCube> const& cubes) {
  std::uint64_t live = 0;
  for (auto const& cube : cubes) live |= cube.inside | cube.outside;
  return live;
}

inline double response(Link link, std::vector<double> const& margins, std::size_t output) {
  if (link == Link::kSigmoid) return 1.0 / (1.0 + std::exp(-margins[output]));
  if (link == Link::kExp) return std::exp(margins[output]);
  if (link == Link::kSignedSquare) return margins[output] * std::abs(margins[output]);
  if (link == Link::kSoftplus) return std::log1p(std::exp(margins[output]));
  if (link == Link::kIdentity) return margins[output];
  double sum = 0.0;
  for (double const margin : margins) sum += std::exp(margin);
  return std::exp(margins[output]) / sum;
}

/// The bits of the players in a set.
inline std::vector<std::uint64_t> bits_of(std::uint64_t set) {
  std::vector<std::uint64_t> bits;
  for (; set != 0; set &= set - 1) bits.push_back(set & (~set + 1));
  return bits;
}

/// [G x 2^V] v(S) of one pair, S over the live players.
inline std::vector<double> game_by_definition(LatticeGameArgs const& args, std::vector<PlayerCube> const& cubes) {
  auto const outputs = static_cast<std::size_t>(args.outputs);
  auto const live = bits_of(live_players(cubes));
  std::size_t const size = std::size_t{1} << live.size();
  std::vector<double> v(outputs * size);
  for (std::size_t s = 0; s < size; ++s) {
    std::uint64_t coalition = 0;
    for (std::size_t i = 0; i < live.size(); ++i) coalition |= ((s >> i) & 1) != 0 ? live[i] : 0;
    std::vector<double> margins(args.base_margin, args.base_margin + outputs);
    for (auto const& cube : cubes) {
      bool const reached = (cube.inside & ~coalition) == 0 && (cube.outside & coalition) == 0;
      if (reached) margins[cube.output] += cube.value;
    }
    for (std::size_t g = 0; g < outputs; ++g) v[g * size + s] = response(args.link, margins, g);
  }
  return v;
}

/// phi of every output and player for one pair, [G x P]: sum over S without i of s! (V-1-s)! / V! (v(S + i) - v(S)).
inline std::vector<double> shapley_by_definition(LatticeGameArgs const& args, std::vector<PlayerCube> const& cubes) {
  auto const outputs = static_cast<std::size_t>(args.outputs);
  auto const players = static_cast<std::size_t>(args.players);
  auto const live = bits_of(live_players(cubes));
  std::size_t const size = std::size_t{1} << live.size();
  auto const v = game_by_definition(args, cubes);
  std::vector<double> phi(outputs * players, 0.0);
  auto const count = static_cast<double>(live.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    for (std::size_t s = 0; s < size; ++s) {
      if (((s >> i) & 1) != 0) continue;
      auto const members = static_cast<double>(std::popcount(s));
      double const weight = std::exp(std::lgamma(members + 1) + std::lgamma(count - members) - std::lgamma(count + 1));
      for (std::size_t g = 0; g < outputs; ++g) {
        phi[g * players + static_cast<std::size_t>(std::countr_zero(live[i]))] +=
            weight * (v[g * size + (s | (std::size_t{1} << i))] - v[g * size + s]);
      }
    }
  }
  return phi;
}

/// [G x T] of row r over its background: half of the sum over S without i and j of s! (V-2-s)! / (V-1)! (v(S + i + j) -
/// v(S + i) - v(S + j) + v(S)); main effects are 0.
inline std::vector<double> mean_interactions_by_definition(LatticeGameArgs const& args, std::int64_t r) {
  auto const outputs = static_cast<std::size_t>(args.outputs);
  auto const pairs = static_cast<std::size_t>(pair_count(args.players));
  std::vector<double> mean(outputs * pairs, 0.0);
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    auto const cubes = cubes_of(args, r, z);
    auto const live = bits_of(live_players(cubes));
    std::size_t const size = std::size_t{1} << live.size();
    auto const v = game_by_definition(args, cubes);
    for (std::size_t n = 0; n < size * live.size() * live.size(); ++n) {
      std::size_t const i = std::size_t{1} << (n % live.size());
      std::size_t const j = std::size_t{1} << (n / live.size() % live.size());
      std::size_t const s = n / live.size() / live.size();
      if (i >= j || (s & (i | j)) != 0) continue;
      auto const count = static_cast<double>(live.size());
      auto const members = static_cast<double>(std::popcount(s));
      double const weight = std::exp(std::lgamma(members + 1) + std::lgamma(count - 1 - members) - std::lgamma(count));
      auto const pair = static_cast<std::size_t>(
          pair_index(args.players, std::countr_zero(live[static_cast<std::size_t>(std::countr_zero(i))]),
                     std::countr_zero(live[static_cast<std::size_t>(std::countr_zero(j))])));
      for (std::size_t g = 0; g < outputs; ++g) {
        double const* const game = v.data() + g * size;
        mean[g * pairs + pair] += 0.5 * weight * (game[s | i | j] - game[s | i] - game[s | j] + game[s]) /
                                  static_cast<double>(args.background_rows);
      }
    }
  }
  return mean;
}

/// Adds one game's interactions to those of row r.
template <class Real>
void add_interactions(LatticeGameArgs const& args, std::vector<Real> const& game,
                      std::vector<std::uint32_t> const& bits, std::int32_t live, std::int64_t r) {
  if (args.interactions == nullptr || live < 2) return;
  std::vector<std::int64_t> player;
  for (std::size_t p = 0; p < bits.size(); ++p) {
    if (bits[p] != 0) player.push_back(static_cast<std::int64_t>(p));
  }
  std::vector<double> entries(std::size_t{1} << live);
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    double pairs[lattice::kMostPairs];
    lattice::interactions_of(game.data() + (static_cast<std::size_t>(g) << live), live, entries.data(), pairs);
    for (std::int32_t high = 1; high < live; ++high) {
      for (std::int32_t low = 0; low < high; ++low) {
        auto const pair =
            pair_index(args.players, player[static_cast<std::size_t>(low)], player[static_cast<std::size_t>(high)]);
        args.interactions[(g * pair_count(args.players) + pair) * args.value_stride + r] +=
            pairs[lattice::live_pair(low, high)];
      }
    }
  }
}

/// The pair of row `r` and background row `z`: its values are added to `sums` [G x P], its interactions to the task's.
template <class Int, class Real>
void play_pair_by_task(LatticeGameArgs const& args, std::int64_t r, std::int64_t z, std::vector<double>& sums) {
  std::uint8_t const* const a = args.row_bytes + r * args.byte_stride;
  std::uint8_t const* const b = args.background_bytes + z * args.byte_stride;
  std::uint64_t const* const a_words = args.row_words + r * args.long_paths.leaves;
  std::uint64_t const* const b_words = args.background_words + z * args.long_paths.leaves;
  std::vector<std::uint32_t> bits(static_cast<std::size_t>(args.players), 0);
  lattice::mark_live(args.short_paths, a, b, bits.data());
  lattice::mark_live(args.long_paths, a_words, b_words, bits.data());
  std::int32_t const live = lattice::number_live(bits.data(), args.players);
  args.largest[r] = std::max(args.largest[r], live);
  if (live == 0 || live > args.max_players) return;
  std::size_t const size = std::size_t{1} << live;
  std::vector<Int> cubes(static_cast<std::size_t>(args.outputs) * size, 0);
  lattice::scatter(args.short_paths, a, b, bits.data(), live, cubes.data());
  lattice::scatter(args.long_paths, a_words, b_words, bits.data(), live, cubes.data());
  std::vector<Real> game(cubes.size());
  std::vector<Real> empty(static_cast<std::size_t>(args.outputs));
  for (std::int32_t g = 0; g < args.outputs; ++g) lattice::sum_over_subsets(cubes.data() + (g << live), live);
  lattice::apply_game_link(args, cubes.data(), live, game.data(), empty.data());
  add_interactions(args, game, bits, live, r);
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    double values[32];
    lattice::fold(game.data() + (g << live), live, values);
    for (std::int32_t p = 0; p < args.players; ++p) {
      std::uint32_t const bit = bits[static_cast<std::size_t>(p)];
      if (bit != 0) sums[static_cast<std::size_t>(g * args.players + p)] += values[std::countr_zero(bit)];
    }
  }
}

/// The whole operation by the steps of the task.
template <class Int, class Real>
void play_by_task(LatticeGameArgs const& args) {
  auto const vectors = static_cast<std::size_t>(args.outputs * args.players);
  for (std::int64_t r = 0; r < args.rows; ++r) {
    std::vector<double> sums(vectors, 0.0);
    args.largest[r] = 0;
    for (std::int64_t z = 0; z < args.background_rows; ++z) play_pair_by_task<Int, Real>(args, r, z, sums);
    std::int64_t const pairs = args.interactions == nullptr ? 0 : args.outputs * pair_count(args.players);
    for (std::int64_t n = 0; n < pairs; ++n) {
      args.interactions[n * args.value_stride + r] /= static_cast<double>(args.background_rows);
    }
    for (std::size_t n = 0; n < vectors; ++n) {
      args.values[static_cast<std::int64_t>(n) * args.value_stride + r] =
          sums[n] / static_cast<double>(args.background_rows);
    }
  }
}

inline void play_by_task(LatticeGameArgs const& args) {
  bool const in_float = lattice::folds_in_float(args.link);
  if (args.wide) {
    in_float ? play_by_task<lattice::Wide, float>(args) : play_by_task<lattice::Wide, double>(args);
  } else {
    in_float ? play_by_task<lattice::Narrow, float>(args) : play_by_task<lattice::Narrow, double>(args);
  }
}

}  // namespace limpid::tests
