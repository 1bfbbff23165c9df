// "Did you mean": what is near enough.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/suggest.h"

namespace limpid::cli {
namespace {

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
