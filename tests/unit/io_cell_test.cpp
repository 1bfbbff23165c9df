#include "io/cell.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <limits>

namespace limpid {
namespace {

class CellText : public testing::Test {
 protected:
  [[nodiscard]] Cell parse(std::string_view text) const { return parser_.parse(text); }
  void expect_number(std::string_view text, double value) const {
    auto const cell = parse(text);
    EXPECT_EQ(cell.kind, CellKind::kNumber) << text;
    EXPECT_EQ(cell.value, value) << text;
  }
  void expect_kind(std::string_view text, CellKind kind) const { EXPECT_EQ(parse(text).kind, kind) << text; }

  CellParser parser_{{}, InputCast::kFloat32};
};

TEST_F(CellText, NumbersAreReadToTheNearestDouble) {
  expect_number("0", 0.0);
  expect_number("-1.5", -1.5);
  expect_number("+2", 2.0);
  expect_number("1e-3", 1e-3);
  expect_number("1E+3", 1e3);
  expect_number(".5", 0.5);
  expect_number("5.", 5.0);
  expect_number("0.1", 0.1);
  expect_number("9007199254740993", 9007199254740992.0);  // 2^53 + 1: halfway, to even
  expect_number("0.1000000000000000055511151231257827021181583404541015625", 0.1);
  expect_number(" 7\t", 7.0);
}

TEST_F(CellText, TrueAndFalseInAnyCase) {
  for (auto const* text : {"true", "True", "TRUE", "tRuE"}) expect_number(text, 1.0);
  for (auto const* text : {"false", "False", "FALSE"}) expect_number(text, 0.0);
  expect_kind("yes", CellKind::kText);
  expect_kind("T", CellKind::kText);
}

TEST_F(CellText, MissingSpellings) {
  for (auto const* text : {"", " ", "NaN", "nan", "NA", "N/A", "#N/A", "null", "NULL", "None"}) {
    expect_kind(text, CellKind::kMissing);
    EXPECT_TRUE(std::isnan(parse(text).value)) << text;
  }
  for (auto const* text : {"NAN", "-nan", "nan(1)", "n/a", "none", "Null", "?", "-"})
    expect_kind(text, CellKind::kText);
}

TEST_F(CellText, TextIsNoNumber) {
  for (auto const* text :
       {"abc", "1,5", "1.5x", "0x10", "--1", "+-1", "++1", "1e", "1 2", "$5", "5%", "1_000", "e5", "."}) {
    expect_kind(text, CellKind::kText);
  }
}

TEST_F(CellText, InfinityIsNamed) {
  for (auto const* text : {"inf", "-inf", "Infinity", "-INFINITY", "+inf"}) expect_kind(text, CellKind::kInfinite);
}

TEST_F(CellText, OverflowOfTheModelsTypeIsNamed) {
  expect_number("3.4028234663852886e38", FLT_MAX);
  expect_number("3.4028235677973362e38", 3.4028235677973362e38);  // rounds down to FLT_MAX
  expect_kind("3.4028235677973366e38", CellKind::kOverflow);      // the first double that float32 has no room for
  expect_kind("-1e39", CellKind::kOverflow);
  expect_kind("1e999", CellKind::kOverflow);
  expect_kind("-1e999", CellKind::kOverflow);
  CellParser const wide({}, InputCast::kFloat64);
  EXPECT_EQ(wide.parse("1e39").kind, CellKind::kNumber);
  EXPECT_EQ(wide.parse("1.7976931348623157e308").kind, CellKind::kNumber);
  EXPECT_EQ(wide.parse("1e309").kind, CellKind::kOverflow);
}

TEST_F(CellText, UnderflowIsZeroOrTheNearestDenormal) {
  expect_number("1e-400", 0.0);
  expect_number("-1e-400", 0.0);
  expect_number("0.0000001e-400", 0.0);
  expect_number("1e-99999999999999999999", 0.0);
  expect_number("0e99999", 0.0);
  expect_number("4.9406564584124654e-324", std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::signbit(parse("-1e-400").value));
  std::string const tiny = "0." + std::string(400, '0') + "1";
  expect_number(tiny, 0.0);
  expect_number(tiny + "e401", 1.0);
  std::string const huge = "1" + std::string(400, '0');
  expect_kind(huge, CellKind::kOverflow);
  expect_number(huge + "e-400", 1.0);
  expect_number("0" + tiny + "e-1", 0.0);
}

TEST(CellMissing, DeclaredSpellingsMatchAsTextAndAsNumbers) {
  CellParser const parser({"-999", "?", "inf", " x "}, InputCast::kFloat32);
  for (auto const* text : {"-999", "-999.0", "-9.99e2", "?", "inf", "Infinity", " x ", "NA", ""}) {
    EXPECT_EQ(parser.parse(text).kind, CellKind::kMissing) << text;
    EXPECT_TRUE(std::isnan(parser.parse(text).value)) << text;
  }
  EXPECT_EQ(parser.parse("-inf").kind, CellKind::kInfinite);
  EXPECT_EQ(parser.parse("999").value, 999.0);
  EXPECT_EQ(parser.parse("-998.9").kind, CellKind::kNumber);
  EXPECT_EQ(parser.parse("x").kind, CellKind::kText);
}

TEST(CellMissing, ADeclaredNumberTakesTruthValuesToo) {
  CellParser const parser({"1"}, InputCast::kFloat32);
  EXPECT_EQ(parser.parse("1.0").kind, CellKind::kMissing);
  EXPECT_EQ(parser.parse("true").kind, CellKind::kMissing);
  EXPECT_EQ(parser.parse("false").value, 0.0);
}

}  // namespace
}  // namespace limpid
