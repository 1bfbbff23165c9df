/// What pattern a of a row on one long path gives to each of its K players, in double.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "kernels/sum_long_paths.h"
#include "limpid/platform.h"

namespace limpid {

/// The bits of word w of a pattern of K players that are in use.
[[nodiscard]] LIMPID_HD constexpr std::uint64_t full_word(std::int32_t players, std::int32_t w) noexcept {
  std::int32_t const here = players - 64 * w;
  return here <= 0 ? 0 : here >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} >> (64 - here);
}

/// Word w of the pattern of a path of any length; unused bits are 0.
[[nodiscard]] LIMPID_HD inline std::uint64_t path_pattern_word(PathsView const& paths, std::int64_t leaf,
                                                               BinsView const& bins, std::int64_t row,
                                                               std::int32_t w) noexcept {
  std::uint64_t failed = 0;
  for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
    Test const& test = paths.tests[t];
    if (test.player / 64 != w) continue;
    failed |= static_cast<std::uint64_t>(!passes(test, bin_of(bins, test, row))) << (test.player % 64);
  }
  return full_word(path_players(paths, leaf), w) & ~failed;
}

/// Interventional: every background pattern b with a | b full is a cube A = ~b, B = ~a; cubes in order of b.
struct LongInterventionalTask {
  PathsView paths;
  PatternCountsView background;
  std::uint64_t background_total;
  LongConstants constants;

  /// `a` [background.words], `out` [K]
  LIMPID_HD void operator()(std::int64_t leaf, std::uint64_t const* a, double* out) const noexcept {
    std::int32_t const players = path_players(paths, leaf);
    std::int32_t others = players;  // |B|
    for (std::int32_t w = 0; w < background.words; ++w) others -= count_bits(a[w]);
    double outside = 0.0;  // the same for every q in B
    for (std::int32_t q = 0; q < players; ++q) out[q] = 0.0;
    for (std::uint64_t e = background.begin[leaf]; e < background.begin[leaf + 1]; ++e) {
      std::int32_t const size = cube_size(leaf, e, a);
      if (size < 0) continue;
      auto const count = static_cast<double>(background.counts[e]);
      double const inside = count * constants.of(size, others);
      outside -= count * constants.of(others, size);
      for (std::int32_t q = 0; q < players; ++q) {
        if (((background.word(leaf, e, q / 64) >> (q % 64)) & 1u) == 0) out[q] += inside;
      }
    }
    for (std::int32_t q = 0; q < players; ++q) {
      double const sum = ((a[q / 64] >> (q % 64)) & 1u) != 0 ? out[q] : outside;
      out[q] = paths.value[leaf] * (sum / static_cast<double>(background_total));
    }
  }
  LIMPID_HD void operator()(std::int64_t leaf, std::uint64_t a, double* out) const noexcept { (*this)(leaf, &a, out); }

  /// |A| of the cube of entry e; -1 where there is none.
  [[nodiscard]] LIMPID_HD std::int32_t cube_size(std::int64_t leaf, std::uint64_t e,
                                                 std::uint64_t const* a) const noexcept {
    std::int32_t size = path_players(paths, leaf);
    for (std::int32_t w = 0; w < background.words; ++w) {
      std::uint64_t const b = background.word(leaf, e, w);
      if ((a[w] | b) != full_word(path_players(paths, leaf), w)) return -1;
      size -= count_bits(b);
    }
    return size;
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
