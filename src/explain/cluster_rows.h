/// k-means over rows of mixed columns: few rows with weights that stand for many (a background, as shap.kmeans makes).
///
/// No packaged library gives the same centres on any number of threads and any machine (their reductions follow the
/// threads), takes categories and missing values, and seeds itself reproducibly: hence our own.
///
/// Distance: a number counts by its difference in standard deviations of the column, squared; a category, and a number
/// that is missing on one side alone, counts 1 where it differs: about what a number differs from a mean. Seeds by
/// k-means++ (Arthur and Vassilvitskii 2007) from Philox, then Lloyd's steps. A centre has the mean of its rows'
/// numbers (missing where most of them are) and their most frequent category. Every sum runs in row order in double:
/// same centres for any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "explain/engine.h"

namespace limpid {

struct RowClusters {
  /// [M x stride] centres in the order of their first row. Each number is the nearest one that the column holds,
  /// so that whole numbers stay whole.
  std::vector<double> values;
  std::int64_t stride = 0;
  std::vector<double> sizes;  ///< [clusters] rows of each; none is 0
  std::int32_t steps = 0;     ///< Lloyd's, at most kMostClusterSteps
};

inline constexpr std::int32_t kMostClusterSteps = 50;

/// At most `count` clusters; fewer only where fewer rows are distinct: then every distinct row is one. `categorical`
/// [M]. REQUIRES: rows > 0, count > 0, no infinite values.
[[nodiscard]] RowClusters cluster_rows(RowsView rows, std::vector<bool> const& categorical, std::int64_t count,
                                       std::uint64_t seed, ParallelFor const& parallel_for);

}  // namespace limpid
