/// One entry T[q][a] of a leaf table in double (ARCHITECTURE.md, 2.1), for one thread and in its plainest form.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "limpid/platform.h"

namespace limpid {

/// Interventional, for a leaf of value 1 and the whole background of weight 1: T[q][a] = sum over the background
/// patterns b with a | b full of the weight of the cube A = ~b, B = ~a. |B| is fixed by a, so the counts are first
/// added per |A| as integers, then multiplied by their weights in order of |A|. Count: an unsigned integer that holds
/// `total`.
template <class Count>
struct InterventionalEntryTask {
  ShortConstants const& constants;
  Count const* counts;   ///< [2^K] background rows, or their units of weight, by pattern
  std::int32_t players;  ///< K
  std::uint64_t total;   ///< sum of the counts

  LIMPID_HD double operator()(std::int32_t q, std::uint32_t a) const noexcept {
    std::uint32_t const full = (1u << players) - 1u;
    std::uint32_t const bit = 1u << q;
    bool const inside = (a & bit) != 0;  // then A must hold q, else q is in B
    std::uint32_t const free = inside ? a & ~bit : a;
    std::uint32_t const forced = inside ? bit : 0u;
    Count by_size[kMaxShortPlayers + 1] = {};
    for (std::uint32_t sub = free;; sub = (sub - 1u) & free) {  // every A = sub | forced
      std::uint32_t const members = sub | forced;
      by_size[count_bits(members)] += counts[full & ~members];
      if (sub == 0) break;
    }
    return weigh(by_size, inside, count_bits(a));
  }

  /// by_size[s]: counts with |A| = s. The one double expression of an entry.
  LIMPID_HD double weigh(Count const* by_size, bool inside, std::int32_t ones) const noexcept {
    std::int32_t const others = players - ones;  // |B|
    double sum = 0.0;
    for (std::int32_t s = inside ? 1 : 0; s <= ones; ++s) {
      double const weight = inside ? constants.member[s][others] : -constants.member[others][s];
      sum += static_cast<double>(by_size[s]) * weight;
    }
    return sum / static_cast<double>(total);
  }
};

/// Path-dependent, for a leaf of value 1: (a_q - r_q) * integral over [0, 1] of prod_{k != q} (t a_k + (1 - t) r_k).
/// Factors in order of k, points in order of t.
struct PathDependentEntryTask {
  ShortConstants const& constants;
  double const* ratio;   ///< [K] cover ratios r
  std::int32_t players;  ///< K

  LIMPID_HD double operator()(std::int32_t q, std::uint32_t a) const noexcept {
    std::int32_t const n = rule_points(players);
    double integral = 0.0;
    for (std::int32_t i = 0; i < n; ++i) {
      double product = 1.0;
      for (std::int32_t k = 0; k < players; ++k) {
        if (k != q) product *= factor(constants.node[n][i], ratio[k], ((a >> k) & 1u) != 0);
      }
      integral += constants.weight[n][i] * product;
    }
    return ((((a >> q) & 1u) != 0 ? 1.0 : 0.0) - ratio[q]) * integral;
  }

  LIMPID_HD static double factor(double t, double r, bool one) noexcept {
    return one ? t + (1.0 - t) * r : (1.0 - t) * r;
  }
};

}  // namespace limpid
