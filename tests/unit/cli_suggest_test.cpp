// "Did you mean": distances by hand, and what is near enough.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/suggest.h"

namespace limpid::cli {
namespace {

TEST(EditDistance, CountsInsertDeleteReplaceSwap) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("model", "modle"), 1U);  // neighbours swapped
  EXPECT_EQ(edit_distance("model", "modal"), 1U);
  EXPECT_EQ(edit_distance("model", "models"), 1U);
  EXPECT_EQ(edit_distance("Model", "model"), 0U);  // case does not count
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);  // optimal string alignment: a swapped pair is not edited again
}

TEST(Nearest, TakesTheFirstOfTheNearest) {
  std::vector<std::string> const known{"model", "model-format", "method", "margin"};
  EXPECT_EQ(nearest("modle", known), "model");
  EXPECT_EQ(nearest("metod", known), "method");
  EXPECT_EQ(nearest("MARGIN", known), "margin");
  EXPECT_EQ(nearest("marg", known), "margin");  // the beginning of a word
  EXPECT_EQ(nearest("zzzzzz", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace limpid::cli
