/// One entry T[q, r][a] of a leaf's interaction table in double, for one thread and in its plainest form.
///
/// A cube (A, B) with s = |A|, t = |B| gives two players of A (s-2)! t! / (s+t-1)!, two of B s! (t-2)! / (s+t-1)!, one
/// of each -(s-1)! (t-1)! / (s+t-1)!: the Shapley weights of one player less.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/build_leaf_tables.task.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "limpid/platform.h"

namespace limpid {

/// Interventional, for a leaf of value 1 and the whole background of weight 1. |B| is fixed by a; counts are added per
/// |A| as integers, then multiplied by their weights in order of |A|. Count: an unsigned integer that holds `total`.
template <class Count>
struct InterventionalPairTask {
  ShortConstants const& constants;
  Count const* counts;   ///< [2^K] background rows, or their units of weight, by pattern
  std::int32_t players;  ///< K
  std::uint64_t total;   ///< sum of the counts

  LIMPID_HD double operator()(std::int32_t q, std::int32_t r, std::uint32_t a) const noexcept {
    std::uint32_t const full = (1u << players) - 1u;
    std::uint32_t const forced = a & ((1u << q) | (1u << r));  // in the row's pattern: A must hold it, else it is in B
    std::uint32_t const free = a & ~forced;
    Count by_size[kMaxShortPlayers + 1] = {};
    for (std::uint32_t sub = free;; sub = (sub - 1u) & free) {  // every A = sub | forced
      std::uint32_t const members = sub | forced;
      by_size[count_bits(members)] += counts[full & ~members];
      if (sub == 0) break;
    }
    return weigh(by_size, count_bits(forced), count_bits(a));
  }

  /// by_size[s]: counts with |A| = s; `inside`: how many of the pair A holds. The one double expression of an entry.
  LIMPID_HD double weigh(Count const* by_size, std::int32_t inside, std::int32_t ones) const noexcept {
    std::int32_t const others = players - ones;  // |B|
    double sum = 0.0;
    for (std::int32_t s = inside; s <= ones; ++s) {
      sum += static_cast<double>(by_size[s]) * pair_weight(inside, s, others);
    }
    return 0.5 * (sum / static_cast<double>(total));
  }

  /// REQUIRES: `inside` <= s, 2 - `inside` <= t.
  LIMPID_HD double pair_weight(std::int32_t inside, std::int32_t s, std::int32_t t) const noexcept {
    if (inside == 2) return constants.member[s - 1][t];
    return inside == 1 ? -constants.member[s][t - 1] : constants.member[t - 1][s];
  }
};

/// Path-dependent, for a leaf of value 1: (a_q - r_q) (a_r - r_r) / 2 * integral over [0, 1] of the product over the
/// others of t a_k + (1 - t) r_k. Factors in order of k, points in order of t.
struct PathDependentPairTask {
  ShortConstants const& constants;
  double const* ratio;   ///< [K] cover ratios
  std::int32_t players;  ///< K >= 2

  LIMPID_HD double operator()(std::int32_t q, std::int32_t r, std::uint32_t a) const noexcept {
    std::int32_t const n = rule_points(players - 1);
    double integral = 0.0;
    for (std::int32_t i = 0; i < n; ++i) {
      double product = 1.0;
      for (std::int32_t k = 0; k < players; ++k) {
        if (k == q || k == r) continue;
        product *= PathDependentEntryTask::factor(constants.node[n][i], ratio[k], ((a >> k) & 1u) != 0);
      }
      integral += constants.weight[n][i] * product;
    }
    return differences(q, r, a) * integral;
  }

  LIMPID_HD double differences(std::int32_t q, std::int32_t r, std::uint32_t a) const noexcept {
    double const first = (((a >> q) & 1u) != 0 ? 1.0 : 0.0) - ratio[q];
    double const second = (((a >> r) & 1u) != 0 ? 1.0 : 0.0) - ratio[r];
    return 0.5 * (first * second);
  }
};

}  // namespace limpid
