#include "kernels/bin_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "compile/compiled_model.h"
#include "kernels/bin_rows.task.h"
#include "kernels/each_simd_target.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

using reference::Random;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Bins [C x stride] by the kernel, into memory that the kernel must overwrite whole.
std::vector<std::uint8_t> bin(ColumnsView const& columns, reference::Rows const& rows) {
  std::vector<std::uint8_t> bins(static_cast<std::size_t>(columns.count * rows.stride), 0xCD);
  bin_rows_cpu({columns, rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride});
  return bins;
}

std::vector<std::uint8_t> bin_by_task(ColumnsView const& columns, reference::Rows const& rows) {
  std::vector<std::uint8_t> bins(static_cast<std::size_t>(columns.count * rows.stride), 0xCD);
  BinRowsTask const task{{columns, rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride}};
  for (std::int64_t c = 0; c < columns.count; ++c) {
    for (std::int64_t r = 0; r < rows.stride; ++r) task(c, r);
  }
  return bins;
}

struct HandWorked {
  std::vector<double> entries;
  Column column;

  [[nodiscard]] int bin(double value, bool cast_float32 = true, bool cut_towards_zero = false) const {
    ColumnsView const view{&column, entries.data(), 1, cast_float32, cut_towards_zero};
    return bin_of_value(view, column, value);
  }
};

HandWorked hand_worked(std::vector<double> entries, ColumnKind kind) {
  HandWorked it{std::move(entries), {}};
  it.column.count = static_cast<std::uint32_t>(it.entries.size());
  it.column.kind = kind;
  return it;
}

TEST(BinRows, NumericBinCountsThresholdsNotAbove) {
  HandWorked const column = hand_worked({-1.0, 0.0, 2.5}, ColumnKind::kNumeric);
  EXPECT_EQ(column.bin(-1.5), 0);
  EXPECT_EQ(column.bin(-1.0), 1);  // x < threshold goes left: equal goes right
  EXPECT_EQ(column.bin(-0.0), 2);
  EXPECT_EQ(column.bin(0.0), 2);
  EXPECT_EQ(column.bin(2.4999), 2);
  EXPECT_EQ(column.bin(kInfinity), 3);
  EXPECT_EQ(column.bin(-kInfinity), 0);
  EXPECT_EQ(column.bin(kNaN), kMissingBin);
}

TEST(BinRows, CastsToFloat32First) {
  auto const threshold = static_cast<double>(0.1F);
  HandWorked const column = hand_worked({threshold}, ColumnKind::kNumeric);
  double const below = std::nextafter(threshold, 0.0);
  EXPECT_EQ(column.bin(below), 1);  // rounds to the threshold
  EXPECT_EQ(column.bin(below, false), 0);
}

TEST(BinRows, CategoriesTruncateAndUnknownOnesAreOther) {
  HandWorked const column = hand_worked({0.0, 3.0, 7.0}, ColumnKind::kCategoryRank);
  EXPECT_EQ(column.bin(0.0), 0);
  EXPECT_EQ(column.bin(0.9), 0);
  EXPECT_EQ(column.bin(-0.0), 0);
  EXPECT_EQ(column.bin(-0.3), 3);
  EXPECT_EQ(column.bin(3.0), 1);
  EXPECT_EQ(column.bin(7.99), 2);
  EXPECT_EQ(column.bin(4.0), 3);
  EXPECT_EQ(column.bin(16777216.0), 3);
  EXPECT_EQ(column.bin(1e300), 3);
  EXPECT_EQ(column.bin(kNaN), kMissingBin);
  HandWorked const set = hand_worked({0.0, 3.0, 7.0}, ColumnKind::kCategorySet);
  EXPECT_EQ(set.bin(3.2), 1);
  EXPECT_EQ(set.bin(4.0), 0);
  EXPECT_EQ(set.bin(-1.0), 0);
  EXPECT_EQ(set.bin(kNaN), kMissingBin);
}

