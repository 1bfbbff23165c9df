/// What pattern a of a row on one path gives to the pair of its i-th and j-th players, in double: half of the pair's
/// Shapley interaction index.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "kernels/sum_long_paths.task.h"
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

/// A row's pattern on a path of up to 64 kWords players: player q is bit q % 64 of word q / 64, unused bits are 0. The
/// words are picked one by one, so that on a GPU they stay in registers.
template <std::int32_t kWords>
struct PatternOf {
  std::uint64_t word[kWords];

  [[nodiscard]] LIMPID_HD bool has(std::int32_t q) const noexcept {
    if constexpr (kWords == 1) {
      return ((word[0] >> q) & 1u) != 0;
    } else {
      std::uint64_t of_player = 0;
      for (std::int32_t w = 0; w < kWords; ++w) of_player |= q / 64 == w ? word[w] : 0;
      return ((of_player >> (q % 64)) & 1u) != 0;
    }
  }
};

template <std::int32_t kWords>
[[nodiscard]] LIMPID_HD PatternOf<kWords> pattern_of_row(PathsView const& paths, std::int64_t leaf,
                                                         BinsView const& bins, std::int64_t row) noexcept {
  PatternOf<kWords> a;
  if constexpr (kWords == 1) {
    a.word[0] = path_pattern(paths, leaf, bins, row);
  } else {
    for (std::int32_t w = 0; w < kWords; ++w) a.word[w] = path_pattern_word(paths, leaf, bins, row, w);
  }
  return a;
}

/// Interventional: cubes in order of b.
template <std::int32_t kWords>
struct LongInterventionalPairTask {
  PathsView paths;
  PatternCountsView background;
  std::uint64_t background_total;
  LongConstants constants;

  LIMPID_HD double operator()(std::int64_t leaf, PatternOf<kWords> const& a, std::int32_t i,
                              std::int32_t j) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::int32_t others = players;  // |B|
    PatternOf<kWords> needed;       // of the pair, in A
    std::int32_t inside = 0;
    for (std::int32_t w = 0; w < kWords; ++w) {
      needed.word[w] = a.word[w] & (bit_in(i, w) | bit_in(j, w));
      inside += count_bits(needed.word[w]);
      others -= count_bits(a.word[w]);
    }
    LongPairWeights const weights{constants};
    double sum = 0.0;
    for (std::uint64_t e = background.begin[leaf]; e < background.begin[leaf + 1]; ++e) {
      std::int32_t size = 0;    // |A|
      std::uint64_t wrong = 0;  // players of A that fail, and of the pair that A lacks
      for (std::int32_t w = 0; w < kWords; ++w) {
        std::uint64_t const members = full_word(players, w) & ~background_word(leaf, e, w);
        wrong |= (members & ~a.word[w]) | (needed.word[w] & ~members);
        size += count_bits(members);
      }
      if (wrong != 0) continue;
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

  /// Player q's bit, where it is one of word w.
  [[nodiscard]] LIMPID_HD static std::uint64_t bit_in(std::int32_t q, std::int32_t w) noexcept {
    return kWords == 1 || q / 64 == w ? std::uint64_t{1} << (q % 64) : 0;
  }
  [[nodiscard]] LIMPID_HD std::uint64_t background_word(std::int64_t leaf, std::uint64_t e,
                                                        std::int32_t w) const noexcept {
    if constexpr (kWords == 1) {
      return background.patterns[e];
    } else {
      return w < background.words ? background.word(leaf, e, w) : 0;
    }
  }
};

/// Path-dependent: factors in order of k, nodes in order of t.
template <std::int32_t kWords>
struct LongPathDependentPairTask {
  PathsView paths;
  LongConstants constants;

  LIMPID_HD double operator()(std::int64_t leaf, PatternOf<kWords> const& a, std::int32_t i,
                              std::int32_t j) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::int32_t const points = rule_points(players - 1);
    double const* ratio = paths.cover_ratio + paths.player_begin[leaf];
    double sum = 0.0;
    for (std::int32_t n = 0; n < points; ++n) {
      LongPairNode const node{constants.node[LongConstants::rule_offset(points) + n]};
      double product = constants.weight[LongConstants::rule_offset(points) + n];
      for (std::int32_t k = 0; k < players; ++k) product *= node.factor(ratio[k], a.has(k));
      double const first = node.difference(ratio[i], a.has(i));
      double const second = node.difference(ratio[j], a.has(j));
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
