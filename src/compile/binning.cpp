#include "compile/binning.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace limpid {
namespace {

constexpr std::int32_t kCategoryEnd = 1 << 24;  // codes from here on are "other" (XGBoost's rule, see bin_rows.task.h)

std::uint32_t group_of(Tree const& tree, std::size_t node) {
  bool const zero_missing = !tree.zero_missing.empty() && tree.zero_missing[node] != 0;
  return 2 * static_cast<std::uint32_t>(tree.feature[node]) + (zero_missing ? 1 : 0);
}

/// The threshold as the cast input sees it: float(x) < t holds iff float(x) < the smallest float >= t.
double canonical(double threshold, InputCast cast) {
  if (cast == InputCast::kFloat32) {
    auto rounded = static_cast<float>(threshold);
    if (static_cast<double>(rounded) < threshold) {
      rounded = std::nextafter(rounded, std::numeric_limits<float>::infinity());
    }
    threshold = static_cast<double>(rounded);
  }
  return threshold + 0.0;  // -0 and +0 compare equal: one entry
}

/// Codes that a value can have, sorted and distinct.
std::vector<std::int32_t> canonical(std::vector<std::int32_t> set, CategoryCut cut) {
  bool const all = cut == CategoryCut::kTowardsZero;
  std::erase_if(set, [all](std::int32_t code) { return code < 0 || (!all && code >= kCategoryEnd); });
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void collect(Ensemble const& ensemble, Tree const& tree, std::vector<GroupBins>& groups) {
  for (std::size_t n = 0; n < tree.left.size(); ++n) {
    if (tree.left[n] < 0) continue;
    GroupBins& bins = groups[group_of(tree, n)];
    std::int32_t const set = tree.category_set[n];
    if (set < 0) {
      bins.thresholds.push_back(canonical(tree.threshold[n], ensemble.input_cast));
    } else {
      std::vector<std::int32_t> codes = canonical(tree.sets[static_cast<std::size_t>(set)], ensemble.category_cut);
      bins.codes.insert(bins.codes.end(), codes.begin(), codes.end());
      bins.set_columns.emplace(std::move(codes), 0U);
    }
  }
}

class ColumnWriter {
 public:
  explicit ColumnWriter(Binning& binning) : binning_(binning) {}

  template <class Iterator>
  std::uint32_t add(std::uint32_t group, ColumnKind kind, Iterator begin, Iterator end) {
    Column column;
    column.feature = group / 2;
    column.zero_missing = group % 2 != 0;
    column.begin = static_cast<std::uint32_t>(binning_.entries.size());
    column.count = static_cast<std::uint32_t>(std::distance(begin, end));
    column.kind = kind;
    for (; begin != end; ++begin) binning_.entries.push_back(static_cast<double>(*begin));
    binning_.columns.push_back(column);
    return static_cast<std::uint32_t>(binning_.columns.size() - 1);
  }

 private:
  Binning& binning_;
};

void cut_columns(Binning& binning, std::uint32_t group) {
  ColumnWriter writer(binning);
  GroupBins& bins = binning.groups[group];
  bins.first_numeric = static_cast<std::uint32_t>(binning.columns.size());
  auto const count = static_cast<std::ptrdiff_t>(bins.thresholds.size());
  for (std::ptrdiff_t begin = 0; begin < count; begin += kMaxColumnThresholds) {
    std::ptrdiff_t const end = std::min<std::ptrdiff_t>(begin + kMaxColumnThresholds, count);
    writer.add(group, ColumnKind::kNumeric, bins.thresholds.begin() + begin, bins.thresholds.begin() + end);
  }
  if (bins.set_columns.empty()) return;
  if (bins.ranked()) {
    bins.rank_column = writer.add(group, ColumnKind::kCategoryRank, bins.codes.begin(), bins.codes.end());
    bins.set_columns.clear();
    return;
  }
  for (auto& [codes, column] : bins.set_columns) {
    column = writer.add(group, ColumnKind::kCategorySet, codes.begin(), codes.end());
  }
}

}  // namespace

Binning make_binning(Ensemble const& ensemble) {
  Binning binning;
  binning.groups.resize(2 * ensemble.features.size());
  for (Tree const& tree : ensemble.trees) collect(ensemble, tree, binning.groups);
  for (std::uint32_t g = 0; g < binning.groups.size(); ++g) {
    sort_unique(binning.groups[g].thresholds);
    sort_unique(binning.groups[g].codes);
    cut_columns(binning, g);
  }
  return binning;
}

Split split_of(Binning const& binning, Ensemble const& ensemble, Tree const& tree, std::size_t node) {
  Split split;
  split.group = group_of(tree, node);
  split.missing_left = tree.missing_left[node] != 0;
  GroupBins const& bins = binning.groups[split.group];
  std::int32_t const set = tree.category_set[node];
  if (set < 0) {
    auto const& thresholds = bins.thresholds;
    auto const at =
        std::lower_bound(thresholds.begin(), thresholds.end(), canonical(tree.threshold[node], ensemble.input_cast));
    split.rank = static_cast<std::int32_t>(at - thresholds.begin());
    return split;
  }
  std::vector<std::int32_t> const codes = canonical(tree.sets[static_cast<std::size_t>(set)], ensemble.category_cut);
  if (!bins.ranked()) {
    split.kind = ColumnKind::kCategorySet;
    split.column = bins.set_columns.find(codes)->second;
    return split;
  }
  split.kind = ColumnKind::kCategoryRank;
  for (std::int32_t const code : codes) {
    auto const at = std::lower_bound(bins.codes.begin(), bins.codes.end(), code);
    insert(split.right, static_cast<std::size_t>(at - bins.codes.begin()));
  }
  return split;
}

}  // namespace limpid
