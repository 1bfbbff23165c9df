/// row_game the slow way: the definition over all 2^V coalitions of a row, and the whole operation by the steps of its
/// task.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/lattice_checks.h"
#include "kernels/lattice_oracle.h"
#include "kernels/row_game.task.h"

namespace limpid::tests {

/// Players in which row r differs from any background row.
inline std::uint64_t row_players(LatticeGameArgs const& args, std::int64_t r) {
  std::uint64_t live = 0;
  for (std::int64_t z = 0; z < args.background_rows; ++z) live |= live_players(cubes_of(args, r, z));
  return live;
}

/// log(p / (1 - p)) of the mean probability of every output [G] at a set of players, in long double.
inline std::vector<double> logits_of_mean(LatticeGameArgs const& args, std::int64_t r, std::uint64_t coalition) {
  auto const outputs = static_cast<std::size_t>(args.outputs);
  std::vector<long double> chance(outputs, 0.0L);
  std::vector<long double> against(outputs, 0.0L);
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    std::vector<long double> margins(args.base_margin, args.base_margin + outputs);
    for (auto const& cube : cubes_of(args, r, z)) {
      bool const reached = (cube.inside & ~coalition) == 0 && (cube.outside & coalition) == 0;
      if (reached) margins[cube.output] += static_cast<long double>(cube.value);
    }
    for (std::size_t g = 0; g < outputs; ++g) {
      long double others = 0.0L;  // of the exponentials, relative to this output's
      if (args.link == Link::kSigmoid) others = std::exp(-margins[g]);
      for (std::size_t k = 0; args.link == Link::kSoftmax && k < outputs; ++k) {
        if (k != g) others += std::exp(margins[k] - margins[g]);
      }
      chance[g] += args.weight(z) / (1.0L + others);
      against[g] += args.weight(z) * others / (1.0L + others);
    }
  }
  std::vector<double> logits;
  for (std::size_t g = 0; g < outputs; ++g) logits.push_back(static_cast<double>(std::log(chance[g] / against[g])));
  return logits;
}

/// v(S) of every coalition of the row's players, [2^V] vectors [G].
inline std::vector<std::vector<double>> row_game_by_definition(LatticeGameArgs const& args, std::int64_t r,
                                                               std::vector<std::uint64_t> const& live) {
  std::vector<std::vector<double>> v;
  for (std::size_t s = 0; s < std::size_t{1} << live.size(); ++s) {
    std::uint64_t coalition = 0;
    for (std::size_t i = 0; i < live.size(); ++i) coalition |= ((s >> i) & 1) != 0 ? live[i] : 0;
    v.push_back(logits_of_mean(args, r, coalition));
  }
  return v;
}

/// Interactions [G x T] of row r; main effects are 0.
inline std::vector<double> row_interactions_by_definition(LatticeGameArgs const& args, std::int64_t r) {
  auto const live = bits_of(row_players(args, r));
  auto const v = row_game_by_definition(args, r, live);
  std::vector<double> all(static_cast<std::size_t>(args.outputs * pair_count(args.players)), 0.0);
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    std::vector<double> game;
    game.reserve(v.size());
    for (auto const& outputs : v) game.push_back(outputs[static_cast<std::size_t>(g)]);
    auto const pairs = interactions_by_definition(game, static_cast<std::int32_t>(live.size()));
    for (std::size_t n = 0; n < pairs.size(); ++n) {
      auto const [low, high] = lattice::live_pair_at(static_cast<std::int32_t>(n));
      std::int64_t const at = pair_index(args.players, std::countr_zero(live[static_cast<std::size_t>(low)]),
                                         std::countr_zero(live[static_cast<std::size_t>(high)]));
      all[static_cast<std::size_t>(g * pair_count(args.players) + at)] = pairs[n];
    }
  }
  return all;
}

/// phi [G x P] of row r: sum over S without i of s! (V-1-s)! / V! (v(S + i) - v(S)).
inline std::vector<double> row_values_by_definition(LatticeGameArgs const& args, std::int64_t r) {
  auto const live = bits_of(row_players(args, r));
  auto const v = row_game_by_definition(args, r, live);
  auto const players = static_cast<std::size_t>(args.players);
  std::vector<double> phi(static_cast<std::size_t>(args.outputs) * players, 0.0);
  auto const count = static_cast<double>(live.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    for (std::size_t s = 0; s < v.size(); ++s) {
      if (((s >> i) & 1) != 0) continue;
      auto const members = static_cast<double>(std::popcount(s));
      double const weight = std::exp(std::lgamma(members + 1) + std::lgamma(count - members) - std::lgamma(count + 1));
      for (std::size_t g = 0; g < v[s].size(); ++g) {
        phi[g * players + static_cast<std::size_t>(std::countr_zero(live[i]))] +=
            weight * (v[s | (std::size_t{1} << i)][g] - v[s][g]);
      }
    }
  }
  return phi;
}

