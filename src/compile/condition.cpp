#include "compile/condition.h"

#include <algorithm>

namespace limpid {
namespace {

/// Collects the tests of one player.
class TestWriter {
 public:
  TestWriter(std::uint8_t q, std::vector<Test>& tests) : q_(q), tests_(tests) {}

  /// Passes on the circular interval first..last of bytes.
  void add(std::uint32_t column, std::int32_t first, std::int32_t last) {
    Test test;
    test.column = column;
    test.lo = static_cast<std::uint8_t>(first & 255);
    test.width = static_cast<std::uint8_t>((last - first) & 255);
    test.player = q_;
    tests_.push_back(test);
  }
  void always(std::uint32_t column) { add(column, 0, 255); }
  void never(std::uint32_t column) {
    add(column, 0, 0);
    add(column, 1, 1);
  }

 private:
  std::uint8_t q_;
  std::vector<Test>& tests_;
};

void append_numeric(GroupBins const& bins, Condition const& c, TestWriter& out) {
  if (c.low > c.high) {
    if (c.missing) return out.add(bins.first_numeric, kMissingBin, kMissingBin);
    return out.never(bins.first_numeric);
  }
  bool const below = c.high < static_cast<std::int32_t>(bins.thresholds.size());
  bool const above = c.low > 0;
  // At least `low` thresholds are <= x iff threshold low - 1 is; at most `high` are iff threshold `high` is not.
  std::int32_t const at = c.low - 1;
  std::uint32_t const low_column =
      bins.first_numeric + static_cast<std::uint32_t>(above ? at / kMaxColumnThresholds : 0);
  std::uint32_t const high_column =
      bins.first_numeric + static_cast<std::uint32_t>(below ? c.high / kMaxColumnThresholds : 0);
  std::int32_t const first = above ? at % kMaxColumnThresholds + 1 : 0;
  std::int32_t const last = below ? c.high % kMaxColumnThresholds : 0;
  if (above && below && low_column == high_column && !c.missing) return out.add(low_column, first, last);
  if (above) out.add(low_column, first, c.missing ? kMissingBin : kMissingBin - 1);
  if (below) out.add(high_column, c.missing ? kMissingBin : 0, last);
  if (!above && !below) out.add(bins.first_numeric, 0, c.missing ? kMissingBin : kMissingBin - 1);
}

/// One test per circular run of failing bins: everything outside it. Bins that no row has count for neither side.
void append_ranked(GroupBins const& bins, Condition const& c, TestWriter& out) {
  auto const other = static_cast<std::int32_t>(bins.codes.size());
  std::int32_t const count = other + 2;  // codes, other, missing
  auto const byte_of = [&](std::int32_t i) { return i <= other ? i : kMissingBin; };
  auto const passes = [&](std::int32_t i) {
    return i <= other ? contains(c.pass, static_cast<std::size_t>(i)) : c.missing;
  };
  std::int32_t start = 0;
  while (start < count && !passes(start)) ++start;
  if (start == count) return out.never(bins.rank_column);
  bool any = false;
  for (std::int32_t step = 1; step < count;) {
    std::int32_t const first = (start + step) % count;
    ++step;
    if (passes(first)) continue;
    std::int32_t last = first;
    for (; step < count && !passes((start + step) % count); ++step) last = (start + step) % count;
    out.add(bins.rank_column, byte_of(last) + 1, byte_of(first) - 1);
    any = true;
  }
  if (!any) out.always(bins.rank_column);
}

void append_sets(Condition const& c, std::span<SetTest const> sets, TestWriter& out) {
  for (std::size_t i = 0; i < sets.size(); ++i) {
    SetTest const& test = sets[i];
    auto const same = [&](SetTest const& other) { return other.column == test.column && other.inside == test.inside; };
    if (test.group != c.group || std::any_of(sets.begin(), sets.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      continue;
    }
    if (test.inside) {
      out.add(test.column, 1, c.missing ? kMissingBin : 1);
    } else {
      out.add(test.column, c.missing ? kMissingBin : 0, 0);
    }
  }
}

}  // namespace

void restrict_to(Condition& condition, Split const& split, bool left) noexcept {
  condition.missing = condition.missing && split.missing_left == left;
  if (split.kind == ColumnKind::kNumeric) {
    condition.numeric = true;
    if (left) {
      condition.high = std::min(condition.high, split.rank);
    } else {
      condition.low = std::max(condition.low, split.rank + 1);
    }
  } else if (split.kind == ColumnKind::kCategoryRank) {
    condition.ranked = true;
    for (std::size_t w = 0; w < split.right.size(); ++w) condition.pass[w] &= left ? ~split.right[w] : split.right[w];
  }
}

void append_tests(Binning const& binning, Condition const& condition, std::span<SetTest const> sets, std::uint8_t q,
                  std::vector<Test>& tests) {
  GroupBins const& bins = binning.groups[condition.group];
  TestWriter out(q, tests);
  if (condition.numeric) append_numeric(bins, condition, out);
  if (condition.ranked) append_ranked(bins, condition, out);
  append_sets(condition, sets, out);
}

}  // namespace limpid
