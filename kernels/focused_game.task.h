/// The arithmetic of focused_game for one pair (row, background row), step by step: every mapping gives its bits.
///
/// Roles. u_j = sum of |value| over the pair's cubes that contain player j, of all outputs. In order of u_j (ties: the
/// smaller player index first) the first f live players are the focus, lattice bits 0..f-1; the others are the rest R,
/// 0..r-1 in the same order.
///
/// A coalition S of the focus, and t: every player of R is in with probability t, on its own. h_S(t), the mean of
/// v(S, .), is a polynomial. Known are v0 = h(0), v1 = h(1), and with a_j = v(S, {j}) - v0 and b_j = v1 - v(S, R - j)
/// also h'(0) = sum a_j and h'(1) = sum b_j: h is taken as their cubic, exact up to interactions of three of R. Then,
/// as Shapley values are means over t of contributions to random coalitions (Owen 1972), with s = |S|,
///     phi_i = int sum_{S without i} t^s (1-t)^(f-1-s) (h_{S+i} - h_S) dt        for i in the focus,
///     phi_j = int sum_S t^s (1-t)^(f-s) d_j(t) dt                               for j in R,
/// where d_j, the mean contribution of j, is the parabola through a_j, its value at t = 1/2, and b_j. At 1/2 the mean
/// margin m and that of j's contribution delta_j are known exactly, and d_j is taken as delta_j times the link's mean
/// slope at m -+ sd, sd^2 = sum delta_k^2 / 4. What the phi_j then lack to v(N) - v(empty) is split among R as the
/// sizes of their margin's Shapley values.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/focused_game.h"
#include "kernels/lattice_game.task.h"

