/// The columns of rows as k-means sees them (cluster_rows.h).
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace limpid {

/// A number that is missing: equals itself, unlike NaN, and no number.
inline constexpr double kMissingNumber = std::numeric_limits<double>::infinity();

struct ScaledColumn {
  bool categorical = false;
  /// [R] numbers in standard deviations, or kMissingNumber; of categories their places in `levels`, missing a place
  /// too.
  std::vector<double> values;
  std::vector<std::pair<double, double>> levels;  ///< what is there, ascending: as in `values`, and as given
};

/// `raw` [R], NaN: missing.
[[nodiscard]] ScaledColumn rank_categories(double const* raw, std::int64_t rows);
[[nodiscard]] ScaledColumn scale_numbers(double const* raw, std::int64_t rows);

/// As given: what the column holds that is nearest to a centre's value; NaN of kMissingNumber.
[[nodiscard]] double nearest_level(ScaledColumn const& column, double value);

}  // namespace limpid
