// JMESPath beside Python's jmespath (tests/fixtures/jmespath), and what it says of a wrong expression.
#include "io/jmespath.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "io/json_value.h"
#include "limpid/error.h"

namespace limpid {
namespace {

JsonValue json(std::string const& text) {
  JsonValue out;
  auto const fault = parse_json(text, out);
  EXPECT_FALSE(fault.has_value()) << text << ": " << (fault ? fault->message : "");
  return out;
}

/// The whole text of a value, to tell values apart in the order of their members.
std::string written(JsonValue const& value) {
  if (auto const* const items = value.array()) {
    std::string out = "[";
    for (auto const& item : *items) out += written(item) + ",";
    return out + "]";
  }
  if (auto const* const members = value.object()) {
    std::string out = "{";
    for (auto const& member : *members) out += member.name + ":" + written(member.value) + ",";
    return out + "}";
  }
  if (auto const* const number = value.number()) return std::to_string(number->value);
  if (auto const* const text = value.string()) return "'" + *text + "'";
  if (auto const* const truth = value.boolean()) return *truth ? "true" : "false";
  return "null";
}

std::string found(std::string const& expression, std::string const& document) {
  auto const value = json(document);
  return written(*Jmespath("--score", expression).search(value));
}

std::string fault_of(std::string const& expression) {
  try {
    Jmespath const compiled("--score", expression);
    return "none";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.jmespath");
    return error.what();
  }
}

TEST(Jmespath, EqualsPythons) {
  std::ifstream file(LIMPID_FIXTURES "/jmespath/cases.json");
  std::stringstream text;
  text << file.rdbuf();
  auto const fixture = json(text.str());
  auto const& documents = *find_member(fixture, "documents");
  int compared = 0;
  for (auto const& each : *find_member(fixture, "cases")->array()) {
    auto const& expression = *find_member(each, "expression")->string();
    if (find_member(each, "error") != nullptr) {
      EXPECT_NE(fault_of(expression), "none") << expression;
      continue;
    }
    auto const& document = *find_member(documents, *find_member(each, "document")->string());
    try {
      Jmespath const compiled("--score", expression);
      EXPECT_EQ(written(*compiled.search(document)), written(*find_member(each, "result"))) << expression;
      ++compared;
    } catch (Error const& error) {
      ADD_FAILURE() << expression << ": " << error.what();
    }
  }
  EXPECT_GT(compared, 1000);
}

TEST(Jmespath, AnErrorNamesThePlaceAndWhatWasExpected) {
  EXPECT_EQ(fault_of("a.[b"),
            "--score 'a.[b' is no JMESPath expression: expected ',' or ']', found the end (character 5)");
  EXPECT_EQ(fault_of("a..b"),
            "--score 'a..b' is no JMESPath expression: expected a name after the dot, found '.' (character 3)");
  EXPECT_EQ(fault_of("a b"), "--score 'a b' is no JMESPath expression: expected the end, found 'b' (character 3)");
  EXPECT_EQ(fault_of("length(@)"),
            "--score 'length(@)' is no JMESPath expression: functions are not supported (character 7)");
  EXPECT_EQ(fault_of("a[?b=1]"), "--score 'a[?b=1]' is no JMESPath expression: '=' has no meaning here (character 5)");
  EXPECT_EQ(fault_of("'a"), "--score ''a' is no JMESPath expression: the ''' is not closed (character 1)");
  EXPECT_EQ(fault_of("[::0]"), "--score '[::0]' is no JMESPath expression: a slice's step cannot be 0 (character 5)");
  EXPECT_EQ(
      fault_of("a[99999999999999999999]"),
      "--score 'a[99999999999999999999]' is no JMESPath expression: '99999999999999999999' is no index (character 3)");
  EXPECT_EQ(fault_of(""), "--score '' is no JMESPath expression: expected an expression, found the end (character 1)");
}

TEST(Jmespath, MembersKeepTheOrderOfTheDocument) {
  EXPECT_EQ(found("p.*", R"({"p": {"z": 1, "a": 2, "m": 3}})"), written(json("[1, 2, 3]")));
  EXPECT_EQ(found("@", R"({"a": 1, "b": 2, "a": 3})"), written(json(R"({"a": 3, "b": 2})")));
}

TEST(Jmespath, NestingIsBounded) {
  EXPECT_NE(fault_of(std::string(100000, '[')).find("nested too deeply"), std::string::npos);
  EXPECT_NE(fault_of(std::string(100000, '!')).find("nested too deeply"), std::string::npos);
  std::string chain = "a";
  for (int i = 0; i < 100000; ++i) chain += ".a";
  EXPECT_NE(fault_of(chain).find("nested too deeply"), std::string::npos);
  JsonValue out;
  auto const fault = parse_json(std::string(100000, '['), out);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->message, "nested deeper than 256 levels");
}

TEST(Jmespath, ValuesThatDoubleAreBounded) {
  std::string expression = "@";
  for (int i = 0; i < 40; ++i) expression += "|[@,@]";
  auto const document = json("[1, 2, 3]");
  EXPECT_THROW((void)Jmespath("--score", expression).search(document), Error);
}

TEST(JsonValue, KeepsTheSpellingOfNumbers) {
  auto const value = json("[1, -7, 9007199254740993, 18446744073709551615, 1.50, 1e2]");
  std::vector<std::string> texts;
  for (auto const& item : *value.array()) texts.push_back(item.number()->text);
  EXPECT_EQ(texts, (std::vector<std::string>{"1", "-7", "9007199254740993", "18446744073709551615", "1.50", "1e2"}));
}

TEST(JsonValue, WhatIsNoJsonIsAFault) {
  for (auto const* const text :
       {"", "{", "[1,]", "{\"a\": NaN}", "1e999", "\"\xff\"", "[1] 2", "'a'", "{1: 2}", "nul"}) {
    JsonValue out;
    EXPECT_TRUE(parse_json(text, out).has_value()) << text;
  }
}

TEST(JsonValue, IsShownShort) {
  EXPECT_EQ(shown_json(json(R"({"a": [1, "x", null, true], "b": {}})")), R"({"a": [1, "x", null, true], "b": {}})");
  auto const cut = shown_json(json("[\"" + std::string(1000, 'a') + "\"]"));
  EXPECT_LT(cut.size(), 70U);
  EXPECT_TRUE(cut.ends_with("..."));
}

}  // namespace
}  // namespace limpid
