/// Which coalitions of V players are evaluated where not all of them can be: a design, one per V, shared by all pairs
/// (row, background row). Coalitions come in pairs, S and its complement: Shapley values depend on the odd part
/// (v(S) - v(S^c)) / 2 of a game alone. A design is a function of (kind, V, pairs, seed) and of nothing else: not of
/// chunks, threads, shards or the device.
#pragma once

#include <cstdint>
#include <vector>

namespace limpid {

enum class DesignKind : std::uint8_t {
  /// As many coalitions of every size as of every other, as far as there are so many (Musco, Witter 2025, "Provably
  /// accurate Shapley value estimation via leverage score sampling"): without replacement, small sizes enumerated.
  /// Nested: the design of fewer pairs is the beginning of every size's coalitions in that of more.
  kLeverage,
  /// shap.KernelExplainer's: sizes enumerated from the outside in while the budget lasts, the rest drawn by the Shapley
  /// kernel with replacement, repeats counted.
  kKernel,
};

struct CoalitionDesign {
  std::int32_t players = 0;  ///< V >= 2
  std::int32_t words = 1;    ///< 64-bit words of a coalition
  /// [q x words] one coalition of each pair; player i is bit i % 64 of word i / 64. Sorted by size.
  std::vector<std::uint64_t> coalitions;
  std::vector<std::int32_t> size;  ///< [q] players in it, at most V / 2
  /// [q] weight of the pair in the least squares, both halves together: Omega_p = 2 / (s (V - s) n_s), n_s the
  /// coalitions of size s in the design (kLeverage); its share of the Shapley kernel (kKernel). In any unit.
  std::vector<double> weight;
  std::vector<double> inclusion;  ///< [q] chance to be in the design: 1 for all coalitions of an enumerated size
  bool complete = false;          ///< every coalition but the empty and the full one is there

  [[nodiscard]] std::int64_t pairs() const noexcept { return static_cast<std::int64_t>(size.size()); }  ///< q
  /// Whether the player is in the pair's coalition.
  [[nodiscard]] bool holds(std::int64_t pair, std::int32_t player) const noexcept {
    auto const word = coalitions[static_cast<std::size_t>(pair * words + player / 64)];
    return (word >> (static_cast<std::uint32_t>(player) % 64U) & 1U) != 0;
  }
  /// s / V of the pair's coalition.
  [[nodiscard]] double share(std::int64_t pair) const noexcept {
    return static_cast<double>(size[static_cast<std::size_t>(pair)]) / players;
  }
  /// z~ of the pair's coalition: 1 or 0, less s / V.
  [[nodiscard]] double centred(std::int64_t pair, std::int32_t player) const noexcept {
    return (holds(pair, player) ? 1.0 : 0.0) - share(pair);
  }
};

/// Pairs that 2^V - 2 coalitions make, or `most` where there are more.
[[nodiscard]] std::int64_t all_pairs(std::int32_t players, std::int64_t most) noexcept;

/// A design of at most `pairs` pairs (all of them when there are no more). REQUIRES: players >= 2, pairs >= 1.
[[nodiscard]] CoalitionDesign make_design(DesignKind kind, std::int32_t players, std::int64_t pairs,
                                          std::uint64_t seed);

}  // namespace limpid
