/// Groups of features by the options --group, --groups and --group-by-separator: read, checked against the data's
/// columns, and turned into players.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "compile/players.h"
#include "io/documents.h"
#include "io/row_source.h"

namespace limpid::cli {

/// A group as it was asked for.
struct GroupSpec {
  std::string name;
  std::vector<std::string> members;  ///< features by name or 0-based column
  std::string from;                  ///< "--group" or "--groups FILE", for messages
};

struct GroupsOption {
  std::vector<GroupSpec> groups;
  std::string separator;   ///< empty: groups are named, or there are none
  std::int32_t level = 0;  ///< of the separator; 0: every level
  GroupMode mode = GroupMode::kPlayers;

  [[nodiscard]] bool any() const noexcept { return !groups.empty() || !separator.empty(); }
  [[nodiscard]] bool every_level() const noexcept { return !separator.empty() && level == 0; }
};

/// Who gets a value in one result.
struct Grouping {
  Players players;
  std::int32_t level = 0;           ///< 1-based, of the separator; 0: none
  std::int32_t levels = 0;          ///< that the names have
  std::vector<GroupMembers> named;  ///< players that are no plain feature, in output order
};

void add_group_options(std::vector<OptionSpec>& out);

/// Reads the options, and the file of --groups. Throws Error usage.group, usage.value, config.open, config.format.
[[nodiscard]] GroupsOption groups_option(Arguments const& arguments);

/// The results that are asked for: one, or one per level of the names. Players are numbered by their first member in
/// the model's order. Throws Error usage.group: an unknown feature (with the nearest), a feature in two groups, an
/// empty group, a name twice, nothing to add up, no name with the separator.
[[nodiscard]] std::vector<Grouping> make_groupings(GroupsOption const& option, DataSchema const& schema);

/// Players in output order: the data's column order by their first member.
[[nodiscard]] std::vector<std::int32_t> player_order(Players const& players, DataSchema const& schema);

/// One line that says what was grouped, or empty.
[[nodiscard]] std::string groups_note(Grouping const& grouping, GroupsOption const& option);

}  // namespace limpid::cli