namespace limpid::focused {

inline constexpr std::int32_t kMostFocused = kMostFocusLevel - 1;

/// Lattices [outputs x 2^b] of the pair, and of a player of R; b = focus_bits(level).
enum BaseLattice : std::int32_t { kNone, kAll, kHalf, kShared, kBaseLattices };
enum RestLattice : std::int32_t { kLow, kHigh, kMiddle, kRestLattices };

/// How far a pair's value moved since the level below, as errors are told by it. Small levels are compared with one
/// level below them instead of two, and on five models their changes had to be 1.2 times larger to say as much; those
/// of one or two players 1.4 times.
LIMPID_HD inline double change_since(std::int32_t level, double value, double below) noexcept {
  constexpr std::int32_t kTwoPlayers = 3;
  constexpr double kOfOneLevel = 1.25;
  constexpr double kOfFewPlayers = 1.6;
  if (level > kNearFocusLevel) return value - below;
  return (value - below) * (level > kTwoPlayers ? kOfOneLevel : kOfFewPlayers);
}

/// Sort keys are integers of about 32 bits a leaf: the factors [G] from fixed-point leaf values.
LIMPID_HD inline double key_scale(LatticeGameArgs const& args, std::int32_t output) noexcept {
  double largest = args.step[0];
  for (std::int32_t g = 1; g < args.outputs; ++g) largest = args.step[g] > largest ? args.step[g] : largest;
  return args.step[output] / (args.wide ? largest * 4294967296.0 : largest);
}

/// What a cube adds to u of its players.
LIMPID_HD inline std::uint64_t weight_key(std::int64_t fixed, double scale) noexcept {
  auto const key = static_cast<std::int64_t>(static_cast<double>(fixed) * scale);
  return static_cast<std::uint64_t>(key < 0 ? -key : key);
}

/// What a cube of `inside` and `outside` players adds to the margin's Shapley value of one of them, on the same scale:
/// (|A| - 1)! |B|! / (|A| + |B|)! inside, -|A|! (|B| - 1)! / (|A| + |B|)! outside.
LIMPID_HD inline double margin_share(std::int32_t inside, std::int32_t outside, bool is_inside) noexcept {
  double const share = lattice::shapley_weight(inside + outside, is_inside ? inside - 1 : inside);
  return is_inside ? share : -share;
}
LIMPID_HD inline std::int64_t margin_key(std::int64_t fixed, double scale, double share) noexcept {
  return static_cast<std::int64_t>(static_cast<double>(fixed) * scale * share);
}

/// Whether player p comes before q.
LIMPID_HD inline bool comes_before(std::uint64_t const* keys, std::int32_t p, std::int32_t q) noexcept {
  return keys[p] > keys[q] || (keys[p] == keys[q] && p < q);
}

/// A cube by roles: its focus bits, and how many of R it wants in and out.
struct RoleCube {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::int32_t rest_inside = 0;
  std::int32_t rest_outside = 0;
};

/// `roles` [P]: lattice bit, or f + index in R.
LIMPID_HD inline RoleCube role_cube(std::uint64_t inside, std::uint64_t outside, std::uint32_t const* players,
                                    std::int32_t const* roles, std::int32_t focused) noexcept {
  RoleCube cube;
  for (int q = 0; (inside | outside) != 0; ++q, inside >>= 1, outside >>= 1) {
    if (((inside | outside) & 1) == 0) continue;
    std::int32_t const role = roles[players[q]];
    bool const is_inside = (inside & 1) != 0;
    if (role >= focused) {
      ++(is_inside ? cube.rest_inside : cube.rest_outside);
    } else {
      (is_inside ? cube.inside : cube.outside) |= 1U << role;
    }
  }
  return cube;
}

/// value times 2^-halvings, the probability at t = 1/2 that as many players of R are as the cube wants; rounded down.
template <class Int>
LIMPID_HD inline Int halved(std::int64_t value, std::int32_t halvings) noexcept {
  return static_cast<Int>(value >> (halvings < 63 ? halvings : 63));
}

/// Calls add(lattice, value) for the lattices of the pair that the cube belongs to.
template <class Int, class Add>
LIMPID_HD inline void for_base_lattices(RoleCube const& cube, std::int64_t value, Add const& add) noexcept {
  if (cube.rest_inside + cube.rest_outside == 0) return add(kShared, static_cast<Int>(value));
  if (cube.rest_inside == 0) add(kNone, static_cast<Int>(value));
  if (cube.rest_outside == 0) add(kAll, static_cast<Int>(value));
  add(kHalf, halved<Int>(value, cube.rest_inside + cube.rest_outside));
}

/// The same for a player of R that the cube contains: j's contribution to the margin where the others of R are all out,
/// all in, and each in with probability 1/2.
template <class Int, class Add>
LIMPID_HD inline void for_rest_lattices(RoleCube const& cube, bool is_inside, std::int64_t value,
                                        Add const& add) noexcept {
  std::int64_t const signed_value = is_inside ? value : -value;
  std::int32_t const inside = cube.rest_inside - (is_inside ? 1 : 0);
  std::int32_t const outside = cube.rest_outside - (is_inside ? 0 : 1);
  if (inside == 0) add(kLow, static_cast<Int>(signed_value));
  if (outside == 0) add(kHigh, static_cast<Int>(signed_value));
  add(kMiddle, halved<Int>(signed_value, inside + outside));
}

/// int_0^1 t^a (1 - t)^b dt = a! b! / (a + b + 1)!
LIMPID_HD inline double moment(std::int32_t a, std::int32_t b) noexcept {
  return lattice::shapley_weight(a + b + 1, a);
}

/// Weights by |S|, of what is added up over S.
struct Weights {
  enum Row : std::int32_t {
    kMember,                 ///< of v0, h'(0), v1, h'(1) in phi_i for S with i, less the next four
    kCommon = kMember + 4,   ///< in phi_i for every S, subtracted
    kRestLow = kCommon + 4,  ///< of a_j in phi_j
    kRestHigh,               ///< of b_j
    kRestMiddle,             ///< of d_j at 1/2
    kRows
  };
  double of[kRows][kMostFocused + 1] = {};
};

/// The cubic of h, as polynomials of v0, h'(0), v1, h'(1): the coefficient of t^power.
LIMPID_HD inline double cubic(std::int32_t number, std::int32_t power) noexcept {
  constexpr double kCubic[4][4] = {{1, 0, -3, 2}, {0, 1, -2, 1}, {0, 0, 3, -2}, {0, 0, -1, 1}};
  return kCubic[number][power];
}
/// The parabola of d_j, as polynomials of a_j, b_j and the middle; with two players in R d_j is a line.
LIMPID_HD inline double parabola(std::int32_t number, std::int32_t power, std::int32_t rest) noexcept {
  constexpr double kParabola[3][3] = {{1, -3, 2}, {0, -1, 2}, {0, 4, -4}};
  constexpr double kLine[3][3] = {{1, -1, 0}, {0, 1, 0}, {0, 0, 0}};
  return rest > 2 ? kParabola[number][power] : kLine[number][power];
}

/// Weights::of[row][size].
LIMPID_HD inline double weight_of(std::int32_t row, std::int32_t size, std::int32_t focused,
                                  std::int32_t rest) noexcept {
  double sum = 0.0;
  if (row >= Weights::kRestLow) {
    for (std::int32_t e = 0; e < 3; ++e) {
      sum += parabola(row - Weights::kRestLow, e, rest) * moment(size + e, focused - size);
    }
    return sum;
  }
  bool const is_member = row < Weights::kCommon;
  std::int32_t const number = is_member ? row : row - Weights::kCommon;
  double in = 0.0;
  for (std::int32_t e = 0; e < 4; ++e) {
    if (is_member && size > 0) in += cubic(number, e) * moment(size - 1 + e, focused - size);
    if (size < focused) sum += cubic(number, e) * moment(size + e, focused - 1 - size);
  }
  return in + sum;
}

inline Weights make_weights(std::int32_t focused, std::int32_t rest) noexcept {
  Weights weights;
  for (std::int32_t row = 0; row < Weights::kRows; ++row) {
    for (std::int32_t size = 0; size <= focused; ++size) {
      weights.of[row][size] = weight_of(row, size, focused, rest);
    }
  }
  return weights;
}

/// The four known numbers of h_S with their weights.
template <class Real>
LIMPID_HD inline Real weighted(Real w0, Real none, Real w1, Real slope_none, Real w2, Real all, Real w3,
                               Real slope_all) noexcept {
  return (w0 * none + w1 * slope_none) + (w2 * all + w3 * slope_all);
}

/// Derivative of a link that looks at its own output alone.
template <class Real>
LIMPID_HD inline Real slope_of(Link link, Real x) noexcept {
  if (link == Link::kExp) return limpid_exp(x);
  if (link == Link::kSignedSquare) return Real(2) * (x < Real(0) ? -x : x);
  if (link == Link::kSoftplus) return limpid_sigmoid(x);
  if (link == Link::kIdentity) return Real(1);
  Real const p = limpid_sigmoid(x);
  return p * (Real(1) - p);
}

/// Mean slope of the link at middle -+ sd, where `squares` = 4 sd^2.
template <class Real>
LIMPID_HD inline Real mean_slope(Link link, Real middle, Real squares) noexcept {
  Real const sd = Real(0.5) * std::sqrt(squares);
  return Real(0.5) * (slope_of(link, middle - sd) + slope_of(link, middle + sd));
}

/// Softmax sees of an output its log-odds: the margin less the log of the sum of the others' exponentials. What a
/// change of the margins does to them at probability p, to first order; `mean_change` = sum_g p_g change_g.
template <class Real>
LIMPID_HD inline Real odds_change(Real own_change, Real mean_change, Real p) noexcept {
  constexpr Real kLeast = Real(1) / Real(1 << 20);
  Real const others = Real(1) - p;
  return (own_change - mean_change) / (others > kLeast ? others : kLeast);
}

/// mean_slope of the sigmoid at the log-odds of p.
template <class Real>
LIMPID_HD inline Real mean_odds_slope(Real p, Real squares) noexcept {
  Real const factor = limpid_exp(Real(0.5) * std::sqrt(squares));
  Real const others = Real(1) - p;
  Real const more = p * factor / (p * factor + others);
  Real const less = p / (p + others * factor);
  return Real(0.5) * (less * (Real(1) - less) + more * (Real(1) - more));
}

/// What the values lack to v(N) - v(empty) is split among R by the sizes of their margin keys.
LIMPID_HD inline double size_of(std::int64_t key) noexcept { return static_cast<double>(key < 0 ? -key : key); }
LIMPID_HD inline double share_of(std::int64_t key, double sum_of_sizes, std::int32_t rest) noexcept {
  return sum_of_sizes > 0.0 ? size_of(key) / sum_of_sizes : 1.0 / rest;
}

}  // namespace limpid::focused
