/// The arithmetic of row_game, step by step: the definition, whose bits every mapping gives.
///
/// A row coalition S is an index on the row's V players, in order of player index. Against one background row only D of
/// them matter, the pair's live players: the pair's lattice [2^|D|] is that of lattice_game, and S reads the entry of
/// S n D.
#pragma once

#include <cstdint>

#include "kernels/lattice_game.task.h"
#include "kernels/math.task.h"
#include "kernels/row_game.h"

namespace limpid::row_game {

/// p and 1 - p.
struct Odds {
  double chance = 0.0;
  double against = 0.0;
};

LIMPID_HD inline Odds sigmoid_odds(double margin) noexcept {
  bool const above = margin >= 0.0;
  double const power = limpid_exp(above ? -margin : margin);
  double const larger = 1.0 / (1.0 + power);
  double const smaller = power * larger;
  return above ? Odds{larger, smaller} : Odds{smaller, larger};
}

/// Margins of G outputs in `chance` -> p and 1 - p; output g at [g * stride]. The first largest margin's exponential is
/// 1, so that (1 - p) / p is without cancellation: for that output a sum of the others, for them one of at least 1.
LIMPID_HD inline void softmax_odds(std::int32_t outputs, double* chance, double* against,
                                   std::int64_t stride) noexcept {
  std::int32_t top = 0;
  for (std::int32_t g = 1; g < outputs; ++g) {
    if (chance[g * stride] > chance[top * stride]) top = g;
  }
  double const largest = chance[top * stride];
  double others = 0.0;
  for (std::int32_t g = 0; g < outputs; ++g) {
    chance[g * stride] = limpid_exp(chance[g * stride] - largest);
    others += g == top ? 0.0 : chance[g * stride];
  }
  double const share = 1.0 / (1.0 + others);
  for (std::int32_t g = 0; g < outputs; ++g) {
    double const rest = g == top ? others : 1.0 + (others - chance[g * stride]);
    against[g * stride] = rest * share;
    chance[g * stride] = chance[g * stride] * share;
  }
}

/// Margins in `chance` -> p and 1 - p of every output.
LIMPID_HD inline void apply_odds(Link link, std::int32_t outputs, double* chance, double* against,
                                 std::int64_t stride) noexcept {
  if (link == Link::kSoftmax) return softmax_odds(outputs, chance, against, stride);
  for (std::int32_t g = 0; g < outputs; ++g) {
    Odds const odds = sigmoid_odds(chance[g * stride]);
    chance[g * stride] = odds.chance;
    against[g * stride] = odds.against;
  }
}

/// log(p / (1 - p)) of two sums.
LIMPID_HD inline double log_odds(double chance, double against) noexcept { return limpid_log(chance / against); }

/// The bits of S that `live` has, moved together: the pair's lattice entry of a row coalition.
LIMPID_HD inline std::uint32_t entry_of(std::uint32_t coalition, std::uint32_t live) noexcept {
  std::uint32_t entry = 0;
  for (std::uint32_t bit = 1; live != 0; live &= live - 1, bit <<= 1) {
    if ((coalition & live & (0U - live)) != 0) entry |= bit;
  }
  return entry;
}

/// A pair's integers -> w p and w (1 - p) of every entry. lattice, chance, against [G x 2^bits].
template <class Int>
LIMPID_HD inline void apply_pair_odds(LatticeGameArgs const& args, Int const* lattice, std::int32_t bits, double weight,
                                      std::int64_t entry, double* chance, double* against) noexcept {
  std::int64_t const size = std::int64_t{1} << bits;
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    chance[g * size + entry] = lattice::margin_of<double>(lattice[g * size + entry], args.step[g], args.base_margin[g]);
  }
  apply_odds(args.link, args.outputs, chance + entry, against + entry, size);
  for (std::int32_t g = 0; g < args.outputs; ++g) {
    chance[g * size + entry] *= weight;
    against[g * size + entry] *= weight;
  }
}

/// Makes room for a player at `bit` in sums over the coalitions of V players, who so far made no difference:
/// sums [2^V] -> [2^(V + 1)].
LIMPID_HD inline void insert_player(std::int32_t live, std::int32_t bit, double* sums) noexcept {
  std::int64_t const run = std::int64_t{1} << bit;
  for (std::int64_t block = (std::int64_t{1} << (live - bit)) - 1; block >= 0; --block) {
    for (std::int64_t i = 0; i < run; ++i) {
      double const sum = sums[block * run + i];
      sums[(2 * block + 1) * run + i] = sum;
      sums[2 * block * run + i] = sum;
    }
  }
}

}  // namespace limpid::row_game
