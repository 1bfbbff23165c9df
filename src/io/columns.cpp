#include "io/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "io/byte_source.h"
#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int32_t kNone = -1;
constexpr std::size_t kShown = 5;  ///< names listed in a message before "and N more"

std::string quoted(std::string_view name) { return fmt::format("'{}'", name); }

std::string listed(std::vector<std::string> const& items, char const* separator = ", ") {
  std::string out;
  for (std::size_t i = 0; i < std::min(items.size(), kShown); ++i) out += (i > 0 ? separator : "") + items[i];
  if (items.size() > kShown) out += fmt::format(" and {} more", items.size() - kShown);
  return out;
}

bool is_number(std::string_view text) {
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

class Planner {
 public:
  Planner(DataHead const& head, ReadOptions const& options, Ensemble const& ensemble)
      : head_(head),
        options_(options),
        ensemble_(ensemble),
        used_(static_cast<std::size_t>(head.column_count), false) {}

  ColumnPlan plan();

 private:
  [[noreturn]] void fail(std::string const& message, std::string hint) const {
    throw Error("data.columns", message, where(), std::move(hint));
  }
  [[nodiscard]] std::string where() const {
    return fmt::format("{} {}{}", options_.role, options_.path, head_.names.empty() ? "" : " (header)");
  }
  [[nodiscard]] TakenOptions taken() const { return {options_.id.has_value(), options_.label.has_value()}; }
  [[nodiscard]] bool by_name() const { return ensemble_.named_features && !head_.names.empty(); }
  [[nodiscard]] bool is_background() const { return options_.role == "--background"; }
  [[nodiscard]] std::size_t features() const { return ensemble_.features.size(); }
  [[nodiscard]] std::string hint_for_one_column() const;

  void check_header() const;
  [[nodiscard]] std::int32_t find(std::string const& spec) const;
  [[nodiscard]] std::int32_t resolve(char const* option, std::string const& spec) const;
  void take_named_columns();
  void match_by_name();
  [[noreturn]] void fail_missing(std::vector<std::string> const& missing) const;
  [[noreturn]] void fail_unknown(std::vector<std::int32_t> const& unknown) const;
  void match_by_position();
  [[noreturn]] void fail_count(std::vector<std::int32_t> const& left) const;
  void name_features();

  DataHead const& head_;
  ReadOptions const& options_;
  Ensemble const& ensemble_;
  std::vector<bool> used_;  ///< [columns] named by --id, --label or --exclude
  ColumnPlan plan_;
};

/// One column where several were expected: most often the delimiter is another one.
std::string Planner::hint_for_one_column() const {
  if (head_.column_count != 1) return {};
  std::string_view const text =
      !head_.names.empty() ? std::string_view(head_.names[0]) : std::string_view(head_.rows.at(0).fields[0]);
  for (char const c : {';', '\t', '|', ','}) {
    if (c != options_.delimiter && text.find(c) != std::string_view::npos) {
      return c == '\t' ? std::string("the columns seem to be separated by tabs: --delimiter tab")
                       : fmt::format("the columns seem to be separated by '{0}': --delimiter '{0}'", c);
    }
  }
  return {};
}

void Planner::check_header() const {
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
std::int32_t Planner::find(std::string const& spec) const {
  auto const named = std::find(head_.names.begin(), head_.names.end(), spec);
  if (named != head_.names.end() && !spec.empty()) return static_cast<std::int32_t>(named - head_.names.begin());
  std::int32_t index = kNone;
  auto const [end, error] = std::from_chars(spec.data(), spec.data() + spec.size(), index);
  bool const whole = error == std::errc{} && end == spec.data() + spec.size();
  return whole && index >= 0 && index < head_.column_count ? index : kNone;
}

std::int32_t Planner::resolve(char const* option, std::string const& spec) const {
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

void Planner::take_named_columns() {
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

void Planner::fail_missing(std::vector<std::string> const& missing) const {
  std::vector<std::string> spare;  // columns that no feature has
  for (auto const& name : head_.names) {
    bool const known = std::any_of(ensemble_.features.begin(), ensemble_.features.end(),
                                   [&](Feature const& feature) { return feature.name == name; });
    if (!known) spare.push_back(name);
  }
  std::vector<std::string> items;
  items.reserve(missing.size());
  for (auto const& name : missing) {
    auto const near = nearest_name(name, spare);
    items.push_back(near.empty() ? quoted(name) : fmt::format("{} (did you mean '{}'?)", quoted(name), near));
  }
  auto hint = hint_for_one_column();
  if (hint.empty() && missing.size() == features() && head_.names.size() >= features()) {
    hint = "none of the model's names is in the header: is it the right file? without a header: --no-header";
  }
  if (hint.empty()) hint = "the header must have the model's feature names, in any order";
  fail(fmt::format("the data lacks {} of the model's {} features: {}", missing.size(), features(), listed(items)),
       hint);
}

void Planner::fail_unknown(std::vector<std::int32_t> const& unknown) const {
  std::vector<std::string> names;
  names.reserve(unknown.size());
  for (auto const column : unknown) {
    names.push_back(head_.names[static_cast<std::size_t>(column)].empty()
                        ? fmt::format("column {} (no name)", column)
                        : quoted(head_.names[static_cast<std::size_t>(column)]));
  }
  fail(fmt::format("the data has {} column{} that the model does not know: {}", unknown.size(),
                   unknown.size() == 1 ? "" : "s", listed(names)),
       "say what they are: " + listed(suggest_options(head_, unknown, taken()), " "));
}

void Planner::match_by_name() {
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

void Planner::fail_count(std::vector<std::int32_t> const& left) const {
  std::string hint = hint_for_one_column();
  bool const one_more = left.size() == features() + 1;
  if (hint.empty() && left.size() > features()) {
    std::vector<std::string> fixes;
    for (auto const& option : suggest_options(head_, left, taken())) {
      if (!option.starts_with("--exclude")) fixes.push_back(option);
    }
    if (one_more && fixes.empty()) {
      hint = fmt::format("one column too many: if it is the label, --label {} (last) or --label {} (first)",
                         left.back(), left.front());
    } else if (one_more) {
      hint = fixes[0];
    } else {
      hint = "name the columns that are no features with --id, --label and --exclude, by name or 0-based index";
      if (!head_.names.empty() && !fixes.empty()) hint += ": perhaps " + listed(fixes, " ");
    }
  }
  if (hint.empty()) hint = "columns are matched by position here: one for each feature, in the model's order";
  fail(fmt::format("the model needs {} features, the data has {} column{}{}", features(), left.size(),
                   left.size() == 1 ? "" : "s",
                   static_cast<std::int32_t>(left.size()) < head_.column_count ? " left for them" : ""),
       hint);
}

void Planner::match_by_position() {
  std::vector<std::int32_t> left;
  for (std::int32_t c = 0; c < head_.column_count; ++c) {
    if (!used_[static_cast<std::size_t>(c)]) left.push_back(c);
  }
  if (left.size() != features()) fail_count(left);
  plan_.column_of_feature = left;
  plan_.schema.notes.push_back(head_.names.empty()
                                   ? "columns are matched to features by position: the data has no header"
                                   : "columns are matched to features by position: the model has no feature names");
}

/// Names that outputs use: the header's, else the model's, else XGBoost's own f0, f1, ...
void Planner::name_features() {
  plan_.schema.feature_columns = plan_.column_of_feature;
  for (std::size_t f = 0; f < features(); ++f) {
    auto const column = static_cast<std::size_t>(plan_.column_of_feature[f]);
    std::string name = column < head_.names.size() ? head_.names[column] : ensemble_.features[f].name;
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

ColumnPlan Planner::plan() {
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

}  // namespace

ColumnPlan plan_columns(DataHead const& head, ReadOptions const& options, Ensemble const& ensemble) {
  return Planner(head, options, ensemble).plan();
}

}  // namespace limpid