/// A pair's lattice on its own players by the steps of lattice_game's task: [G x 2^V].
template <class Int>
std::vector<Int> pair_lattice(LatticeGameArgs const& args, std::int64_t r, std::int64_t z,
                              std::vector<std::uint32_t>& bits, std::int32_t& live) {
  std::uint8_t const* const a = args.row_bytes + r * args.byte_stride;
  std::uint8_t const* const b = args.background_bytes + z * args.byte_stride;
  std::uint64_t const* const a_words = args.row_words + r * args.long_paths.leaves;
  std::uint64_t const* const b_words = args.background_words + z * args.long_paths.leaves;
  bits.assign(static_cast<std::size_t>(args.players), 0);
  lattice::mark_live(args.short_paths, a, b, bits.data());
  lattice::mark_live(args.long_paths, a_words, b_words, bits.data());
  live = lattice::number_live(bits.data(), args.players);
  if (live > args.max_players) return {};
  std::vector<Int> cubes(static_cast<std::size_t>(args.outputs) << live, 0);
  lattice::scatter(args.short_paths, a, b, bits.data(), live, cubes.data());
  lattice::scatter(args.long_paths, a_words, b_words, bits.data(), live, cubes.data());
  for (std::int32_t g = 0; g < args.outputs; ++g) lattice::sum_over_subsets(cubes.data() + (g << live), live);
  return cubes;
}

/// Sums over the background of a row's p, then of its 1 - p: [2 x G x 2^V]. `row_bits` [P]: the row's players' bits.
template <class Int>
std::vector<double> sum_pairs_by_task(LatticeGameArgs const& args, std::int64_t r,
                                      std::vector<std::uint32_t> const& row_bits, std::int32_t live) {
  auto const outputs = static_cast<std::size_t>(args.outputs);
  std::size_t const size = std::size_t{1} << live;
  std::vector<double> sums(2 * outputs * size, 0.0);
  std::vector<std::uint32_t> bits;
  std::int32_t pair_live = 0;
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    auto const cubes = pair_lattice<Int>(args, r, z, bits, pair_live);
    std::uint32_t pair_players = 0;
    for (std::size_t p = 0; p < bits.size(); ++p) pair_players |= bits[p] != 0 ? row_bits[p] : 0;
    std::vector<double> chance(cubes.size());
    std::vector<double> against(cubes.size());
    std::size_t const pair_size = std::size_t{1} << pair_live;
    for (std::size_t s = 0; s < pair_size; ++s) {
      row_game::apply_pair_odds(args, cubes.data(), pair_live, args.weight(z), static_cast<std::int64_t>(s),
                                chance.data(), against.data());
    }
    for (std::size_t s = 0; s < size; ++s) {
      std::size_t const entry = row_game::entry_of(static_cast<std::uint32_t>(s), pair_players);
      for (std::size_t g = 0; g < outputs; ++g) {
        sums[g * size + s] += chance[g * pair_size + entry];
        sums[(outputs + g) * size + s] += against[g * pair_size + entry];
      }
    }
  }
  return sums;
}

/// Row r by the steps of the task: phi [G x P], 0 above the limit; adds its interactions where they are wanted; returns
/// V.
template <class Int>
std::int32_t play_row_by_task(LatticeGameArgs const& args, std::int64_t r, std::vector<double>& phi) {
  auto const outputs = static_cast<std::size_t>(args.outputs);
  auto const players = static_cast<std::size_t>(args.players);
  phi.assign(outputs * players, 0.0);
  std::vector<std::uint32_t> row_bits(players, 0);
  std::vector<std::uint32_t> bits;
  std::int32_t pair_live = 0;
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    (void)pair_lattice<Int>(args, r, z, bits, pair_live);
    for (std::size_t p = 0; p < players; ++p) row_bits[p] |= bits[p] != 0 || row_bits[p] != 0 ? 1U : 0U;
  }
  std::int32_t const live = lattice::number_live(row_bits.data(), args.players);
  if (live == 0 || live > args.max_players) return live;
  std::size_t const size = std::size_t{1} << live;
  auto sums = sum_pairs_by_task<Int>(args, r, row_bits, live);
  for (std::size_t g = 0; g < outputs; ++g) {
    double* const game = sums.data() + g * size;
    double const* const against = sums.data() + (outputs + g) * size;
    double const empty = row_game::log_odds(game[0], against[0]);
    for (std::size_t s = 0; s < size; ++s) game[s] = row_game::log_odds(game[s], against[s]) - empty;
  }
  add_interactions(args, sums, row_bits, live, r);
  for (std::size_t g = 0; g < outputs; ++g) {
    double values[32];
    lattice::fold(sums.data() + g * size, live, values);
    for (std::size_t p = 0; p < players; ++p) {
      if (row_bits[p] != 0) phi[g * players + p] = values[std::countr_zero(row_bits[p])];
    }
  }
  return live;
}

/// The whole operation by the steps of the task.
inline void play_rows_by_task(LatticeGameArgs const& args) {
  for (std::int64_t r = 0; r < args.rows; ++r) {
    std::vector<double> phi;
    args.largest[r] =
        args.wide ? play_row_by_task<lattice::Wide>(args, r, phi) : play_row_by_task<lattice::Narrow>(args, r, phi);
    for (std::size_t n = 0; n < phi.size(); ++n)
      args.values[static_cast<std::int64_t>(n) * args.value_stride + r] = phi[n];
  }
}

}  // namespace limpid::tests
