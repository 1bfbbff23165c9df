/// The arithmetic of lattice_game for one pair (row, background row), step by step, ARCHITECTURE.md 2.2. This file is
/// the definition: every mapping gives its bits.
///
/// With the patterns a of the row and b of the background row, a leaf is alive iff a | b is all ones. It is then the
/// cube (A, B) = (~b, ~a): reached by the coalitions that contain A and miss B. V = the players that occur in a cube
/// of an alive leaf of any output, whatever its value, in order of player index; lattice bit i is the i-th of them.
/// Coalition S is the lattice entry whose index has the bits of S.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/lattice_game.h"
#include "kernels/math.task.h"

namespace limpid::lattice {

/// Integers of the lattice (two's complement: sums are exact and order-free) and their signed value.
using Narrow = std::uint32_t;
using Wide = std::uint64_t;

/// Bounded links are folded in float, the others in double.
LIMPID_HD constexpr bool folds_in_float(Link link) noexcept { return link == Link::kSigmoid || link == Link::kSoftmax; }

/// Calls play(Int{}, Real{}) with the game's own types: integers by its width, numbers after the link by what it folds
/// in.
template <class Play>
void with_number_types(LatticeGameArgs const& args, Play const& play) {
  bool const in_float = folds_in_float(args.link);
  if (args.wide) {
    in_float ? play(Wide{}, float{}) : play(Wide{}, double{});
  } else {
    in_float ? play(Narrow{}, float{}) : play(Narrow{}, double{});
  }
}

/// Patterns of either width: unused bits are 1, so they are alive and belong to no cube.
template <class Pattern>
LIMPID_HD constexpr bool is_alive(Pattern row, Pattern background) noexcept {
  return static_cast<Pattern>(row | background) == static_cast<Pattern>(~Pattern{0});
}

/// Bits of a cube on its leaf path: A = only the row passes, B = only the background row passes.
template <class Pattern>
struct Cube {
  Pattern inside;   ///< A, players that must be in the coalition
  Pattern outside;  ///< B, players that must be out of it
};

template <class Pattern>
LIMPID_HD constexpr Cube<Pattern> cube_of(Pattern row, Pattern background) noexcept {
  return {static_cast<Pattern>(~background), static_cast<Pattern>(~row)};
}

/// Bits on the path -> bits on the lattice. `players` [K]: the path's; `bit_of_player` [P]: 1 << lattice bit.
LIMPID_HD inline std::uint32_t lattice_mask(std::uint64_t path_bits, std::uint32_t const* players,
                                            std::uint32_t const* bit_of_player) noexcept {
  std::uint32_t mask = 0;
  for (int q = 0; path_bits != 0; ++q, path_bits >>= 1) {
    if ((path_bits & 1) != 0) mask |= bit_of_player[players[q]];
  }
  return mask;
}

LIMPID_HD inline std::uint32_t lattice_mask(WidePattern const& path_bits, std::uint32_t const* players,
                                            std::uint32_t const* bit_of_player) noexcept {
  std::uint32_t mask = 0;
  for (std::int32_t w = 0; w < kMaxPatternWords; ++w) {
    if (path_bits.word[w] != 0) mask |= lattice_mask(path_bits.word[w], players + std::int64_t{64} * w, bit_of_player);
  }
  return mask;
}

/// Moebius form of a cube: add(A | T, value * (-1)^|T|) for every T subset of B; a cube's indicator is then the sum
/// over all subsets of S.
template <class Int, class Add>
LIMPID_HD inline void scatter_cube(std::uint32_t inside, std::uint32_t outside, Int value, Add const& add) noexcept {
  std::uint32_t subset = 0;
  do {
    Int odd = 0;
    for (std::uint32_t rest = subset; rest != 0; rest &= rest - 1) odd ^= 1;
    add(inside | subset, odd != 0 ? Int{0} - value : value);
    subset = (subset - outside) & outside;
  } while (subset != 0);
}

/// Zeta transform: every entry becomes the sum of its subsets, one bit at a time, in place. lattice [2^V].
template <class Int>
LIMPID_HD inline void sum_over_subsets(Int* lattice, std::int32_t live) noexcept {
  for (std::uint32_t bit = 1; bit < (1U << live); bit <<= 1) {
    for (std::uint32_t s = 0; s < (1U << live); ++s) {
      if ((s & bit) != 0) lattice[s] += lattice[s ^ bit];
    }
  }
}

/// A lattice integer -> the margin. The base is added in floating point: it is not in the integers.
template <class Real, class Int>
LIMPID_HD inline Real margin_of(Int fixed, double step, double base) noexcept {
  if constexpr (std::is_same_v<Int, Narrow> && std::is_same_v<Real, float>) {
    return static_cast<float>(static_cast<std::int32_t>(fixed)) * static_cast<float>(step) + static_cast<float>(base);
  } else {
    using Signed = std::make_signed_t<Int>;
    return static_cast<Real>(static_cast<double>(static_cast<Signed>(fixed)) * step + base);
  }
}

/// True where no margin of these integers is so large that limpid_sigmoid of floats clamps it.
template <class Int>
LIMPID_HD constexpr bool is_within_sigmoid(double step, double base) noexcept {
  constexpr double kMostInteger = sizeof(Int) == sizeof(Narrow) ? 2147483648.0 : 9223372036854775808.0;
  double const most = kMostInteger * step + (base < 0.0 ? -base : base);
  return most * SigmoidConstants::kInverseLn2 < SigmoidConstants::kLimit - 1.0;  // room for rounding
}

/// Shapley weight p_s = s! (V - 1 - s)! / V! = 1 / (V C(V - 1, s)); 0 outside 0..V-1.
LIMPID_HD inline double shapley_weight(std::int32_t live, std::int32_t size) noexcept {
  if (size < 0 || size >= live) return 0.0;
  double binomial = 1.0;  // whole numbers below 2^53: exact
  for (std::int32_t i = 0; i < size; ++i) binomial = binomial * (live - 1 - i) / (i + 1);
  return 1.0 / (live * binomial);
}

/// What v(S) - v(empty) is multiplied by, |S| = size, in the sum M_i over the coalitions that contain player i.
template <class Real>
LIMPID_HD inline Real member_weight(std::int32_t live, std::int32_t size) noexcept {
  return static_cast<Real>(shapley_weight(live, size - 1) + shapley_weight(live, size));
}

/// sum_S p_|S| v(S), which is subtracted from every M_i, as (sum_i M_i - v(N)) / V: the same number, since
/// s (p_{s-1} + p_s) = V p_s for s < V. Written so, what the rounded weights do to all players alike cancels, and the
/// values add up to v(N) - v(empty) = `whole`. `sum_of_bit(bit)`: M of that player.
template <class SumOfBit>
LIMPID_HD inline double common_part(std::int32_t live, double whole, SumOfBit const& sum_of_bit) noexcept {
  double sums = 0.0;
  for (std::int32_t bit = live - 1; bit >= 0; --bit) sums += sum_of_bit(bit);
  return (sums - whole) / live;
}

/// Adds entries by halving: i with i + size / 2, in place. size: a power of two.
template <class Real>
LIMPID_HD inline Real sum_by_halving(Real* entries, std::uint32_t size) noexcept {
  for (std::uint32_t half = size / 2; half > 0; half /= 2) {
    for (std::uint32_t i = 0; i < half; ++i) entries[i] += entries[i + half];
  }
  return entries[0];
}

/// The sums M_i of the entries that have bit i, by halving in place. entries [2^V]; sums [V].
template <class Real>
LIMPID_HD inline void fold_members(Real* entries, std::int32_t live, double* sums) noexcept {
  for (std::int32_t bit = live - 1; bit >= 0; --bit) {
    std::uint32_t const half = 1U << bit;
    for (std::uint32_t i = 0; i < half; ++i) entries[i] += entries[i + half];
    sums[bit] = static_cast<double>(sum_by_halving(entries + half, half));
  }
}

/// Shapley values of one output, V > 0. `game` [2^V]: v(S) - v(empty), destroyed;
/// `values` [V] out: phi_i = M_i - sum_S p_|S| v(S).
template <class Real>
LIMPID_HD inline void fold(Real* game, std::int32_t live, double* values) noexcept {
  std::uint32_t const size = 1U << live;
  auto const whole = static_cast<double>(game[size - 1]);
  for (std::uint32_t s = 0; s < size; ++s) {
    std::int32_t members = 0;
    for (std::uint32_t rest = s; rest != 0; rest &= rest - 1) ++members;
    game[s] *= member_weight<Real>(live, members);
  }
  fold_members(game, live, values);
  double const common = common_part(live, whole, [values](std::int32_t bit) { return values[bit]; });
  for (std::int32_t bit = 0; bit < live; ++bit) values[bit] -= common;
}

/// Marks the players of one class of paths that occur in cubes of alive leaves: bit_of_player[p] = 1.
template <class Pattern>
LIMPID_HD inline void mark_live(PathsView const& paths, Pattern const* row, Pattern const* background,
                                std::uint32_t* bit_of_player) noexcept {
  for (std::int64_t l = 0; l < paths.leaves; ++l) {
    if (!is_alive(row[l], background[l])) continue;
    auto const cube = cube_of(row[l], background[l]);
    std::uint64_t bits = static_cast<Pattern>(cube.inside | cube.outside);
    for (std::uint32_t p = paths.player_begin[l]; bits != 0; ++p, bits >>= 1) {
      if ((bits & 1) != 0) bit_of_player[paths.players[p]] = 1;
    }
  }
}

/// Marks -> lattice bits, in order of player index; returns V. A player beyond the 32nd gets no bit: such a pair is
/// above every limit.
LIMPID_HD inline std::int32_t number_live(std::uint32_t* bit_of_player, std::int32_t players) noexcept {
  std::int32_t live = 0;
  for (std::int32_t p = 0; p < players; ++p) {
    if (bit_of_player[p] == 0) continue;
    bit_of_player[p] = live < 32 ? 1U << live : 0;
    ++live;
  }
  return live;
}

/// Scatters the alive leaves of one class of paths, output g at lattice + (g << V).
template <class Int, class Pattern>
LIMPID_HD inline void scatter(PathsView const& paths, Pattern const* row, Pattern const* background,
                              std::uint32_t const* bit_of_player, std::int32_t live, Int* lattice) noexcept {
  for (std::int64_t l = 0; l < paths.leaves; ++l) {
    if (!is_alive(row[l], background[l])) continue;
    auto const cube = cube_of(row[l], background[l]);
    std::uint32_t const* players = paths.players + paths.player_begin[l];
    Int* const output = lattice + (static_cast<std::int64_t>(paths.output[l]) << live);
    scatter_cube(lattice_mask(cube.inside, players, bit_of_player), lattice_mask(cube.outside, players, bit_of_player),
                 static_cast<Int>(paths.fixed[l]), [output](std::uint32_t s, Int term) { output[s] += term; });
  }
}

/// Lattice integers -> v(S) - v(empty) of every output. lattice, game [G x 2^V]; empty [G] scratch.
template <class Real, class Int>
LIMPID_HD inline void apply_game_link(LatticeGameArgs const& args, Int const* lattice, std::int32_t live, Real* game,
                                      Real* empty) noexcept {
  std::int64_t const size = std::int64_t{1} << live;
  for (std::int64_t s = 0; s < size; ++s) {
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      game[g * size + s] = margin_of<Real>(lattice[g * size + s], args.step[g], args.base_margin[g]);
    }
    apply_link(args.link, args.outputs, game + s, size);
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      if (s == 0) empty[g] = game[g * size];
      game[g * size + s] -= empty[g];
    }
  }
}

}  // namespace limpid::lattice
