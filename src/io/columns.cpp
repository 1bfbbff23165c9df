#include "io/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "io/column_planner.h"
#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int32_t kNone = -1;

bool is_number(std::string_view text) {
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void ColumnPlanner::check_header() const {
  if (head_.names.empty()) return;
  bool counts = true;
  bool numbers = true;
  for (std::size_t i = 0; i < head_.names.size(); ++i) {
    counts = counts && head_.names[i] == std::to_string(i);
    numbers = numbers && is_number(head_.names[i]);
  }
  bool const expected = ensemble_.named_features && std::all_of(ensemble_.features.begin(), ensemble_.features.end(),
                                                                [](Feature const& f) { return is_number(f.name); });
  if (numbers && !counts && !expected) fail("the first line holds numbers, not column names", "use --no-header");
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < head_.names.size(); ++i) {
    if (head_.names[i].empty()) continue;
    auto const [it, fresh] = seen.emplace(head_.names[i], i);
    if (!fresh) {
      fail(fmt::format("two columns are named '{}': columns {} and {}", head_.names[i], it->second, i),
           "rename one of them in the header");
    }
  }
}

/// The column of a name or else of a 0-based index; kNone when there is none.
std::int32_t ColumnPlanner::find(std::string const& spec) const {
  auto const named = std::find(head_.names.begin(), head_.names.end(), spec);
  if (named != head_.names.end() && !spec.empty()) return static_cast<std::int32_t>(named - head_.names.begin());
  std::int32_t index = kNone;
  auto const [end, error] = std::from_chars(spec.data(), spec.data() + spec.size(), index);
  bool const whole = error == std::errc{} && end == spec.data() + spec.size();
  return whole && index >= 0 && index < head_.column_count ? index : kNone;
}

std::int32_t ColumnPlanner::resolve(char const* option, std::string const& spec) const {
  auto const column = find(spec);
  if (column != kNone) return column;
  if (is_background()) return kNone;  // options describe the data; a background may lack such columns
  auto const near = nearest_name(spec, head_.names);
  std::string hint = near.empty() ? fmt::format("columns are named by their name or by a 0-based index up to {}",
                                                head_.column_count - 1)
                                  : fmt::format("did you mean '{}'?", near);
  if (auto const delimiter = hint_for_one_column(); near.empty() && !delimiter.empty()) hint = delimiter;
  throw Error("usage.column", fmt::format("{} '{}' is not a column of the data", option, spec), where(), hint);
}

void ColumnPlanner::take_named_columns() {
  // By position, a background with exactly the model's columns has none to drop.
  if (is_background() && !by_name() && static_cast<std::size_t>(head_.column_count) == features()) return;
  auto const take = [&](char const* option, std::string const& spec) {
    auto const column = resolve(option, spec);
    if (column != kNone) used_[static_cast<std::size_t>(column)] = true;
    return column;
  };
  if (options_.id) {
    auto const column = take("--id", *options_.id);
    if (column != kNone) plan_.id_column = column;
  }
  if (options_.label) take("--label", *options_.label);
  for (auto const& spec : options_.exclude) take("--exclude", spec);
}

void ColumnPlanner::match_by_name() {
  std::unordered_map<std::string, std::int32_t> column_of;
  for (std::size_t c = 0; c < head_.names.size(); ++c) column_of.emplace(head_.names[c], static_cast<std::int32_t>(c));
  std::vector<bool> wanted(head_.names.size(), false);
  std::vector<std::string> missing;
  for (auto const& feature : ensemble_.features) {
    auto const it = column_of.find(feature.name);
    if (it == column_of.end()) {
      missing.push_back(feature.name);
      continue;
    }
    plan_.column_of_feature.push_back(it->second);
    wanted[static_cast<std::size_t>(it->second)] = true;
  }
  if (!missing.empty()) fail_missing(missing);
  std::vector<std::int32_t> unknown;
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    bool const is_id = plan_.id_column == static_cast<std::int32_t>(c);
    if (wanted[c] && used_[c] && !is_id && !is_background()) {
      fail(fmt::format("column '{}' is set aside, but the model needs it", head_.names[c]),
           "leave it out of --label and --exclude");
    }
    if (!wanted[c] && !used_[c]) unknown.push_back(static_cast<std::int32_t>(c));
  }
  if (!unknown.empty()) fail_unknown(unknown);
}

