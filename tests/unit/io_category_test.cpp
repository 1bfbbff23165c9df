// Categories by the texts of the data: one text at a time, then through the reader.
#include <cmath>

#include "io/category_encoder.h"
#include "io/documents.h"
#include "io/sample.h"
#include "io_category_case.h"

namespace limpid::test {
namespace {

using Kind = CategoryEncoder::Kind;

CategoryEncoder texts(std::vector<std::string> const& names, UnseenCategory unseen = UnseenCategory::kMissing,
                      std::vector<std::string> const& missing = {}) {
  return {own_categories({"f", FeatureKind::kCategorical, names, false}, unseen), missing};
}

CategoryEncoder numbers(std::vector<std::string> const& names, std::vector<std::string> const& missing = {}) {
  return {own_categories({"f", FeatureKind::kCategorical, names, true}, UnseenCategory::kMissing), missing};
}

/// The code, or what else it is.
std::string coded(CategoryEncoder const& encoder, std::string_view text) {
  auto const code = encoder.encode(text);
  if (code.kind == Kind::kKnown) return std::to_string(static_cast<int>(code.value));
  auto const kind = code.kind == Kind::kMissing ? "missing" : "unseen";
  return std::isnan(code.value) ? kind : kind + std::string(" ") + std::to_string(static_cast<int>(code.value));
}

TEST(CategoryEncoder, TextsCountByteForByte) {
  auto const encoder = texts({"north", " south", "1", "région ß", "a,\"b\"\n"});
  EXPECT_EQ(coded(encoder, "north"), "0");
  EXPECT_EQ(coded(encoder, " south"), "1");
  EXPECT_EQ(coded(encoder, "1"), "2");
  EXPECT_EQ(coded(encoder, "région ß"), "3");
  EXPECT_EQ(coded(encoder, "a,\"b\"\n"), "4");
  for (auto const* text : {"North", "north ", " north", "south", "1.0", "01", "+1", "true", "0", "nort", "northern"}) {
    EXPECT_EQ(coded(encoder, text), "unseen") << text;
  }
}

TEST(CategoryEncoder, MissingSpellings) {
  auto const encoder = texts({"north"});
  for (auto const* text : {"", " ", "\t", "NaN", "nan", "NA", " NA ", "N/A", "#N/A", "null", "NULL", "None"}) {
    EXPECT_EQ(coded(encoder, text), "missing") << text;
  }
  EXPECT_EQ(coded(encoder, "none"), "unseen");
}

TEST(CategoryEncoder, TheListWinsOverBuiltInSpellingsAndDeclaredOnesOverTheList) {
  auto const encoder = texts({"NA", "None", "", "DE", "?"}, UnseenCategory::kMissing, {"?", "-999"});
  EXPECT_EQ(coded(encoder, "NA"), "0");  // Namibia
  EXPECT_EQ(coded(encoder, "None"), "1");
  EXPECT_EQ(coded(encoder, ""), "2");
  EXPECT_EQ(coded(encoder, " NA"), "missing");  // not the list's text
  EXPECT_EQ(coded(encoder, "null"), "missing");
  EXPECT_EQ(coded(encoder, "?"), "missing");
  EXPECT_EQ(coded(encoder, "-999"), "missing");
  EXPECT_EQ(coded(encoder, "-999.0"), "unseen");  // of texts, the declared one alone
}

TEST(CategoryEncoder, NumbersCountByValue) {
  auto const encoder = numbers({"3", "0", "1.5", "-7.0", "100"}, {"-999"});
  for (auto const* text : {"3", "3.0", "03", " 3 ", "+3", "3e0", "0.3e1", "3.00"}) {
    EXPECT_EQ(coded(encoder, text), "0") << text;
  }
  for (auto const* text : {"0", "-0", "0.0", "-0.0", "false", "FALSE"}) EXPECT_EQ(coded(encoder, text), "1") << text;
  EXPECT_EQ(coded(encoder, "1.50"), "2");
  EXPECT_EQ(coded(encoder, "-7"), "3");
  EXPECT_EQ(coded(encoder, "1e2"), "4");
  for (auto const* text : {"true", "1", "3.0000001", "three", "inf", "1e999", "2"}) {
    EXPECT_EQ(coded(encoder, text), "unseen") << text;
  }
  for (auto const* text : {"", "nan", "None", "-999", "-999.0"}) EXPECT_EQ(coded(encoder, text), "missing") << text;
}

TEST(CategoryEncoder, NumbersThatDoublesCannotTellApartCountByText) {
  auto const encoder = numbers({"9007199254740993", "9007199254740992", "9007199254740991"});
  EXPECT_EQ(coded(encoder, "9007199254740993"), "0");
  EXPECT_EQ(coded(encoder, "9007199254740992"), "1");
  EXPECT_EQ(coded(encoder, " 9007199254740993"), "0");
  EXPECT_EQ(coded(encoder, "9007199254740994"), "unseen");
  EXPECT_EQ(coded(encoder, "9007199254740991.0"), "2");
}

TEST(CategoryEncoder, TrueAndFalseInAnyCaseWhereTheListHoldsNothingElse) {
  auto const both = texts({"False", "True"});
  for (auto const* text : {"True", "true", "TRUE", " tRue"}) EXPECT_EQ(coded(both, text), "1") << text;
  EXPECT_EQ(coded(both, "false"), "0");
  EXPECT_EQ(coded(both, "1"), "unseen");
  auto const three = texts({"False", "True", "Unknown"});
  EXPECT_EQ(coded(three, "True"), "1");
  EXPECT_EQ(coded(three, "true"), "unseen");
  auto const cases = texts({"true", "True"});
  EXPECT_EQ(coded(cases, "true"), "0");
  EXPECT_EQ(coded(cases, "True"), "1");
  EXPECT_EQ(coded(cases, "false"), "unseen");
}

TEST(CategoryEncoder, UnseenFollowsTheRule) {
  EXPECT_EQ(coded(texts({"a"}, UnseenCategory::kMissing), "b"), "unseen");
  EXPECT_EQ(coded(texts({"a"}, UnseenCategory::kOther), "b"), "unseen -1");
  EXPECT_EQ(coded(texts({"a"}, UnseenCategory::kOther), ""), "missing");
}

TEST_F(CategoryRows, TextsBecomeCodes) {
  auto const rows = read_rows(file(kHeader + std::string("west,1,20.0,3\n\"NA\",2,,\n,3,10,0\n")), model);
  ASSERT_EQ(rows.values.size(), 3U);
  EXPECT_EQ(rows.values[0], (std::vector<double>{1, 2, 1, 3}));
  EXPECT_EQ(rows.values[1][1], 3.0);
  EXPECT_TRUE(std::isnan(rows.values[1][2]));
  EXPECT_TRUE(std::isnan(rows.values[1][3]));
  EXPECT_TRUE(std::isnan(rows.values[2][1]));
  EXPECT_EQ(rows.values[2][2], 0.0);
}

TEST_F(CategoryRows, UnseenIsAnErrorWhereTheLibraryRefusesIt) {
  std::string const head = kHeader;
  expect(head + "north,1,10,0\nnorht,1,10,0\n",
         {"data.value", "'norht' is none of the 4 categories that the model knows: 'north', 'south', 'west' and 1 more",
          "line 3, column 'region'", "did you mean 'north'?"});
  expect(head + "2,1,10,0\n", {"data.value", "'2' is none", "line 2, column 'region'", "texts, not their codes"});
  expect(head + "north,1,30,0\n", {"data.value", "'30' is none of the 2 categories that the model knows: '10', '20'",
                                   "column 'size'", "--missing '30'"});
  expect(head + "north,1,10,big\n", {"data.value", "'big' is text, the model's categories are given by their codes",
                                     "column 'code'", "--categories FILE"});
  expect(head + "north,1,10,0\nsuoth,1,99,0\nnorth,one,10,0\n", {"data.value", "'suoth'", "line 3", "'south'"});
}

TEST_F(CategoryRows, UnseenIsCountedWhereItIsTaken) {
  std::string text = kHeader;
  for (int i = 0; i < 300; ++i) text += "north,1,10,0\neast,1,11,0\n,1,,0\n\"ea\nst\",1,11.5,0\n";
  for (auto const rule : {UnseenCategory::kMissing, UnseenCategory::kOther}) {
    model.unseen_category = rule;
    for (std::int64_t const block : {32, 512 * 1024}) {
      for (std::int64_t const chunk : {1, 7, 4096}) {
        auto options = file(text);
        options.block_bytes = block;
        auto const source = open_rows(options, model);
        EXPECT_TRUE(source->unseen().empty());
        RowChunk rows;
        while (source->next(chunk, rows)) {
          for (std::int64_t r = 0; r < rows.rows; ++r) {
            if ((rows.first_row + r) % 4 != 1) continue;
            auto const value = rows.values[static_cast<std::size_t>(rows.stride + r)];
            EXPECT_TRUE(rule == UnseenCategory::kOther ? value == -1.0 : std::isnan(value));
          }
        }
        auto const unseen = source->unseen();
        ASSERT_EQ(unseen.size(), 2U) << chunk;
        EXPECT_EQ(unseen[0].feature, "region");  // in the data's order
        EXPECT_EQ(unseen[0].count, 600);
        EXPECT_EQ(unseen[0].values, 900);
        EXPECT_EQ(unseen[0].example, "east");
        EXPECT_EQ(unseen[0].rule, rule);
        EXPECT_EQ(unseen[1].feature, "size");
        EXPECT_EQ(unseen[1].count, 600);
        EXPECT_EQ(unseen[1].example, "11");
      }
    }
  }
}

TEST_F(CategoryRows, TheBackgroundReadsBack) {
  model.unseen_category = UnseenCategory::kOther;
  model.features[1].categories[2] = "";
  model.features[1].categories[0] = "a,\"b\"";
  auto const source =
      open_rows(file(kHeader + std::string("\"a,\"\"b\"\"\",1,10,4\n,2,,\nnan,3,20,1\neast,4,7,0\n")), model);
  auto const rows = read_all(*source);
  auto text = baseline_header(source->schema());
  append_baseline(source->schema(), {RowsView{rows.values.data(), rows.stride, rows.rows}}, text);
  EXPECT_EQ(text, kHeader + std::string("\"a,\"\"b\"\"\",1,10,4\n,2,,\nNaN,3,20,1\n(unseen),4,(unseen),0\n"));
  auto const again = read_all(*open_rows(file(text), model));
  ASSERT_EQ(again.values.size(), rows.values.size());
  for (std::size_t f = 0; f < 4; ++f) {
    for (std::size_t r = 0; r < 4; ++r) {
      auto const at = f * static_cast<std::size_t>(rows.stride) + r;
      EXPECT_TRUE(again.values[at] == rows.values[at] || (std::isnan(again.values[at]) && std::isnan(rows.values[at])));
    }
  }
}

TEST(UnseenTexts, AreDescribed) {
  EXPECT_EQ(describe({"region", 2, 9, "eást\n", UnseenCategory::kMissing}),
            "feature 'region': 2 of 9 values are no category that the model knows, first 'eást\\n': taken as missing");
  auto const all = describe({"region", 9, 9, "7", UnseenCategory::kOther});
  EXPECT_THAT(all, testing::HasSubstr("as a category that the model has never seen"));
  EXPECT_THAT(all, testing::HasSubstr("every value: the column probably holds codes"));
}

}  // namespace
}  // namespace limpid::test
