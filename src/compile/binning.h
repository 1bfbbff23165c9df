/// Bin columns of an ensemble and its nodes' tests on them (layout.h, Bins).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "compile/layout.h"
#include "limpid/ensemble.h"

namespace limpid {

/// What the nodes of one bin group compare with, and the columns that were cut from it. A bin group is a feature with
/// (1) or without (0) zeros as missing values: group 2 * feature + that.
struct GroupBins {
  std::vector<double> thresholds;   ///< sorted, distinct; as float32 values where inputs are cast to float32
  std::vector<std::int32_t> codes;  ///< sorted, distinct codes of all category sets
  std::uint32_t first_numeric = 0;  ///< first numeric column
  std::uint32_t rank_column = 0;    ///< REQUIRES ranked()
  std::map<std::vector<std::int32_t>, std::uint32_t> set_columns;  ///< distinct set -> its column, unless ranked()

  [[nodiscard]] bool ranked() const noexcept { return codes.size() <= kMaxColumnThresholds; }
};

struct Binning {
  std::vector<GroupBins> groups;  ///< [2 M]
  std::vector<Column> columns;
  std::vector<double> entries;
};

/// One bit per value of a byte.
using BinSet = std::array<std::uint64_t, 4>;
inline void insert(BinSet& set, std::size_t bin) noexcept { set[bin >> 6U] |= std::uint64_t{1} << (bin & 63U); }
[[nodiscard]] inline bool contains(BinSet const& set, std::size_t bin) noexcept {
  return ((set[bin >> 6U] >> (bin & 63U)) & 1U) != 0;
}

/// A node's test on bins.
struct Split {
  std::uint32_t group = 0;
  ColumnKind kind = ColumnKind::kNumeric;
  bool missing_left = false;
  std::int32_t rank = 0;     ///< numeric: left iff at most this many of the group's thresholds are <= x
  std::uint32_t column = 0;  ///< category set: its column
  BinSet right{};            ///< category rank: the bins that go right
};

[[nodiscard]] Binning make_binning(Ensemble const& ensemble);

/// REQUIRES: `node` is no leaf and `tree` was part of the ensemble that made the binning.
[[nodiscard]] Split split_of(Binning const& binning, Ensemble const& ensemble, Tree const& tree, std::size_t node);

}  // namespace limpid