std::vector<std::int32_t> ColumnPlanner::columns_left() const {
  std::vector<std::int32_t> left;
  for (std::int32_t c = 0; c < head_.column_count; ++c) {
    if (!used_[static_cast<std::size_t>(c)]) left.push_back(c);
  }
  return left;
}

void ColumnPlanner::match_by_position() {
  auto const left = columns_left();
  if (left.size() != features()) fail_count(left);
  plan_.column_of_feature = left;
  plan_.schema.notes.push_back(head_.names.empty()
                                   ? "columns are matched to features by position: the data has no header"
                                   : "columns are matched to features by position: the model has no feature names");
}

/// Names that outputs use: the header's, else the model's, else XGBoost's own f0, f1, ...
void ColumnPlanner::name_features() {
  plan_.schema.feature_columns = plan_.column_of_feature;
  for (std::size_t f = 0; f < plan_.column_of_feature.size(); ++f) {
    auto const column = static_cast<std::size_t>(plan_.column_of_feature[f]);
    std::string name = column < head_.names.size() ? head_.names[column]
                       : f < features()            ? ensemble_.features[f].name
                                                   : "";
    plan_.schema.feature_names.push_back(name.empty() ? fmt::format("f{}", f) : std::move(name));
    plan_.schema.feature_order.push_back(static_cast<std::int32_t>(f));
  }
  std::stable_sort(plan_.schema.feature_order.begin(), plan_.schema.feature_order.end(), [&](auto a, auto b) {
    return plan_.column_of_feature[static_cast<std::size_t>(a)] < plan_.column_of_feature[static_cast<std::size_t>(b)];
  });
  for (std::int32_t c = 0; c < head_.column_count; ++c) {
    auto const at = static_cast<std::size_t>(c);
    bool const named = at < head_.names.size() && !head_.names[at].empty();
    plan_.column_names.push_back(named ? head_.names[at] : std::to_string(c));
  }
  if (plan_.id_column) {
    auto const at = static_cast<std::size_t>(*plan_.id_column);
    plan_.schema.id_name = at < head_.names.size() && !head_.names[at].empty() ? head_.names[at] : "id";
  }
}

ColumnPlan ColumnPlanner::plan() {
  check_header();
  take_named_columns();
  if (by_name()) {
    match_by_name();
  } else {
    match_by_position();
  }
  name_features();
  return std::move(plan_);
}

/// An index that a data frame wrote along would be a feature by mistake.
void ColumnPlanner::check_index_column() const {
  for (auto const column : plan_.column_of_feature) {
    if (head_.names.empty() || !head_.names[static_cast<std::size_t>(column)].empty()) continue;
    if (!counts_from_zero(head_, column)) continue;
    fail(fmt::format("column {} has no name and counts 0, 1, 2, ...: the index of a data frame", column),
         fmt::format("say what it is: --id {0} or --exclude {0}", column));
  }
}

ColumnPlan ColumnPlanner::plan_all() {
  check_header();
  take_named_columns();
  plan_.column_of_feature = columns_left();
  if (plan_.column_of_feature.empty()) fail("no column is left for a feature", "--exclude fewer columns");
  check_index_column();
  name_features();
  return std::move(plan_);
}

ColumnPlan plan_all_columns(DataHead const& head, ReadOptions const& options) {
  return ColumnPlanner(head, options, {}).plan_all();
}

std::int32_t find_column(DataHead const& head, ReadOptions const& options, char const* option,
                         std::string const& spec) {
  return ColumnPlanner(head, options, {}).resolve(option, spec);
}

ColumnPlan plan_columns(DataHead const& head, ReadOptions const& options, Ensemble const& ensemble) {
  return ColumnPlanner(head, options, ensemble).plan();
}

}  // namespace limpid
