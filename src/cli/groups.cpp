#include "cli/groups.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_map>

#include "io/near_names.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

constexpr std::int32_t kAlone = -1;  ///< a feature that no group holds

[[noreturn]] void fail(std::string const& message, std::string const& where, std::string const& hint) {
  throw Error("usage.group", message, where, hint);
}

/// Features as the user names them.
class FeatureFinder {
 public:
  explicit FeatureFinder(DataSchema const& schema) : schema_(schema) {
    for (std::size_t f = 0; f < schema.feature_names.size(); ++f) by_name_.emplace(schema.feature_names[f], f);
  }

  /// By name, else by the 0-based column of the data.
  [[nodiscard]] std::size_t find(std::string const& member, GroupSpec const& group) const {
    if (auto const named = by_name_.find(member); named != by_name_.end()) return named->second;
    auto const& columns = schema_.feature_columns;
    std::int64_t column = 0;
    bool const number = parse_integer(member, 0, std::numeric_limits<std::int32_t>::max(), column);
    auto const at = std::find(columns.begin(), columns.end(), static_cast<std::int32_t>(column));
    if (number && at != columns.end()) return static_cast<std::size_t>(at - columns.begin());
    auto const near = nearest_name(member, schema_.feature_names);
    fail(fmt::format("group '{}' has '{}', which is {}", group.name, member,
                     number ? "no column of a feature" : "no feature of the data"),
         group.from,
         near.empty() ? "features are named by their name or by the 0-based index of their column"
                      : fmt::format("did you mean '{}'?", near));
  }

 private:
  DataSchema const& schema_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

/// [M] index in `groups` of each feature's group, or kAlone.
std::vector<std::int32_t> group_of_feature(std::vector<GroupSpec> const& groups, DataSchema const& schema) {
  FeatureFinder const finder(schema);
  std::vector<std::int32_t> group_of(schema.feature_names.size(), kAlone);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (auto const& member : groups[g].members) {
      auto const f = finder.find(member, groups[g]);
      if (group_of[f] == static_cast<std::int32_t>(g)) {
        fail(fmt::format("group '{}' has '{}' twice", groups[g].name, schema.feature_names[f]), groups[g].from, "");
      }
      if (group_of[f] != kAlone) {
        auto const& other = groups[static_cast<std::size_t>(group_of[f])];
        fail(fmt::format("feature '{}' is in two groups, '{}' and '{}'", schema.feature_names[f], other.name,
                         groups[g].name),
             groups[g].from, "a feature belongs to one group at most");
      }
      group_of[f] = static_cast<std::int32_t>(g);
    }
  }
  return group_of;
}

void check_names(std::vector<GroupSpec> const& groups, std::vector<std::int32_t> const& group_of,
                 DataSchema const& schema) {
  std::map<std::string, GroupSpec const*> seen;
  for (auto const& group : groups) {
    if (group.members.empty()) {
      fail(fmt::format("group '{}' has no features", group.name), group.from,
           "for example --group money=income,savings");
    }
    if (!seen.emplace(group.name, &group).second) {
      fail(fmt::format("two groups are named '{}'", group.name), group.from, "give each group a name of its own");
    }
  }
  for (std::size_t f = 0; f < group_of.size(); ++f) {
    auto const found = seen.find(schema.feature_names[f]);
    if (group_of[f] != kAlone || found == seen.end()) continue;
    fail(fmt::format("group '{}' has the name of a feature that is in no group", found->first), found->second->from,
         "name the group otherwise, or put the feature into a group");
  }
}

/// The name's first `level` parts. A separator at the very beginning belongs to the first part, so that no part that
/// names a player is empty.
std::string first_parts(std::string const& name, std::string const& separator, std::int32_t level) {
  std::size_t from = 1;
  for (std::int32_t part = 1;; ++part) {
    std::size_t const at = name.find(separator, from);
    if (at == std::string::npos) return name;
    if (part == level) return name.substr(0, at);
    from = at + separator.size();
  }
}

std::int32_t parts_of(std::string const& name, std::string const& separator) {
  std::int32_t parts = 1;
  for (std::size_t at = name.find(separator, 1); at != std::string::npos;
       at = name.find(separator, at + separator.size())) {
    ++parts;
  }
  return parts;
}

/// Players by a key per feature, numbered by their first member.
Players players_by(std::vector<std::string> const& key_of_feature) {
  Players players;
  std::unordered_map<std::string, std::int32_t> seen;
  for (auto const& key : key_of_feature) {
    auto const [it, fresh] = seen.emplace(key, players.count());
    if (fresh) players.names.push_back(key);
    players.of_feature.push_back(it->second);
  }
  return players;
}