TEST(BinRows, ZerosAreMissingInAColumnThatSaysSo) {
  HandWorked column = hand_worked({-1.0, 0.0, 2.5}, ColumnKind::kNumeric);
  column.column.zero_missing = true;
  double const last = kLargestZero;
  for (double const zero : {0.0, -0.0, last, -last, 1e-40}) EXPECT_EQ(column.bin(zero, false), kMissingBin);
  EXPECT_EQ(column.bin(std::nextafter(last, 1.0), false), 2);
  EXPECT_EQ(column.bin(-std::nextafter(last, 1.0), false), 1);
  EXPECT_EQ(column.bin(1e-300, true), kMissingBin);
  EXPECT_EQ(column.bin(3.0), 3);
  EXPECT_EQ(column.bin(kNaN), kMissingBin);
  HandWorked codes = hand_worked({0.0, 3.0}, ColumnKind::kCategoryRank);
  codes.column.zero_missing = true;
  EXPECT_EQ(codes.bin(0.0), kMissingBin);
  EXPECT_EQ(codes.bin(0.5), 0);
}

TEST(BinRows, CategoriesCutTowardsZeroKeepSmallNegativesAndLargeCodes) {
  HandWorked const column = hand_worked({0.0, 3.0, 16777216.0, 2147483647.0}, ColumnKind::kCategoryRank);
  auto const bin = [&](double value) { return column.bin(value, false, true); };
  EXPECT_EQ(bin(-0.5), 0);
  EXPECT_EQ(bin(-0.999999), 0);
  EXPECT_EQ(bin(-1.0), 4);
  EXPECT_EQ(bin(3.9), 1);
  EXPECT_EQ(bin(16777216.0), 2);
  EXPECT_EQ(bin(2147483647.0), 3);
  EXPECT_EQ(bin(2147483647.5), 3);
  EXPECT_EQ(bin(2147483648.0), 4);
  EXPECT_EQ(bin(-1e300), 4);
  EXPECT_EQ(bin(kNaN), kMissingBin);
}

TEST(BinRows, FullColumnUsesEveryBin) {
  std::vector<double> thresholds(kMaxColumnThresholds);
  for (std::size_t i = 0; i < thresholds.size(); ++i) thresholds[i] = static_cast<double>(i);
  HandWorked const column = hand_worked(thresholds, ColumnKind::kNumeric);
  for (int i = 0; i <= kMaxColumnThresholds; ++i) EXPECT_EQ(column.bin(i - 0.5), i);
}

TEST(BinRows, EveryTargetEqualsTheTask) {
  Random random(1);
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 63, 64, 65, 1000}) {
    for (int variant = 0; variant < 8; ++variant) {
      reference::ModelShape shape;
      shape.trees = 40;
      shape.depth = 6;
      shape.features = 5;
      shape.categorical = variant % 3;
      shape.categories = variant < 3 ? 12 : 400;
      shape.thresholds = variant < 3 ? 1000 : 3;
      shape.input_cast = variant % 2 == 0 ? InputCast::kFloat32 : InputCast::kFloat64;
      shape.zero_missing = variant % 4 == 3 ? 0.5 : 0.0;
      shape.category_cut = variant % 2 == 0 ? CategoryCut::kNonNegative : CategoryCut::kTowardsZero;
      CompiledModel const model = compile(reference::random_ensemble(shape, random));
      reference::Rows const data = reference::random_rows(reference::random_ensemble(shape, random), rows, random);
      auto const expected = bin_by_task(model.columns_view(), data);
      on_each_simd_target([&] { EXPECT_EQ(bin(model.columns_view(), data), expected) << rows << " rows"; });
      for (std::int64_t c = 0; c < model.columns_view().count; ++c) {
        for (std::int64_t r = rows; r < data.stride; ++r) {
          EXPECT_EQ(expected[static_cast<std::size_t>(c * data.stride + r)], kMissingBin);
        }
      }
    }
  }
}

}  // namespace
}  // namespace limpid
