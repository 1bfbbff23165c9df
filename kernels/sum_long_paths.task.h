/// What pattern a of a row on one long path gives to each of its K players, in double.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "kernels/sum_long_paths.h"
#include "limpid/platform.h"

namespace limpid {

/// Interventional: every background pattern b with a | b full is a cube A = ~b, B = ~a; cubes in order of b.
struct LongInterventionalTask {
  PathsView paths;
  PatternCountsView background;
  std::uint64_t background_total;
  LongConstants constants;

  /// `out` [K]
  LIMPID_HD void operator()(std::int64_t leaf, std::uint64_t a, double* out) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::uint64_t const full = ~std::uint64_t{0} >> (64 - players);
    std::int32_t const others = count_bits(full & ~a);  // |B|
    double outside = 0.0;                               // the same for every q in B
    for (std::int32_t q = 0; q < players; ++q) out[q] = 0.0;
    for (std::uint64_t e = background.begin[leaf]; e < background.begin[leaf + 1]; ++e) {
      std::uint64_t const b = background.patterns[e];
      if ((a | b) != full) continue;
      std::uint64_t const members = full & ~b;
      std::int32_t const size = count_bits(members);
      auto const count = static_cast<double>(background.counts[e]);
      double const inside = count * constants.member[size * LongConstants::kSide + others];
      outside -= count * constants.member[others * LongConstants::kSide + size];
      for (std::int32_t q = 0; q < players; ++q) {
        if (((members >> q) & 1u) != 0) out[q] += inside;
      }
    }
    for (std::int32_t q = 0; q < players; ++q) {
      double const sum = ((a >> q) & 1u) != 0 ? out[q] : outside;
      out[q] = paths.value[leaf] * (sum / static_cast<double>(background_total));
    }
  }
};

/// Path-dependent: the integral of build_leaf_tables, with the product over k != q as prefix times suffix.
struct LongPathDependentTask {
  PathsView paths;
  LongConstants constants;

  /// `out` [K]
  LIMPID_HD void operator()(std::int64_t leaf, std::uint64_t a, double* out) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::int32_t const points = rule_points(players);
    double const* ratio = paths.cover_ratio + paths.player_begin[leaf];
    double suffix[kMaxLongPlayers + 1];
    for (std::int32_t q = 0; q < players; ++q) out[q] = 0.0;
    for (std::int32_t i = 0; i < points; ++i) {
      double const t = constants.node[LongConstants::rule_offset(points) + i];
      double const weight = constants.weight[LongConstants::rule_offset(points) + i];
      suffix[players] = 1.0;
      for (std::int32_t q = players - 1; q > 0; --q) suffix[q] = suffix[q + 1] * factor(t, ratio[q], a, q);
      double prefix = 1.0;
      for (std::int32_t q = 0; q < players; ++q) {
        out[q] += weight * (prefix * suffix[q + 1]);
        prefix *= factor(t, ratio[q], a, q);
      }
    }
    for (std::int32_t q = 0; q < players; ++q) {
      double const one = ((a >> q) & 1u) != 0 ? 1.0 : 0.0;
      out[q] = paths.value[leaf] * ((one - ratio[q]) * out[q]);
    }
  }

  LIMPID_HD static double factor(double t, double r, std::uint64_t a, std::int32_t q) noexcept {
    double const rest = (1.0 - t) * r;
    return ((a >> q) & 1u) != 0 ? t + rest : rest;
  }
};

}  // namespace limpid
