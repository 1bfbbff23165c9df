/// Constants of the margin methods: Shapley weights of cubes and Gauss-Legendre rules on [0, 1].
#pragma once

#include <cstdint>
#include <vector>

#include "compile/layout.h"
#include "limpid/platform.h"

namespace limpid {

/// (s - 1)! t! / (s + t)!: what a cube with |A| = s and |B| = t gives each member of A; a member of B gets minus the
/// same with s and t swapped. 0 for s = 0. Evaluated as 1 / (s C(s + t, s)), the binomial exact up to s + t = 64, and
/// in extended precision above.
[[nodiscard]] double shapley_weight(std::int32_t s, std::int32_t t);

/// Nodes and weights of the n-point Gauss-Legendre rule on [0, 1], nodes ascending: exact for polynomials of degree
/// up to 2n - 1.
void gauss_legendre(std::int32_t n, double* nodes, double* weights);

/// Points needed for a path of K players: the integrand is a product of K - 1 linear factors.
[[nodiscard]] LIMPID_HD constexpr std::int32_t rule_points(std::int32_t players) noexcept { return (players + 1) / 2; }

/// Constants of short paths, small enough to travel as a kernel argument.
struct ShortConstants {
  static constexpr std::int32_t kPoints = rule_points(kMaxShortPlayers);
  double member[kMaxShortPlayers + 1][kMaxShortPlayers + 1] = {};  ///< [s][t] shapley_weight
  double node[kPoints + 1][kPoints] = {};                          ///< [n][i] of the n-point rule
  double weight[kPoints + 1][kPoints] = {};
};
[[nodiscard]] ShortConstants const& short_constants();

/// The same for long paths: views of arrays that the owner below holds on the host or a caller copied to a device.
struct LongConstants {
  static constexpr std::int32_t kPoints = rule_points(kMaxLongPlayers);
  std::int32_t side = 0;           ///< longest path and one more
  double const* member = nullptr;  ///< [s * side + t]
  double const* node = nullptr;    ///< the n-point rule at rule_offset(n)
  double const* weight = nullptr;

  /// shapley_weight(s, t). REQUIRES: s + t < side.
  [[nodiscard]] LIMPID_HD double of(std::int32_t s, std::int32_t t) const noexcept { return member[s * side + t]; }
  [[nodiscard]] LIMPID_HD static constexpr std::int32_t rule_offset(std::int32_t n) noexcept { return n * (n - 1) / 2; }
};
struct LongConstantsOwner {
  std::int32_t side = 0;
  std::vector<double> member;  ///< [side * side]
  std::vector<double> node;    ///< the n-point rule at rule_offset(n)
  std::vector<double> weight;
  [[nodiscard]] LongConstants view() const noexcept { return {side, member.data(), node.data(), weight.data()}; }
};
[[nodiscard]] LongConstantsOwner const& long_constants();
/// Of paths of up to 256 players: the weights alone, and the rules alone.
[[nodiscard]] LongConstantsOwner const& wide_constants();
[[nodiscard]] LongConstantsOwner const& wide_rules();
/// The smaller of the two that holds the weights, or the rules, of patterns of so many words.
[[nodiscard]] inline LongConstantsOwner const& constants_of(std::int32_t words) {
  return words == 1 ? long_constants() : wide_constants();
}
[[nodiscard]] inline LongConstantsOwner const& rules_of(std::int32_t words) {
  return words == 1 ? long_constants() : wide_rules();
}

}  // namespace limpid