/// Members of the players that are no plain feature.
std::vector<GroupMembers> named_groups(Players const& players, DataSchema const& schema) {
  std::vector<GroupMembers> members(players.names.size());
  for (auto const f : schema.feature_order) {
    auto const p = static_cast<std::size_t>(players.of_feature[static_cast<std::size_t>(f)]);
    members[p].features.push_back(schema.feature_names[static_cast<std::size_t>(f)]);
  }
  std::vector<GroupMembers> named;
  for (auto const p : player_order(players, schema)) {
    auto& group = members[static_cast<std::size_t>(p)];
    group.name = players.names[static_cast<std::size_t>(p)];
    if (group.features.size() > 1 || group.features[0] != group.name) named.push_back(std::move(group));
  }
  return named;
}

Grouping grouping_of(std::vector<std::string> const& key_of_feature, DataSchema const& schema) {
  Grouping grouping;
  grouping.players = players_by(key_of_feature);
  grouping.named = named_groups(grouping.players, schema);
  return grouping;
}

std::vector<Grouping> make_levels(GroupsOption const& option, DataSchema const& schema) {
  std::int32_t levels = 1;
  for (auto const& name : schema.feature_names) levels = std::max(levels, parts_of(name, option.separator));
  if (levels == 1) {
    fail(fmt::format("no feature's name has the separator '{}'", option.separator), "--group-by-separator",
         "names such as finance__accounts__checking have '__'");
  }
  if (option.level > levels) {
    fail(fmt::format("--group-level {}: the names have {} levels", option.level, levels), "--group-level", "");
  }
  std::vector<Grouping> out;
  std::int32_t const first = option.level == 0 ? 1 : option.level;
  std::int32_t const last = option.level == 0 ? levels : option.level;
  for (std::int32_t level = first; level <= last; ++level) {
    std::vector<std::string> keys;
    for (auto const& name : schema.feature_names) keys.push_back(first_parts(name, option.separator, level));
    out.push_back(grouping_of(keys, schema));
    out.back().level = level;
    out.back().levels = levels;
  }
  return out;
}

std::string listed(std::span<std::string const> names) {
  static constexpr std::size_t kShown = 6;
  auto text = fmt::format("{}", fmt::join(names.first(std::min(names.size(), kShown)), ", "));
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

}  // namespace

std::vector<Grouping> make_groupings(GroupsOption const& option, DataSchema const& schema) {
  if (!option.separator.empty()) return make_levels(option, schema);
  auto const group_of = group_of_feature(option.groups, schema);
  check_names(option.groups, group_of, schema);
  std::vector<std::string> keys;
  for (std::size_t f = 0; f < group_of.size(); ++f) {
    keys.push_back(group_of[f] == kAlone ? schema.feature_names[f]
                                         : option.groups[static_cast<std::size_t>(group_of[f])].name);
  }
  return {grouping_of(keys, schema)};
}

std::vector<std::int32_t> player_order(Players const& players, DataSchema const& schema) {
  std::vector<std::int32_t> order;
  std::vector<bool> seen(players.names.size(), false);
  for (auto const f : schema.feature_order) {
    auto const p = static_cast<std::size_t>(players.of_feature[static_cast<std::size_t>(f)]);
    if (!seen[p]) order.push_back(static_cast<std::int32_t>(p));
    seen[p] = true;
  }
  return order;
}

std::string groups_note(Grouping const& grouping, GroupsOption const& option) {
  static constexpr std::size_t kShown = 6;
  if (!option.any()) return {};
  std::string note = grouping.level > 0 ? fmt::format("level {} of {}: ", grouping.level, grouping.levels) : "";
  if (grouping.named.empty()) return note + "every feature by itself";
  std::vector<std::string> groups;
  for (auto const& group : std::span(grouping.named).first(std::min(grouping.named.size(), kShown))) {
    groups.push_back(fmt::format("{} ({})", group.name, listed(group.features)));
  }
  note +=
      option.mode == GroupMode::kPlayers ? "each group is one player: " : "values of the features added up by group: ";
  note += fmt::format("{}", fmt::join(groups, "; "));
  if (grouping.named.size() > kShown) note += fmt::format("; and {} more groups", grouping.named.size() - kShown);
  return note;
}

}  // namespace limpid::cli
