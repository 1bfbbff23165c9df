// Groups of features: from names and columns of the data to players.
#include "cli/groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "limpid/error.h"

namespace limpid::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Features in the model's order, the data's columns in another: id, c, a, b.
DataSchema schema_of(std::vector<std::string> names, std::vector<std::int32_t> columns) {
  DataSchema schema;
  schema.feature_names = std::move(names);
  schema.feature_columns = std::move(columns);
  for (std::size_t f = 0; f < schema.feature_names.size(); ++f) {
    schema.feature_order.push_back(static_cast<std::int32_t>(f));
  }
  std::sort(schema.feature_order.begin(), schema.feature_order.end(), [&](auto l, auto r) {
    return schema.feature_columns[static_cast<std::size_t>(l)] < schema.feature_columns[static_cast<std::size_t>(r)];
  });
  return schema;
}

GroupsOption named(std::vector<GroupSpec> groups) {
  GroupsOption option;
  option.groups = std::move(groups);
  return option;
}

void expect_error(GroupsOption const& option, DataSchema const& schema, std::string const& message,
                  std::string const& hint) {
  try {
    (void)make_groupings(option, schema);
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.group");
    EXPECT_THAT(error.what(), HasSubstr(message));
    EXPECT_THAT(error.hint(), HasSubstr(hint));
    EXPECT_EQ(error.exit_code(), 2);
  }
}

DataSchema const kSchema = schema_of({"a", "b", "c", "d"}, {2, 3, 1, 4});

