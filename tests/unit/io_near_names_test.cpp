#include "io/near_names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/utf8.h"

namespace limpid {
namespace {

TEST(NearNames, DistanceCountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("Age", "age"), 0U);
  EXPECT_EQ(edit_distance("icnome", "income"), 1U);  // neighbours swapped
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);         // optimal string alignment: a swapped pair is not edited again
}

TEST(NearNames, FindsTheNearestOrNothing) {
  std::vector<std::string> const known{"income", "debt_to_income", "age", "Region"};
  EXPECT_EQ(nearest_name("incme", known), "income");
  EXPECT_EQ(nearest_name("Debt To Income", known), "debt_to_income");
  EXPECT_EQ(nearest_name("region", known), "Region");
  EXPECT_EQ(nearest_name("agee", known), "age");
  EXPECT_EQ(nearest_name("colour", known), "");
  EXPECT_EQ(nearest_name("x", known), "");
  EXPECT_EQ(nearest_name("", known), "");
}

TEST(Utf8, ValidAndInvalidSequences) {
  for (auto const* text : {"", "plain ascii, longer than eight", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                           "12345678\xC3\xA4", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (auto const* text : {"\x80", "\xC3", "\xC3(", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82",
                           "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "12345678\xE4x"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace limpid
