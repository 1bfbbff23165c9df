// Data that no model describes: which columns are features, which of them are text, and texts from chunk to chunk.
#include <cmath>

#include "io/documents.h"
#include "io/sample.h"
#include "unit/io_support.h"

namespace limpid {
namespace {

using test::TemporaryFolder;

struct TableCase {
  TemporaryFolder folder;
  ReadOptions options;

  explicit TableCase(std::string_view text) {
    options.path = folder.write("rows.csv", text);
    options.may_be_text = true;
  }
  [[nodiscard]] std::unique_ptr<RowSource> open(std::vector<std::string> const& texts = {}) const {
    return open_table(options, texts);
  }
};

std::string text_at(RowChunk const& chunk, std::size_t column, std::int64_t row) {
  auto const code = chunk.values[column * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(row)];
  return chunk.texts.at(column).at(static_cast<std::size_t>(code));
}

TEST(OpenTable, AllColumnsThatNoOptionNamesAreFeatures) {
  TableCase it("id,a,y,b,spare\nr1,1,0,x,7\nr2,2,1,,8\n");
  it.options.id = "id";
  it.options.label = "y";
  it.options.exclude = {"4"};
  auto const source = it.open();
  EXPECT_EQ(source->schema().feature_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(source->schema().kinds, (std::vector<FeatureKind>{FeatureKind::kNumeric, FeatureKind::kText}));
  RowChunk chunk;
  ASSERT_TRUE(source->next(10, chunk));
  EXPECT_EQ(chunk.ids, (std::vector<std::string>{"r1", "r2"}));
  EXPECT_TRUE(chunk.texts.at(0).empty());
  EXPECT_EQ(text_at(chunk, 1, 0), "x");
  EXPECT_EQ(text_at(chunk, 1, 1), "");  // empty, not missing
}

TEST(OpenTable, NumbersAndMissingValuesAreNoTexts) {
  TableCase const it("a,b,c,d\n1,NA,true,None\n,-2e3,FALSE,NaN\n");
  auto const source = it.open();
  EXPECT_THAT(source->schema().kinds, testing::Each(FeatureKind::kNumeric));
  RowChunk chunk;
  ASSERT_TRUE(source->next(10, chunk));
  EXPECT_TRUE(chunk.texts.empty());
  EXPECT_TRUE(std::isnan(chunk.values[1]));
}

TEST(OpenTable, TextsAreByteForByte) {
  TableCase const it("t,n\n\" two \"\"words\"\"\",1\n007,2\n\"a,b\nc\",3\n");
  auto const source = it.open();
  RowChunk chunk;
  ASSERT_TRUE(source->next(10, chunk));
  EXPECT_EQ(text_at(chunk, 0, 0), " two \"words\"");
  EXPECT_EQ(text_at(chunk, 0, 1), "007");
  EXPECT_EQ(text_at(chunk, 0, 2), "a,b\nc");
}

TEST(OpenTable, ColumnsMayBeDeclaredByNameOrIndex) {
  TableCase const it("zip,n\n01234,1\n00001,2\n");
  for (auto const* spec : {"zip", "0"}) {
    auto const source = it.open({spec});
    EXPECT_EQ(source->schema().kinds[0], FeatureKind::kText);
    RowChunk chunk;
    ASSERT_TRUE(source->next(10, chunk));
    EXPECT_EQ(text_at(chunk, 0, 0), "01234");
  }
}

TEST(OpenTable, ChunksHaveTheirOwnTexts) {
  TableCase const it("t\na\nb\nb\nc\n");
  auto const source = it.open();
  RowChunk chunk;
  ASSERT_TRUE(source->next(2, chunk));
  EXPECT_EQ(chunk.texts.at(0), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(source->next(2, chunk));
  EXPECT_EQ(chunk.texts.at(0), (std::vector<std::string>{"b", "c"}));
  EXPECT_FALSE(source->next(2, chunk));
}

TEST(OpenTable, TheSameFeaturesOpenABackground) {
  TableCase const it("n,t\n1,x\n2,y\n");
  auto const features = features_of(it.open()->schema());
  auto background = it.options;
  background.path = it.folder.write("background.csv", "t,n\n5,6\n");
  background.role = "--background";
  auto const rows = read_all(*open_rows(background, features));
  EXPECT_EQ(rows.values[0], 6.0);
  EXPECT_EQ(text_at(rows, 1, 0), "5");  // a text in the data is a text here
}

TEST(OpenTable, ASampleKeepsTexts) {
  std::string text = "n,t\n";
  for (int i = 0; i < 10000; ++i) text += std::to_string(i) + ",text" + std::to_string(i) + "\n";
  TableCase const it(text);
  auto const features = features_of(it.open()->schema());
  auto const sample = sample_rows(it.options, features, 20, 3);
  ASSERT_EQ(sample.rows.rows, 20);
  for (std::int64_t r = 0; r < 20; ++r) {
    EXPECT_EQ(text_at(sample.rows, 1, r), "text" + std::to_string(sample.row_numbers[static_cast<std::size_t>(r)]));
  }
  auto const all = read_all(*open_rows(it.options, features));
  ASSERT_EQ(all.rows, 10000);
  EXPECT_EQ(text_at(all, 1, 9999), "text9999");
}

/// The error of opening, or of reading all.
Error error_of(TableCase const& it, std::vector<std::string> const& texts = {}) {
  try {
    auto const source = it.open(texts);
    static_cast<void>(read_all(*source));
  } catch (Error const& e) {
    return e;
  }
  throw std::logic_error("no error");
}

TEST(OpenTable, ErrorsNameTheOptionThatFixesThem) {
  auto const unknown = error_of(TableCase("abc,b\n1,2\n"), {"abd"});
  EXPECT_EQ(unknown.code(), "usage.column");
  EXPECT_THAT(unknown.hint(), testing::HasSubstr("did you mean 'abc'?"));
  auto const index = error_of(TableCase(",b\n0,2\n1,3\n2,5\n"));
  EXPECT_EQ(index.code(), "data.columns");
  EXPECT_THAT(index.hint(), testing::HasSubstr("--id 0"));
  auto const latin = error_of(TableCase("t\nx\n\xE4\n"));
  EXPECT_EQ(latin.code(), "data.value");
  EXPECT_THAT(latin.where(), testing::HasSubstr("line 3"));
  TableCase none("a\n1\n");
  none.options.exclude = {"a"};
  EXPECT_EQ(error_of(none).code(), "data.columns");
  TableCase late("a,b\n1,2\n3,4\n5,x\n");
  late.options.block_bytes = 16;
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += "1,2\n";
  late.options.path = late.folder.write("late.csv", text + "3,x\n");
  auto const error = error_of(late);
  EXPECT_EQ(error.code(), "data.value");
  EXPECT_THAT(error.hint(), testing::HasSubstr("--text-columns b"));
}

}  // namespace
}  // namespace limpid
