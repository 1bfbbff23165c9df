/// bin_rows for one column and one row.
#pragma once

#include <cmath>

#include "kernels/bin_rows.h"
#include "limpid/ensemble.h"
#include "limpid/platform.h"

namespace limpid {

/// Codes from here on are in no set: XGBoost reads a category as float32 and refuses what it cannot hold exactly.
inline constexpr double kFirstOtherCategory = 16777216.0;

/// LightGBM's codes are int32.
inline constexpr double kFirstOtherInt = 2147483648.0;

/// A category code is the value cut towards zero, -1 where it has none: negative values (before the cut, or after it
/// with `cut_towards_zero`, so that -0.5 is code 0) and large ones.
LIMPID_HD inline double category_of(double value, bool cut_towards_zero) noexcept {
  bool const xgboost = value >= 0.0 && value < kFirstOtherCategory;
  bool const lightgbm = value > -1.0 && value < kFirstOtherInt;
  return (cut_towards_zero ? lightgbm : xgboost) ? static_cast<double>(static_cast<std::int32_t>(value)) : -1.0;
}

/// Is this value missing in the column?
LIMPID_HD inline bool is_missing(Column const& column, double value) noexcept {
  return value != value || (column.zero_missing && value >= -kLargestZero && value <= kLargestZero);
}

/// How many of the sorted entries are <= key, by a search without branches on data.
LIMPID_HD inline std::uint32_t count_not_above(double const* entries, std::uint32_t count, double key) noexcept {
  std::uint32_t at = 0;
  for (std::uint32_t step = 128; step != 0; step >>= 1U) {  // count < 256
    std::uint32_t const next = at + step;
    at = next <= count && entries[next - 1] <= key ? next : at;
  }
  return at;
}

/// Any count of entries (a category set may hold millions): is the key among them?
LIMPID_HD inline bool is_among(double const* entries, std::uint32_t count, double key) noexcept {
  std::uint32_t begin = 0;
  for (std::uint32_t left = count; left != 0;) {
    std::uint32_t const half = left / 2;
    bool const below = entries[begin + half] < key;
    begin = below ? begin + half + 1 : begin;
    left = below ? left - half - 1 : half;
  }
  return begin < count && entries[begin] == key;
}

LIMPID_HD inline std::uint8_t bin_of_value(ColumnsView const& columns, Column const& column, double value) noexcept {
  if (is_missing(column, value)) return static_cast<std::uint8_t>(kMissingBin);
  double const x = columns.cast_float32 ? static_cast<double>(static_cast<float>(value)) : value;
  double const* entries = columns.entries + column.begin;
  if (column.kind == ColumnKind::kNumeric) return static_cast<std::uint8_t>(count_not_above(entries, column.count, x));
  double const code = category_of(x, columns.cut_towards_zero);
  if (column.kind == ColumnKind::kCategorySet) return is_among(entries, column.count, code) ? 1 : 0;
  std::uint32_t const at = count_not_above(entries, column.count, code);
  bool const known = at != 0 && entries[at - 1] == code;
  return static_cast<std::uint8_t>(known ? at - 1 : column.count);
}

/// Bin of column c and row r, rows [0, bin_stride).
struct BinRowsTask {
  BinRowsArgs args;

  LIMPID_HD void operator()(std::int64_t c, std::int64_t r) const noexcept {
    Column const& column = args.columns.columns[c];
    std::uint8_t& bin = args.bins[c * args.bin_stride + r];
    bin = r < args.rows ? bin_of_value(args.columns, column,
                                       args.values[static_cast<std::int64_t>(column.feature) * args.value_stride + r])
                        : static_cast<std::uint8_t>(kMissingBin);
  }
};

}  // namespace limpid