TEST(Groups, NoneAreTheFeaturesThemselves) {
  auto const groupings = make_groupings({}, kSchema);
  ASSERT_EQ(groupings.size(), 1U);
  EXPECT_THAT(groupings[0].players.names, ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(groupings[0].players.of_feature, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(player_order(groupings[0].players, kSchema), ElementsAre(2, 0, 1, 3));
  EXPECT_TRUE(groupings[0].named.empty());
  EXPECT_EQ(groups_note(groupings[0], {}), "");
}

TEST(Groups, AreNumberedByTheModelAndOrderedByTheData) {
  auto const option = named({{"x", {"b", "1"}, "--group"}, {"y", {"d"}, "--group"}});  // column 1 is feature c
  auto const groupings = make_groupings(option, kSchema);
  ASSERT_EQ(groupings.size(), 1U);
  EXPECT_THAT(groupings[0].players.names, ElementsAre("a", "x", "y"));
  EXPECT_THAT(groupings[0].players.of_feature, ElementsAre(0, 1, 1, 2));
  EXPECT_THAT(player_order(groupings[0].players, kSchema), ElementsAre(1, 0, 2));  // c, a, b, d
  ASSERT_EQ(groupings[0].named.size(), 2U);
  EXPECT_EQ(groupings[0].named[0].name, "x");
  EXPECT_THAT(groupings[0].named[0].features, ElementsAre("c", "b"));
  EXPECT_EQ(groups_note(groupings[0], option), "each group is one player: x (c, b); y (d)");
}

TEST(Groups, ANameOfAColumnGoesBeforeItsNumber) {
  auto const schema = schema_of({"a", "1"}, {0, 1});
  auto const players = make_groupings(named({{"g", {"1"}, ""}}), schema)[0].players;
  EXPECT_THAT(players.of_feature, ElementsAre(0, 1));
  auto const swapped = schema_of({"1", "b"}, {0, 1});
  EXPECT_THAT(make_groupings(named({{"g", {"1"}, ""}}), swapped)[0].players.names, ElementsAre("g", "b"));
}

TEST(Groups, AGroupMayHaveTheNameOfAMember) {
  EXPECT_THAT(make_groupings(named({{"a", {"a", "b"}, ""}}), kSchema)[0].players.names, ElementsAre("a", "c", "d"));
}

TEST(Groups, ErrorsSayWhatIsWrong) {
  auto const schema = schema_of({"income", "savings", "age"}, {1, 2, 3});
  expect_error(named({{"m", {"incom"}, ""}}), schema, "group 'm' has 'incom', which is no feature of the data",
               "did you mean 'income'?");
  expect_error(named({{"m", {"0"}, ""}}), schema, "group 'm' has '0', which is no column of a feature", "0-based");
  expect_error(named({{"m", {""}, ""}}), schema, "group 'm' has '', which is no feature", "0-based");
  expect_error(named({{"m", {"99999999999"}, ""}}), schema, "which is no feature", "0-based");
  expect_error(named({{"m", {"age", "3"}, ""}}), schema, "group 'm' has 'age' twice", "");
  expect_error(named({{"m", {"age"}, ""}, {"n", {"age"}, ""}}), schema, "feature 'age' is in two groups, 'm' and 'n'",
               "one group at most");
  expect_error(named({{"m", {}, ""}}), schema, "group 'm' has no features", "--group money=income,savings");
  expect_error(named({{"m", {"age"}, ""}, {"m", {"income"}, ""}}), schema, "two groups are named 'm'", "its own");
  expect_error(named({{"age", {"income"}, ""}}), schema, "group 'age' has the name of a feature that is in no group",
               "name the group otherwise");
}

GroupsOption by_separator(std::string separator, std::int32_t level = 0) {
  GroupsOption option;
  option.separator = std::move(separator);
  option.level = level;
  return option;
}

TEST(Groups, EveryLevelOfNamesIsAResult) {
  auto const schema = schema_of({"money__bank__a", "age", "money__cash", "money__bank__b"}, {0, 1, 2, 3});
  auto const levels = make_groupings(by_separator("__"), schema);
  ASSERT_EQ(levels.size(), 3U);
  EXPECT_THAT(levels[0].players.names, ElementsAre("money", "age"));
  EXPECT_THAT(levels[0].players.of_feature, ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(levels[1].players.names, ElementsAre("money__bank", "age", "money__cash"));
  EXPECT_THAT(levels[2].players.names, ElementsAre("money__bank__a", "age", "money__cash", "money__bank__b"));
  EXPECT_EQ(levels[1].level, 2);
  EXPECT_EQ(levels[1].levels, 3);
  ASSERT_EQ(levels[1].named.size(), 1U);
  EXPECT_THAT(levels[1].named[0].features, ElementsAre("money__bank__a", "money__bank__b"));
  EXPECT_TRUE(levels[2].named.empty());
  EXPECT_EQ(groups_note(levels[2], by_separator("__")), "level 3 of 3: every feature by itself");
  auto const one = make_groupings(by_separator("__", 2), schema);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].players.names, levels[1].players.names);
}

TEST(Groups, AFeatureNamedAsAGroupBelongsToIt) {
  auto const schema = schema_of({"money", "money_a", "_x_y"}, {0, 1, 2});
  auto const levels = make_groupings(by_separator("_"), schema);
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_THAT(levels[0].players.names, ElementsAre("money", "_x"));  // no part is empty
  EXPECT_THAT(levels[1].players.names, ElementsAre("money", "money_a", "_x_y"));
}

TEST(Groups, LevelsThatDoNotExistAreErrors) {
  expect_error(by_separator("__"), kSchema, "no feature's name has the separator '__'", "finance__accounts");
  auto const schema = schema_of({"a__b", "c"}, {0, 1});
  expect_error(by_separator("__", 3), schema, "--group-level 3: the names have 2 levels", "");
}

TEST(Groups, NotesStayShort) {
  std::vector<GroupSpec> groups;
  std::vector<std::string> names;
  std::vector<std::int32_t> columns;
  for (std::int32_t f = 0; f < 20; ++f) {
    names.push_back("f" + std::to_string(f));
    columns.push_back(f);
    if (f % 2 == 0) groups.push_back({"g" + std::to_string(f), {}, ""});
    groups.back().members.push_back(names.back());
  }
  auto option = named(groups);
  option.mode = GroupMode::kSum;
  auto const note = groups_note(make_groupings(option, schema_of(names, columns))[0], option);
  EXPECT_THAT(note, HasSubstr("values of the features added up by group: g0 (f0, f1); g2"));
  EXPECT_THAT(note, HasSubstr("; and 4 more groups"));
}

}  // namespace
}  // namespace limpid::cli
