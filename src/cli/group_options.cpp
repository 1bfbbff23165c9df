// The options of groups: their declaration, and what they and the file of --groups say.
#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/data_options.h"
#include "cli/groups.h"
#include "limpid/error.h"

namespace limpid::cli {
namespace {

using Json = nlohmann::ordered_json;

/// NAME=a,b,c
GroupSpec group_of(std::string const& text) {
  auto const equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error("usage.value", fmt::format("--group '{}' is not NAME=feature,feature", text), {},
                "for example --group money=income,savings");
  }
  GroupSpec group{text.substr(0, equals), {}, "--group " + text};
  std::istringstream members(text.substr(equals + 1));
  for (std::string member; std::getline(members, member, ',');) group.members.push_back(member);
  return group;
}

/// A JSON object, no name twice: the parser would keep the last of them in silence.
Json parse(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("config.open", fmt::format("cannot read '{}': {}", path, std::strerror(errno)), "--groups");
  std::set<std::string> names;
  auto const check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second) {
      throw Error("usage.group", fmt::format("two groups are named '{}'", parsed.get<std::string>()),
                  "--groups " + path, "give each group a name of its own");
    }
    return true;
  };
  try {
    return Json::parse(file, check);
  } catch (Json::exception const& e) {
    throw Error("config.format", fmt::format("'{}' is not JSON: {}", path, e.what()), "--groups");
  }
}

void read_groups(std::string const& path, std::vector<GroupSpec>& out) {
  auto const wrong = [&](std::string const& what) {
    throw Error("config.format", what, "--groups " + path, "for example {\"money\": [\"income\", \"savings\"]}");
  };
  auto const document = parse(path);
  if (!document.is_object()) wrong(fmt::format("'{}' holds {}, not an object", path, document.type_name()));
  for (auto const& [name, members] : document.items()) {
    if (name.empty()) wrong("a group has an empty name");
    if (!members.is_array()) wrong(fmt::format("/{} is {}, not an array of features", name, members.type_name()));
    GroupSpec group{name, {}, "--groups " + path};
    for (auto const& member : members) {
      if (!member.is_string() && !member.is_number_unsigned()) {
        wrong(fmt::format("/{} has {}, not the name or the column of a feature", name, member.dump()));
      }
      group.members.push_back(member.is_string() ? member.get<std::string>() : member.dump());
    }
    out.push_back(std::move(group));
  }
}

void check(GroupsOption const& option, Arguments const& arguments) {
  auto const fail = [](std::string const& message, std::string const& hint) {
    throw Error("usage.group", message, {}, hint);
  };
  if (!option.groups.empty() && !option.separator.empty()) {
    fail("--group-by-separator makes the groups by itself, and --group or --groups name others", "leave one out");
  }
  if (arguments.given("group-by-separator") && option.separator.empty()) {
    fail("--group-by-separator needs the text between the parts of a name", "for example --group-by-separator __");
  }
  if (option.level > 0 && option.separator.empty()) {
    fail("--group-level is a level of names with a separator", "for example --group-by-separator __ --group-level 1");
  }
  if (option.mode == GroupMode::kSum && !option.any()) {
    fail("--group-mode sum has no groups to add up", "name them: --group money=income,savings");
  }
  bool const to_stdout = arguments.text("out") == "-";
  if (option.every_level() && (to_stdout || arguments.text("data") == "-")) {
    fail(to_stdout ? "--group-by-separator writes a result per level, and standard output takes one"
                   : "--group-by-separator reads the data once per level, and standard input can be read once",
         "--group-level 1 asks for one level");
  }
}

void add_level_options(std::vector<OptionSpec>& out) {
  out.push_back({"group-by-separator",
                 "SEP",
                 kQuestionGroup,
                 "groups by the parts of names such as finance__accounts__checking (SEP: __): by the first part in "
                 "DIR/level-1, by the first two in DIR/level-2, and so on down to the features",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"group-level",
                 "K",
                 kQuestionGroup,
                 "this level of --group-by-separator alone, straight into DIR or to standard output",
                 "",
                 {},
                 {},
                 ""});
}

}  // namespace

void add_group_options(std::vector<OptionSpec>& out) {
  out.push_back({"group",
                 "NAME=A,B",
                 kQuestionGroup,
                 "these features are one player, NAME: they come and go together; may be repeated",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"groups",
                 "FILE",
                 kQuestionGroup,
                 "groups as a JSON object, {\"money\": [\"income\", \"savings\"]}",
                 "",
                 {},
                 {},
                 ""});
  add_level_options(out);
  out.push_back({"group-mode",
                 "M",
                 kQuestionGroup,
                 "players: a group is one player; sum: every feature is one, and the values of a group's are added up",
                 "players",
                 {"players", "sum"},
                 {},
                 ""});
}

GroupsOption groups_option(Arguments const& arguments) {
  GroupsOption out;
  if (arguments.given("groups")) read_groups(arguments.text("groups"), out.groups);
  for (auto const& text : arguments.all("group")) out.groups.push_back(group_of(text));
  out.separator = arguments.text("group-by-separator");
  out.mode = arguments.text("group-mode") == "sum" ? GroupMode::kSum : GroupMode::kPlayers;
  if (arguments.given("group-level")) {
    out.level =
        static_cast<std::int32_t>(arguments.integer("group-level", 1, std::numeric_limits<std::int32_t>::max()));
  }
  check(out, arguments);
  return out;
}

}  // namespace limpid::cli
