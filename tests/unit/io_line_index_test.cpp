#include "io/line_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/csv_record.h"

namespace limpid {
namespace {

/// The lines on which rows begin, by the record parser alone: slow and obvious.
std::vector<std::int64_t> lines_by_records(std::string_view text, bool blank_is_row) {
  std::vector<std::int64_t> lines;
  std::int64_t line = 1;
  while (auto const record = parse_record(text, ',', true)) {
    if (!record->blank() || blank_is_row) lines.push_back(line);
    line += static_cast<std::int64_t>(record->lines);
    text.remove_prefix(record->bytes);
  }
  return lines;
}

std::vector<std::int64_t> lines_by_index(std::string_view text, bool blank_is_row, std::size_t step) {
  LineIndex index(1, ',', blank_is_row);
  for (std::size_t at = 0; at < text.size(); at += step) index.feed(text.substr(at, step));
  std::vector<std::int64_t> lines;
  for (std::int64_t row = 0; row < index.rows(); ++row) lines.push_back(index.line_of(row));
  return lines;
}

TEST(LineIndex, AgreesWithTheRecordParserForAnyBlocks) {
  std::vector<std::string> const texts{
      "a,b\n1,2\n3,4\n",
      "a,b\r\n1,2\r\n\r\n3,4",
      "\n\n1\n\n\n2\n",
      "\"x\ny\",1\n\"p\r\nq\",2\n3,4\n",
      "\"a\"\"b\nc\",1\n2,\"\n\n\"\n3,4\n",
      "ab\"c,1\nd\"\"e,2\n",
      "\"a\"b,1\n\"a\"\"\",2\n\"\",3\n",
      "1\r2\r3\r\r4",
      "\"\"\n\"\"\n\n\"\"",
      "\r\n\r\n1,2\r\n",
      "\"a\r\",\"b\r\n\n\"\r\n1,2\r",
  };
  for (auto const& text : texts) {
    for (bool const blank_is_row : {false, true}) {
      auto const expected = lines_by_records(text, blank_is_row);
      for (std::size_t const step : {1U, 2U, 3U, 5U, 1000U}) {
        EXPECT_EQ(lines_by_index(text, blank_is_row, step), expected)
            << testing::PrintToString(text) << " step " << step;
      }
    }
  }
}

TEST(LineIndex, ForgetsRowsThatAreDone) {
  LineIndex index(2, ',', false);
  for (int i = 0; i < 1000; ++i) index.feed("\"x\ny\",1\n");
  index.forget_before(900);
  EXPECT_EQ(index.line_of(900), 2 + 2 * 900);
  EXPECT_EQ(index.line_of(999), 2 + 2 * 999);
}

TEST(LineIndex, KnowsAnOpenQuote) {
  LineIndex index(1, ',', false);
  index.feed("1,2\n3,\"4\n5,6\n");
  EXPECT_TRUE(index.inside_quotes());
  EXPECT_EQ(index.last_row_line(), 2);
  index.feed("\"");
  EXPECT_FALSE(index.inside_quotes());
}

TEST(CsvRecord, QuotesBlankLinesAndEnds) {
  auto const record = parse_record("a,\"b,\"\"c\nd\",,e\r\nnext", ',', false);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->fields, (std::vector<std::string>{"a", "b,\"c\nd", "", "e"}));
  EXPECT_EQ(record->lines, 2U);
  EXPECT_EQ(record->bytes, 16U);
  EXPECT_FALSE(parse_record("a,b", ',', false).has_value());
  EXPECT_FALSE(parse_record("a,b\r", ',', false).has_value());
  EXPECT_FALSE(parse_record("\"a", ',', true).has_value());
  EXPECT_FALSE(parse_record("", ',', true).has_value());
  EXPECT_EQ(parse_record("a,b", ',', true)->fields.size(), 2U);
  EXPECT_EQ(parse_record("a,", ',', true)->fields.size(), 2U);
  EXPECT_TRUE(parse_record("\n", ',', true)->blank());
  EXPECT_FALSE(parse_record("\"\"\n", ',', true)->blank());
  EXPECT_EQ(parse_record("a;b,c\n", ';', true)->fields, (std::vector<std::string>{"a", "b,c"}));
}

TEST(CsvRecord, FieldsAreQuotedOnlyWhereTheyMustBe) {
  auto const field = [](std::string_view text) {
    std::string out;
    append_csv_field(text, ',', out);
    return out;
  };
  EXPECT_EQ(field("plain text"), "plain text");
  EXPECT_EQ(field(""), "");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(field("\r"), "\"\r\"");
}

}  // namespace
}  // namespace limpid
