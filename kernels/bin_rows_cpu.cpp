// bin_rows on the CPU: for one column, 64 rows at a time; lanes are rows, each searching the column's thresholds by
// gathers. Category columns go through the task: they are few, and a search in a set is unbounded.
#include "kernels/bin_rows.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "kernels/bin_rows.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bin_rows_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kRows = 64;

/// A numeric column's thresholds, then NaN: no value is >= NaN, so the search stays among the thresholds.
template <class T>
struct Thresholds {
  alignas(64) T entries[257];  ///< threshold i at i + 1
  int first_step;

  HWY_INLINE Thresholds(double const* from, std::uint32_t count) {
    std::fill(entries, entries + 257, std::numeric_limits<T>::quiet_NaN());
    for (std::uint32_t i = 0; i < count; ++i) entries[i + 1] = static_cast<T>(from[i]);
    first_step = static_cast<int>(std::bit_floor(count));
  }
};

/// Bins of one column for 64 rows.
template <class T>
HWY_INLINE void bin_64(Thresholds<T> const& thresholds, T const* HWY_RESTRICT x, std::uint8_t* HWY_RESTRICT bins) {
  hn::CappedTag<T, 16> const d;
  hn::RebindToSigned<decltype(d)> const di;
  using I = hn::TFromD<decltype(di)>;
  alignas(64) I at[kRows];
  for (std::size_t i = 0; i < static_cast<std::size_t>(kRows); i += hn::Lanes(d)) {
    auto const key = hn::Load(d, x + i);
    auto count = hn::Zero(di);
    for (int step = thresholds.first_step; step != 0; step >>= 1) {
      auto const next = hn::Add(count, hn::Set(di, static_cast<I>(step)));
      auto const entry = hn::GatherIndex(d, thresholds.entries, next);
      count = hn::IfThenElse(hn::RebindMask(di, hn::Le(entry, key)), next, count);
    }
    auto const present = hn::RebindMask(di, hn::Eq(key, key));
    hn::Store(hn::IfThenElse(present, count, hn::Set(di, static_cast<I>(kMissingBin))), di, at + i);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(kRows); ++i) bins[i] = static_cast<std::uint8_t>(at[i]);
}

template <class T>
HWY_INLINE void bin_numeric(BinRowsArgs const& args, std::int64_t c) {
  constexpr T kMissing = std::numeric_limits<T>::quiet_NaN();
  Column const& column = args.columns.columns[c];
  Thresholds<T> const thresholds(args.columns.entries + column.begin, column.count);
  double const* values = args.values + static_cast<std::int64_t>(column.feature) * args.value_stride;
  std::uint8_t* bins = args.bins + c * args.bin_stride;
  alignas(64) T x[kRows];
  for (std::int64_t r = 0; r < args.bin_stride; r += kRows) {
    std::int64_t const here = std::clamp<std::int64_t>(args.rows - r, 0, kRows);
    if (here == kRows) {
      for (std::int64_t i = 0; i < kRows; ++i) x[i] = static_cast<T>(values[r + i]);
    } else {  // padding is missing
      std::fill(x, x + kRows, kMissing);
      for (std::int64_t i = 0; i < here; ++i) x[i] = static_cast<T>(values[r + i]);
    }
    if (column.zero_missing) {
      for (std::int64_t i = 0; i < here; ++i) x[i] = is_missing(column, values[r + i]) ? kMissing : x[i];
    }
    bin_64(thresholds, x, bins + r);
  }
}

void bin_rows(BinRowsArgs const& args) {
  BinRowsTask const task{args};
  for (std::int64_t c = 0; c < args.columns.count; ++c) {
    if (args.columns.columns[c].kind != ColumnKind::kNumeric) {
      for (std::int64_t r = 0; r < args.bin_stride; ++r) task(c, r);
    } else if (args.columns.cast_float32) {
      bin_numeric<float>(args, c);
    } else {
      bin_numeric<double>(args, c);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(bin_rows);
}  // namespace

void bin_rows_cpu(BinRowsArgs const& args) { HWY_DYNAMIC_DISPATCH(bin_rows)(args); }

}  // namespace limpid
#endif
