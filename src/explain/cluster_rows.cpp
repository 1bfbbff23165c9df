#include "explain/cluster_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "explain/cluster_columns.h"
#include "explain/engine_common.h"
#include "kernels/philox.h"

namespace limpid {
namespace {

constexpr std::int64_t kSliceRows = 256;
constexpr std::uint64_t kStream = 0x6B6D65616E73;  ///< "kmeans": apart from the streams of the designs
std::size_t at(std::int64_t index) noexcept { return static_cast<std::size_t>(index); }

/// Centre c of column j at j * count + c.
struct Centres {
  std::int64_t count = 0;
  std::vector<double> values;
};

double column_distance(bool categorical, double a, double b) noexcept {
  if (categorical || a == kMissingNumber || b == kMissingNumber) return a == b ? 0.0 : 1.0;
  return (a - b) * (a - b);
}

class Clustering {
 public:
  Clustering(RowsView rows, std::vector<bool> const& categorical, ParallelFor const& parallel_for)
      : rows_(rows.rows), parallel_for_(parallel_for), nearest_(at(rows_)), distance_(at(rows_)) {
    for (std::size_t j = 0; j < categorical.size(); ++j) {
      double const* const raw = rows.data + static_cast<std::int64_t>(j) * rows.stride;
      columns_.push_back(categorical[j] ? rank_categories(raw, rows_) : scale_numbers(raw, rows_));
    }
  }

  /// k-means++: each next centre is a row drawn with the square of its distance to those before. Ends early where every
  /// row is one of them.
  void seed(std::int64_t count, std::uint64_t seed) {
    PhiloxStream random(seed, kStream);
    std::vector<std::int64_t> picked{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(rows_)))};
    std::fill(distance_.begin(), distance_.end(), kMissingNumber);
    for (double total = approach(picked.back()); total > 0.0 && static_cast<std::int64_t>(picked.size()) < count;
         total = approach(picked.back())) {
      picked.push_back(draw(static_cast<double>(random.next() >> 11U) * 0x1p-53 * total));
    }
    take(picked);
  }

  /// Lloyd's steps until no row moves; how many.
  std::int32_t settle() {
    std::int32_t steps = 0;
    assign();
    for (bool moves = true; moves && steps < kMostClusterSteps; ++steps) {
      refill();
      move_centres();
      auto const before = nearest_;
      assign();
      moves = nearest_ != before;
    }
    return steps;
  }

