#include "blackbox/distinct_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace limpid {
namespace {

constexpr std::int64_t kEmpty = -1;

std::uint64_t hash_of(double const* row, std::int32_t columns) noexcept {
  static constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio
  static constexpr unsigned kShift = 29;
  std::uint64_t hash = 0;
  for (std::int32_t c = 0; c < columns; ++c) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(row[c])) * kMultiplier;
    hash ^= hash >> kShift;
  }
  return hash;
}

}  // namespace

std::int64_t DistinctRows::compact(double* values, std::int64_t rows, std::int32_t columns) {
  std::size_t const size = std::bit_ceil(static_cast<std::size_t>(std::max<std::int64_t>(rows, 1)) * 2);
  auto const bytes = static_cast<std::size_t>(columns) * sizeof(double);
  place_.resize(static_cast<std::size_t>(rows));
  table_.assign(size, kEmpty);
  std::int64_t count = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    double const* const row = values + r * columns;
    std::size_t slot = static_cast<std::size_t>(hash_of(row, columns)) & (size - 1);
    while (table_[slot] != kEmpty && std::memcmp(values + table_[slot] * columns, row, bytes) != 0) {
      slot = (slot + 1) & (size - 1);
    }
    if (table_[slot] == kEmpty) {
      if (r != count) std::memcpy(values + count * columns, row, bytes);
      table_[slot] = count++;
    }
    place_[static_cast<std::size_t>(r)] = table_[slot];
  }
  return count;
}

void DistinctRows::spread(std::vector<double> const& distinct, std::int32_t outputs,
                          std::vector<double>& scores) const {
  scores.resize(place_.size() * static_cast<std::size_t>(outputs));
  for (std::size_t r = 0; r < place_.size(); ++r) {
    std::copy_n(distinct.begin() + static_cast<std::ptrdiff_t>(place_[r] * outputs), outputs,
                scores.begin() + static_cast<std::ptrdiff_t>(r) * outputs);
  }
}

}  // namespace limpid
