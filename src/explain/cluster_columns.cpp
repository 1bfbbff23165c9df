#include "explain/cluster_columns.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace limpid {
namespace {

std::size_t at(std::int64_t index) noexcept { return static_cast<std::size_t>(index); }

/// Mean and standard deviation of what is there.
std::pair<double, double> moments(std::vector<double> const& values) {
  double sum = 0.0;
  std::int64_t present = 0;
  for (double const value : values) {
    if (value == kMissingNumber) continue;
    sum += value;
    ++present;
  }
  double const mean = sum / static_cast<double>(std::max<std::int64_t>(present, 1));
  double squares = 0.0;
  for (double const value : values) squares += value == kMissingNumber ? 0.0 : (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / static_cast<double>(std::max<std::int64_t>(present, 1)))};
}

}  // namespace

ScaledColumn rank_categories(double const* raw, std::int64_t rows) {
  ScaledColumn column;
  column.categorical = true;
  std::map<double, double> place;
  for (std::int64_t r = 0; r < rows; ++r) place.emplace(std::isnan(raw[r]) ? kMissingNumber : raw[r], 0.0);
  for (auto& [code, index] : place) {
    index = static_cast<double>(column.levels.size());
    column.levels.emplace_back(index, code == kMissingNumber ? std::nan("") : code);
  }
  for (std::int64_t r = 0; r < rows; ++r)
    column.values.push_back(place.at(std::isnan(raw[r]) ? kMissingNumber : raw[r]));
  return column;
}

/// Numbers are divided by the largest one first: squares of no finite number overflow then.
ScaledColumn scale_numbers(double const* raw, std::int64_t rows) {
  ScaledColumn column;
  double largest = std::numeric_limits<double>::min();
  for (std::int64_t r = 0; r < rows; ++r) largest = std::isnan(raw[r]) ? largest : std::max(largest, std::abs(raw[r]));
  for (std::int64_t r = 0; r < rows; ++r)
    column.values.push_back(std::isnan(raw[r]) ? kMissingNumber : raw[r] / largest);
  auto const [mean, deviation] = moments(column.values);
  for (std::int64_t r = 0; r < rows; ++r) {
    double& value = column.values[at(r)];
    if (value == kMissingNumber) continue;
    value = deviation == 0.0 ? 0.0 : (value - mean) / deviation;
    column.levels.emplace_back(value, raw[r]);
  }
  std::sort(column.levels.begin(), column.levels.end());
  column.levels.erase(std::unique(column.levels.begin(), column.levels.end()), column.levels.end());
  return column;
}

double nearest_level(ScaledColumn const& column, double value) {
  if (value == kMissingNumber) return std::nan("");
  auto const& levels = column.levels;
  auto after = std::lower_bound(levels.begin(), levels.end(), value,
                                [](auto const& level, double wanted) { return level.first < wanted; });
  if (after == levels.end()) return levels.back().second;
  if (after == levels.begin()) return after->second;
  auto const before = std::prev(after);
  return value - before->first <= after->first - value ? before->second : after->second;
}

}  // namespace limpid