  /// Clusters that have rows, in the order of their first ones.
  [[nodiscard]] RowClusters result() const {
    auto members = members_by_cluster();
    std::vector<std::size_t> order;
    for (std::size_t c = 0; c < members.size(); ++c) {
      if (!members[c].empty()) order.push_back(c);
    }
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return members[a].front() < members[b].front(); });
    RowClusters out;
    out.stride = row_stride(static_cast<std::int64_t>(order.size()));
    out.values.resize(columns_.size() * at(out.stride));
    for (auto const c : order) out.sizes.push_back(static_cast<double>(members[c].size()));
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      for (std::size_t i = 0; i < order.size(); ++i) {
        double const centre = centres_.values[j * at(centres_.count) + order[i]];
        out.values[j * at(out.stride) + i] = nearest_level(columns_[j], centre);
      }
    }
    return out;
  }

 private:
  /// body(r) for every row, on several threads.
  template <class Body>
  void for_slices(Body const& body) const {
    parallel_for_((rows_ + kSliceRows - 1) / kSliceRows, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin * kSliceRows; r < std::min(end * kSliceRows, rows_); ++r) body(r);
    });
  }

  /// Distances to the nearest of the rows picked so far, of which `last` is new; their sum.
  double approach(std::int64_t last) {
    for_slices([&](std::int64_t r) {
      double sum = 0.0;
      for (auto const& column : columns_) {
        sum += column_distance(column.categorical, column.values[at(r)], column.values[at(last)]);
      }
      distance_[at(r)] = std::min(distance_[at(r)], sum);
    });
    double total = 0.0;
    for (double const distance : distance_) total += distance;
    return total;
  }

  /// The row in whose part of the summed distances `point` lies; never one that is a centre already.
  [[nodiscard]] std::int64_t draw(double point) const {
    double sum = 0.0;
    std::int64_t last = 0;
    for (std::int64_t r = 0; r < rows_; ++r) {
      if (distance_[at(r)] == 0.0) continue;
      sum += distance_[at(r)];
      last = r;
      if (sum > point) break;
    }
    return last;
  }

  void take(std::vector<std::int64_t> const& picked) {
    centres_.count = static_cast<std::int64_t>(picked.size());
    for (auto const& column : columns_) {
      for (auto const r : picked) centres_.values.push_back(column.values[at(r)]);
    }
  }

  /// Rows to their nearest centres, the first of equals.
  void assign() {
    parallel_for_((rows_ + kSliceRows - 1) / kSliceRows, [&](std::int64_t begin, std::int64_t end) {
      std::vector<double> sums(at(centres_.count));
      for (std::int64_t r = begin * kSliceRows; r < std::min(end * kSliceRows, rows_); ++r) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::size_t j = 0; j < columns_.size(); ++j) {
          add_distances(columns_[j].categorical, columns_[j].values[at(r)],
                        centres_.values.data() + static_cast<std::int64_t>(j) * centres_.count, sums);
        }
        auto const least = std::min_element(sums.begin(), sums.end());
        nearest_[at(r)] = least - sums.begin();
        distance_[at(r)] = *least;
      }
    });
  }

  static void add_distances(bool categorical, double value, double const* centres, std::vector<double>& sums) {
    if (categorical || value == kMissingNumber) {
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += centres[c] == value ? 0.0 : 1.0;
      return;
    }
    for (std::size_t c = 0; c < sums.size(); ++c) {
      double const difference = value - centres[c];
      sums[c] += centres[c] == kMissingNumber ? 1.0 : difference * difference;
    }
  }

  /// A cluster without rows takes the row that is farthest from its own centre, where it leaves another row behind.
  void refill() {
    std::vector<std::int64_t> sizes(at(centres_.count));
    for (auto const c : nearest_) ++sizes[at(c)];
    for (std::int64_t c = 0; c < centres_.count; ++c) {
      if (sizes[at(c)] != 0) continue;
      std::int64_t farthest = -1;
      for (std::int64_t r = 0; r < rows_; ++r) {
        bool const is_spare = sizes[at(nearest_[at(r)])] > 1 && distance_[at(r)] > 0.0;
        if (is_spare && (farthest < 0 || distance_[at(r)] > distance_[at(farthest)])) farthest = r;
      }
      if (farthest < 0) return;
      --sizes[at(nearest_[at(farthest)])];
      ++sizes[at(c)];
      nearest_[at(farthest)] = c;
      distance_[at(farthest)] = 0.0;
    }
  }

  /// Rows of each cluster, ascending.
  [[nodiscard]] std::vector<std::vector<std::int64_t>> members_by_cluster() const {
    std::vector<std::vector<std::int64_t>> members(at(centres_.count));
    for (std::int64_t r = 0; r < rows_; ++r) members[at(nearest_[at(r)])].push_back(r);
    return members;
  }

  void move_centres() {
    auto const members = members_by_cluster();
    parallel_for_(static_cast<std::int64_t>(columns_.size()), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t j = begin; j < end; ++j) {
        ScaledColumn const& column = columns_[at(j)];
        std::vector<std::int64_t> counts(column.categorical ? column.levels.size() : 0);
        for (std::size_t c = 0; c < members.size(); ++c) {
          if (members[c].empty()) continue;
          centres_.values[at(j * centres_.count) + c] =
              column.categorical ? mode(column, members[c], counts) : mean(column, members[c]);
        }
      }
    });
  }

  /// Missing where more than half of the rows have no number.
  static double mean(ScaledColumn const& column, std::vector<std::int64_t> const& rows) {
    double sum = 0.0;
    std::size_t present = 0;
    for (auto const r : rows) {
      if (column.values[at(r)] == kMissingNumber) continue;
      sum += column.values[at(r)];
      ++present;
    }
    return 2 * present < rows.size() ? kMissingNumber : sum / static_cast<double>(present);
  }

  /// Of equally frequent categories the first. `counts`: zeros, and left so.
  static double mode(ScaledColumn const& column, std::vector<std::int64_t> const& rows,
                     std::vector<std::int64_t>& counts) {
    for (auto const r : rows) ++counts[static_cast<std::size_t>(column.values[at(r)])];
    std::size_t best = static_cast<std::size_t>(column.values[at(rows.front())]);
    for (auto const r : rows) {
      auto const level = static_cast<std::size_t>(column.values[at(r)]);
      if (counts[level] > counts[best] || (counts[level] == counts[best] && level < best)) best = level;
    }
    for (auto const r : rows) counts[static_cast<std::size_t>(column.values[at(r)])] = 0;
    return static_cast<double>(best);
  }

  std::int64_t rows_;
  ParallelFor const& parallel_for_;
  std::vector<ScaledColumn> columns_;
  Centres centres_;
  std::vector<std::int64_t> nearest_;
  std::vector<double> distance_;  ///< [R] to the nearest centre
};

}  // namespace

RowClusters cluster_rows(RowsView rows, std::vector<bool> const& categorical, std::int64_t count, std::uint64_t seed,
                         ParallelFor const& parallel_for) {
  Clustering clustering(rows, categorical, parallel_for);
  clustering.seed(count, seed);
  std::int32_t const steps = clustering.settle();
  RowClusters out = clustering.result();
  out.steps = steps;
  return out;
}

}  // namespace limpid
