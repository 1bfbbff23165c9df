// Files of --categories: which code each text has, and every way in which they can be wrong.
#include "io/category_file.h"

#include <cmath>

#include "io/sample.h"
#include "io_category_case.h"

namespace limpid::test {
namespace {

class CategoryFiles : public CategoryRows {
 protected:
  CategoryFiles() {  // one tree that compares x
    model.trees.push_back({});
    auto& tree = model.trees[0];
    tree.left = {1, -1, -1};
    tree.right = {2, -1, -1};
    tree.feature = {0, -1, -1};
    tree.category_set = {-1, -1, -1};
  }
  [[nodiscard]] CategoryFile read(std::string_view json) const {
    return read_category_file(folder.write("categories.json", json), model);
  }
  void refuse(std::string_view json, ExpectedError expected) const {
    expected.where = "--categories";
    expect_error([&] { static_cast<void>(read(json)); }, expected);
  }
};

TEST_F(CategoryFiles, ListsAndCodes) {
  auto const file = read(R"({"code": {"low": 3, "high": 16777215, "NA": 0}, "region": ["b", "a"], "size": [5, 2.5]})");
  ASSERT_EQ(file.lists.size(), 3U);
  EXPECT_THAT(file.lists.at(3).codes,
              testing::ElementsAre(testing::Pair("low", 3), testing::Pair("high", 16777215), testing::Pair("NA", 0)));
  EXPECT_FALSE(file.lists.at(3).numeric);
  EXPECT_EQ(file.lists.at(3).unseen, UnseenCategory::kMissing);
  EXPECT_THAT(file.lists.at(1).codes, testing::ElementsAre(testing::Pair("b", 0), testing::Pair("a", 1)));
  EXPECT_TRUE(file.lists.at(2).numeric);
  EXPECT_THAT(file.notes, testing::ElementsAre(testing::HasSubstr("'region'"), testing::HasSubstr("'size'")));
}

TEST_F(CategoryFiles, TheReaderFollowsThem) {
  auto options =
      file(kHeader + std::string("north,1,10,low\nsouth,1,20,1.5\nNA,1,10,NA\nwest,1,20,\nwest,1,20,1.50\n"));
  options.categories = folder.write("categories.json", R"({"code": {"low": 7, "1.5": 2}})");
  auto const source = open_rows(options, model);
  auto const rows = read_all(*source);
  double const* const code = rows.values.data() + 3 * rows.stride;
  EXPECT_EQ(code[0], 7.0);
  EXPECT_EQ(code[1], 2.0);
  EXPECT_TRUE(std::isnan(code[2]));
  EXPECT_TRUE(std::isnan(code[4]));                                        // a string is a text: 1.50 is another
  EXPECT_EQ(rows.values[static_cast<std::size_t>(rows.stride) + 2], 3.0);  // the model's own list stays: 'NA'
  auto const unseen = source->unseen();
  ASSERT_EQ(unseen.size(), 1U);
  EXPECT_EQ(unseen[0].count, 1);
  EXPECT_EQ(unseen[0].values, 3);
  EXPECT_EQ(unseen[0].example, "1.50");
}

TEST_F(CategoryFiles, UnseenStaysAnotherCategoryWhereTheLibraryHasItSo) {
  model.unseen_category = UnseenCategory::kOther;
  EXPECT_EQ(read(R"({"code": ["a"]})").lists.at(3).unseen, UnseenCategory::kOther);
}

TEST_F(CategoryFiles, IndicesWhereTheModelHasNoNames) {
  model.named_features = false;
  EXPECT_TRUE(read(R"({"3": ["a"]})").lists.contains(3));
  refuse(R"({"4": ["a"]})", {"config.key", "'4' is not a feature", "", "\"0\" to \"3\""});
  refuse(R"({"code": ["a"]})", {"config.key", "'code' is not a feature", "", "no feature names"});
  refuse(R"({"-1": ["a"]})", {"config.key", "", "", ""});
}

TEST_F(CategoryFiles, AreRefusedWithTheReason) {
  expect_error([&] { static_cast<void>(read_category_file(folder.path("none.json"), model)); },
               {"config.open", "No such file", "--categories", ""});
  refuse("{\"code\": [\"a\"]", {"config.format", "is not JSON", "", ""});
  refuse("{\"code\": [\"\xFF\"]}", {"config.format", "is not JSON", "", ""});
  refuse("[1]", {"config.format", "holds array, not an object", "", "for example"});
  refuse(R"({"cod": ["a"]})", {"config.key", "'cod' is not a feature of the model", "", "did you mean 'code'?"});
  refuse(R"({"x": ["a"]})", {"config.value", "'x' is not categorical", "", "'region', 'size', 'code'"});
  refuse(R"({"code": ["a", "b", "a"]})", {"config.value", "'a' comes twice in feature 'code'", "", ""});
  refuse(R"({"code": [1, 2, 1.0]})", {"config.value", "'1.0' comes twice", "", ""});
  refuse(R"({"code": {"a": 1, "a": 2}})", {"config.value", "'a' comes twice", "", ""});
  refuse(R"({"code": ["a"], "code": ["b"]})", {"config.value", "'code' comes twice", "", ""});
  for (auto const* code : {"-1", "1.5", "\"1\"", "null", "true", "16777216", "18446744073709551615", "[1]"}) {
    refuse(R"({"code": {"a": )" + std::string(code) + "}}", {"config.value", code, "", ""});
  }
  for (auto const* texts : {R"(["a", 1])", R"([1, "a"])", R"([null])", R"([["a"]])", R"([1, true])"}) {
    refuse(R"({"code": )" + std::string(texts) + "}",
           {"config.value", "of feature 'code' is", "", "all of them numbers"});
  }
  for (auto const* value : {"3", "\"a\"", "null", "true"}) {
    refuse(R"({"code": )" + std::string(value) + "}", {"config.value", value, "", "for example"});
  }
  refuse(R"({"code": []})", {"config.value", "no categories", "", ""});
  model.category_cut = CategoryCut::kTowardsZero;
  EXPECT_EQ(read(R"({"code": {"a": 2147483647}})").lists.at(3).codes[0].second, 2147483647);
  refuse(R"({"code": {"a": 2147483648}})", {"config.value", "2147483648", "", ""});
}

TEST_F(CategoryFiles, AFeatureThatNoNodeTestsMayBeOne) {
  model.features[3].kind = FeatureKind::kNumeric;
  EXPECT_TRUE(read(R"({"code": ["a"]})").lists.contains(3));
}

TEST_F(CategoryFiles, Booleans) {
  auto const file = read(R"({"code": [false, true]})");
  EXPECT_THAT(file.lists.at(3).codes, testing::ElementsAre(testing::Pair("false", 0), testing::Pair("true", 1)));
}

}  // namespace
}  // namespace limpid::test
