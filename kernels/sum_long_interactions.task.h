/// What pattern a of a row on one path gives to the pair of its i-th and j-th players, in double: half of the pair's
/// Shapley interaction index.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "kernels/sum_long_paths.h"
#include "limpid/platform.h"

namespace limpid {

/// A player's factor f = t a + (1 - t) r at a node, and (a - r) / f, which takes it out of the product and brings in
/// its difference: t > 0, so that f is 0 only with a = r = 0, where all products are 0 anyway.
struct LongPairNode {
  double t;

  [[nodiscard]] LIMPID_HD double factor(double r, bool one) const noexcept {
    double const rest = (1.0 - t) * r;
    return one ? t + rest : rest;
  }
  [[nodiscard]] LIMPID_HD double difference_one(double r) const noexcept { return (1.0 - r) / factor(r, true); }
  [[nodiscard]] LIMPID_HD double difference_zero() const noexcept { return -1.0 / (1.0 - t); }
  [[nodiscard]] LIMPID_HD double difference(double r, bool one) const noexcept {
    return one ? difference_one(r) : difference_zero();
  }
};

/// The weights of a cube with |A| = s and |B| = t by how many of the pair A holds; 0 where no pair is meant.
struct LongPairWeights {
  LongConstants constants;

  [[nodiscard]] LIMPID_HD double both(std::int32_t s, std::int32_t t) const noexcept {
    return s < 1 ? 0.0 : constants.of(s - 1, t);
  }
  [[nodiscard]] LIMPID_HD double one(std::int32_t s, std::int32_t t) const noexcept {
    return t < 1 ? 0.0 : constants.of(s, t - 1);
  }
  [[nodiscard]] LIMPID_HD double none(std::int32_t s, std::int32_t t) const noexcept {
    return t < 1 ? 0.0 : constants.of(t - 1, s);
  }
};

/// Interventional: cubes in order of b.
struct LongInterventionalPairTask {
  PathsView paths;
  PatternCountsView background;
  std::uint64_t background_total;
  LongConstants constants;

  LIMPID_HD double operator()(std::int64_t leaf, std::uint64_t a, std::int32_t i, std::int32_t j) const noexcept {
    std::uint64_t const full = ~std::uint64_t{0} >> (64 - path_players(paths, leaf));
    std::int32_t const others = count_bits(full & ~a);  // |B|
    std::uint64_t const needed = a & ((std::uint64_t{1} << i) | (std::uint64_t{1} << j));
    std::int32_t const inside = count_bits(needed);
    LongPairWeights const weights{constants};
    double sum = 0.0;
    for (std::uint64_t e = background.begin[leaf]; e < background.begin[leaf + 1]; ++e) {
      std::uint64_t const members = full & ~background.patterns[e];
      if ((members & ~a) != 0 || (needed & ~members) != 0) continue;
      std::int32_t const size = count_bits(members);
      double const weight = inside == 2   ? weights.both(size, others)
                            : inside == 1 ? weights.one(size, others)
                                          : weights.none(size, others);
      sum += static_cast<double>(background.counts[e]) * weight;
    }
    return scale(leaf) * (inside == 1 ? -sum : sum);
  }

  [[nodiscard]] LIMPID_HD double scale(std::int64_t leaf) const noexcept {
    return 0.5 * paths.value[leaf] / static_cast<double>(background_total);
  }
};

/// Path-dependent: factors in order of k, nodes in order of t.
struct LongPathDependentPairTask {
  PathsView paths;
  LongConstants constants;

  LIMPID_HD double operator()(std::int64_t leaf, std::uint64_t a, std::int32_t i, std::int32_t j) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::int32_t const points = rule_points(players - 1);
    double const* ratio = paths.cover_ratio + paths.player_begin[leaf];
    double sum = 0.0;
    for (std::int32_t n = 0; n < points; ++n) {
      LongPairNode const node{constants.node[LongConstants::rule_offset(points) + n]};
      double product = constants.weight[LongConstants::rule_offset(points) + n];
      for (std::int32_t k = 0; k < players; ++k) product *= node.factor(ratio[k], ((a >> k) & 1u) != 0);
      double const first = node.difference(ratio[i], ((a >> i) & 1u) != 0);
      double const second = node.difference(ratio[j], ((a >> j) & 1u) != 0);
      sum += (product * first) * second;
    }
    return 0.5 * paths.value[leaf] * sum;
  }
};

/// Row of the interactions of one output that the pair's sums are in.
LIMPID_HD inline std::int64_t interaction_row(PathsView const& paths, std::int64_t leaf, std::int64_t all_players,
                                              std::int32_t i, std::int32_t j) noexcept {
  std::int64_t const first = paths.players[paths.player_begin[leaf] + static_cast<std::uint32_t>(i)];
  std::int64_t const second = paths.players[paths.player_begin[leaf] + static_cast<std::uint32_t>(j)];
  return first < second ? pair_index(all_players, first, second) : pair_index(all_players, second, first);
}

}  // namespace limpid
