// Columns that do not meet the model's features: what is wrong, and the option that fixes it.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "io/column_planner.h"
#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::size_t kShown = 5;  ///< names listed in a message before "and N more"

std::string quoted(std::string_view name) { return fmt::format("'{}'", name); }

std::string listed(std::vector<std::string> const& items, char const* separator = ", ") {
  std::string out;
  for (std::size_t i = 0; i < std::min(items.size(), kShown); ++i) out += (i > 0 ? separator : "") + items[i];
  if (items.size() > kShown) out += fmt::format(" and {} more", items.size() - kShown);
  return out;
}

}  // namespace

void ColumnPlanner::fail(std::string const& message, std::string hint) const {
  throw Error("data.columns", message, where(), std::move(hint));
}

std::string ColumnPlanner::where() const {
  return fmt::format("{} {}{}", options_.role, options_.path, head_.names.empty() ? "" : " (header)");
}

/// One column where several were expected: most often the delimiter is another one.
std::string ColumnPlanner::hint_for_one_column() const {
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

void ColumnPlanner::fail_missing(std::vector<std::string> const& missing) const {
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

void ColumnPlanner::fail_unknown(std::vector<std::int32_t> const& unknown) const {
  std::vector<std::string> names;
  names.reserve(unknown.size());
  for (auto const column : unknown) {
    names.push_back(head_.names[static_cast<std::size_t>(column)].empty()
                        ? fmt::format("column {} (no name)", column)
                        : quoted(head_.names[static_cast<std::size_t>(column)]));
  }
  auto options = suggest_options(head_, unknown, taken());
  for (std::size_t i = 0; is_background() && i < unknown.size(); ++i) {  // as baseline.csv calls them
    auto const& name = head_.names[static_cast<std::size_t>(unknown[i])];
    if (name.starts_with("background_weight")) options[i] = "--background-weights " + name;
  }
  fail(fmt::format("the data has {} column{} that the model does not know: {}", unknown.size(),
                   unknown.size() == 1 ? "" : "s", listed(names)),
       "say what they are: " + listed(options, " "));
}

void ColumnPlanner::fail_count(std::vector<std::int32_t> const& left) const {
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

}  // namespace limpid
