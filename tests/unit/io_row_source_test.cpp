// The reader over real files: values, ids, chunks, blocks. Errors: io_row_errors_test.cpp; columns:
// io_columns_test.cpp.
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "io/output_directory.h"
#include "io/sample.h"
#include "io_support.h"

namespace limpid::test {
namespace {

class RowSourceFile : public testing::Test {
 protected:
  [[nodiscard]] ReadOptions file(std::string_view text) const {
    ReadOptions options;
    options.path = folder.write("rows.csv", text);
    return options;
  }
  TemporaryFolder folder;
};

using Values = std::vector<std::vector<double>>;

TEST_F(RowSourceFile, ValuesMissingAndIds) {
  auto options = file("id,b,a\n9007199254740993,1,true\n007,NaN,-2.5e-1\n\"x, \"\"y\"\"\",3,\n");
  options.id = "id";
  auto const rows = read_rows(options, named_model({"a", "b"}));
  ASSERT_EQ(rows.values.size(), 3U);
  EXPECT_EQ(rows.values[0], (std::vector<double>{1, 1}));
  EXPECT_EQ(rows.values[1][0], -0.25);
  EXPECT_TRUE(std::isnan(rows.values[1][1]));
  EXPECT_TRUE(std::isnan(rows.values[2][0]));
  EXPECT_EQ(rows.values[2][1], 3.0);
  EXPECT_EQ(rows.ids, (std::vector<std::string>{"9007199254740993", "007", "x, \"y\""}));
  EXPECT_EQ(rows.schema.id_name, "id");
  EXPECT_EQ(rows.schema.feature_order, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(rows.schema.feature_names, (std::vector<std::string>{"a", "b"}));
}

TEST_F(RowSourceFile, TheFirstRowsAlone) {
  auto options = file("a\n1\n2\n3\n4\n5\n");
  auto const model = named_model({"a"});
  Values const first{{1}, {2}, {3}};
  for (std::int64_t const chunk : {1, 2, 3, 100}) {
    options.most_rows = 3;
    auto const rows = open_rows(options, model);
    Values found;
    RowChunk part;
    while (rows->next(chunk, part)) {
      EXPECT_EQ(part.first_row, static_cast<std::int64_t>(found.size()));
      for (std::int64_t r = 0; r < part.rows; ++r) found.push_back({part.values[static_cast<std::size_t>(r)]});
    }
    EXPECT_EQ(found, first) << chunk;
    EXPECT_FALSE(rows->next(chunk, part));
  }
  EXPECT_EQ(sample_rows(options, model, 10, 0).total_rows, 3);
  options.most_rows = 9;
  EXPECT_EQ(read_rows(options, model).values.size(), 5U);
}

TEST_F(RowSourceFile, LineEndsMarksAndQuotesChangeNothing) {
  Values const expected{{1, 2}, {3, 4}};
  auto const model = named_model({"a", "b"});
  for (auto const* text : {
           "a,b\n1,2\n3,4\n",
           "a,b\n1,2\n3,4",
           "a,b\r\n1,2\r\n3,4\r\n",
           "a,b\r\n1,2\r\n3,4",
           "\xEF\xBB\xBF\"a\",\"b\"\n\"1\",\"2\"\n3,4\n",
           "\n\r\na,b\n\n1,2\n\n\n3,4\n\n",
           "a,b\r1,2\r3,4\r",
           "a,b\n 1 ,+2\n3,4.0\n",
       }) {
    EXPECT_EQ(read_rows(file(text), model).values, expected) << testing::PrintToString(text);
  }
  auto options = file("a;b\n1;2\n3;4\n");
  options.delimiter = ';';
  EXPECT_EQ(read_rows(options, model).values, expected);
  options = file("a\tb\n1\t2\n3\t4\n");
  options.delimiter = '\t';
  EXPECT_EQ(read_rows(options, model).values, expected);
}

TEST_F(RowSourceFile, ABlankLineOfAOneColumnFileIsAMissingRow) {
  auto const count = [&](std::string_view text, bool header) {
    auto options = file(text);
    options.header = header;
    return read_rows(options, named_model({"a"})).values;
  };
  auto const rows = count("a\n1\n\n3\n\n", true);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(std::isnan(rows[1][0]));
  EXPECT_TRUE(std::isnan(rows[3][0]));
  EXPECT_EQ(rows[2][0], 3.0);
  EXPECT_EQ(count("a\r\n\r\n1\r\n", true).size(), 2U);
  EXPECT_EQ(count("\n1\n", false).size(), 2U);
  EXPECT_EQ(count("a\n\"\"\n1", true).size(), 2U);
}

TEST_F(RowSourceFile, ColumnsThatAreNotNeededMayHoldAnything) {
  auto options = file("x,note,a\n1,\"free\ntext\",5\n2,\xFF\xFE,6\n");
  options.exclude = {"note", "0"};
  EXPECT_EQ(read_rows(options, named_model({"a"})).values, (Values{{5}, {6}}));
}

TEST_F(RowSourceFile, AByteOrderMarkIsOneOnlyAtTheStart) {
  auto options = file("\xEF\xBB\xBFid,a\n\xEF\xBB\xBFx,1\ny,2\n");
  options.id = "id";
  auto const rows = read_rows(options, named_model({"a"}));
  EXPECT_EQ(rows.ids, (std::vector<std::string>{"\xEF\xBB\xBFx", "y"}));
}

TEST_F(RowSourceFile, AnIdMayAlsoBeAFeature) {
  auto options = file("a,b\n1,2\n");
  options.id = "a";
  auto const rows = read_rows(options, named_model({"a", "b"}));
  EXPECT_EQ(rows.values, (Values{{1, 2}}));
  EXPECT_EQ(rows.ids, std::vector<std::string>{"1"});
}

TEST_F(RowSourceFile, CategoriesAreCodes) {
  auto model = named_model({"a", "region"});
  model.features[1].kind = FeatureKind::kCategorical;
  auto const rows = read_rows(file("a,region\n1,3\n2,\n"), model);
  EXPECT_EQ(rows.values[0][1], 3.0);
  EXPECT_TRUE(std::isnan(rows.values[1][1]));
}

/// Rows of random length with quoted newlines, blank lines and quotes, so that block edges fall everywhere.
struct Generated {
  std::string text = "id,a,note,b\n";
  Values values;
  std::vector<std::string> ids;
};

Generated generate(int rows, std::string const& line_end) {
  std::mt19937 random(7);
  Generated out;
  for (int r = 0; r < rows; ++r) {
    auto const id = fmt::format("row \"{}\"{}", r, std::string(random() % 20, 'x'));
    std::string quoted_id = "\"";
    for (char const c : id) quoted_id += c == '"' ? std::string("\"\"") : std::string(1, c);
    double const a = static_cast<double>(random()) / 1000.0;
    double const b = -static_cast<double>(random() % 1000);
    std::string const note = random() % 3 == 0 ? "\"two\nlines, and \"\"quotes\"\"\"" : std::string(random() % 30, 'n');
    out.text += fmt::format("{}\",{},{},{}{}", quoted_id, a, note, b, line_end);
    if (random() % 10 == 0) out.text += line_end;
    out.values.push_back({a, b});
    out.ids.push_back(id);
  }
  return out;
}

TEST_F(RowSourceFile, ChunkAndBlockSizesChangeNothing) {
  for (auto const* line_end : {"\n", "\r\n"}) {
    auto const expected = generate(130, line_end);
    auto options = file(expected.text);
    options.id = "id";
    options.exclude = {"note"};
    for (std::int64_t const block : {1, 1000, 1024, 100'000}) {
      for (std::int64_t const chunk : {1, 2, 63, 64, 65, 130, 1000}) {
        options.block_bytes = block;
        auto const rows = read_rows(options, named_model({"a", "b"}), chunk);
        EXPECT_EQ(rows.values, expected.values) << block << " " << chunk;
        EXPECT_EQ(rows.ids, expected.ids) << block << " " << chunk;
      }
    }
  }
}

TEST_F(RowSourceFile, GzipIsToldByItsContent) {
  auto options = file("a,b\n1,2\n3,4\n");
  auto const other = folder.write("more.csv", "5,6\n");
  compress(options.path);
  compress(other);
  static_cast<void>(folder.write("data.txt", contents(options.path + ".gz") + contents(other + ".gz")));
  options.path = folder.path("data.txt");  // two members: gzip files may be concatenated
  EXPECT_EQ(read_rows(options, named_model({"a", "b"})).values, (Values{{1, 2}, {3, 4}, {5, 6}}));
}

TEST_F(RowSourceFile, LongHeadersAndRows) {
  static constexpr std::size_t kColumns = 30'000;
  std::string header;
  std::string row;
  std::vector<std::string> names;
  for (std::size_t c = 0; c < kColumns; ++c) {
    names.push_back(fmt::format("feature_{}", c));
    header += (c > 0 ? "," : "") + names.back();
    row += fmt::format("{}{}", c > 0 ? "," : "", c);
  }
  auto options = file(header + "\n" + row + "\n" + row + "\n");
  options.block_bytes = 1024;
  auto const rows = read_rows(options, named_model(names));
  ASSERT_EQ(rows.values.size(), 2U);
  EXPECT_EQ(rows.values[1][kColumns - 1], static_cast<double>(kColumns - 1));
}

TEST_F(RowSourceFile, Sha256IsThatOfTheStoredFile) {
  auto const options = file("a\n1\n2\n");
  auto const model = named_model({"a"});
  auto const source = open_rows(options, model);
  RowChunk chunk;
  ASSERT_TRUE(source->next(1, chunk));
  EXPECT_EQ(source->sha256(), sha256_of_file(options.path));
  EXPECT_EQ(source->sha256(), "d4fa155a0784a2543c083ff5c36ec7a7d4810f08946220e5acf4c1f11006216e");
}

TEST_F(RowSourceFile, SampleTakesTheSmallestHashesInRowOrder) {
  std::string text = "id,a\n";
  for (int r = 0; r < 1000; ++r) text += fmt::format("k{},{}\n", r, r);
  auto options = file(text);
  options.id = "id";
  auto const model = named_model({"a"});
  std::vector<std::pair<std::uint64_t, std::int64_t>> ranked;
  for (std::int64_t r = 0; r < 1000; ++r) ranked.emplace_back(sample_hash(5, r), r);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::int64_t> expected;
  for (std::size_t i = 0; i < 70; ++i) expected.push_back(ranked[i].second);
  std::sort(expected.begin(), expected.end());

  auto const sample = sample_rows(options, model, 70, 5);
  EXPECT_EQ(sample.row_numbers, expected);
  EXPECT_EQ(sample.total_rows, 1000);
  EXPECT_EQ(sample.rows.rows, 70);
  EXPECT_EQ(sample.rows.stride, 128);
  EXPECT_TRUE(sample.rows.ids.empty());
  for (std::size_t i = 0; i < 70; ++i) EXPECT_EQ(sample.rows.values[i], static_cast<double>(expected[i]));
  EXPECT_EQ(sample_rows(options, model, 2000, 5).rows.rows, 1000);
  EXPECT_NE(sample_rows(options, model, 70, 6).row_numbers, expected);
  EXPECT_EQ(sample_rows(options, model, 1, 5).row_numbers, std::vector<std::int64_t>{ranked[0].second});
}

TEST(Sample, HashIsSplitMix64) {  // first outputs of Vigna's splitmix64.c seeded with 1234567
  EXPECT_EQ(sample_hash(1234567, 0), 6457827717110365317U);
  EXPECT_EQ(sample_hash(1234567, 1), 3203168211198807973U);
  EXPECT_EQ(sample_hash(1234567, 2), 9817491932198370423U);
}

TEST_F(RowSourceFile, SampleOfStandardInputAsksForAFile) {
  ReadOptions options;
  options.path = "-";
  expect_error([&] { static_cast<void>(sample_rows(options, named_model({"a"}), 10, 0)); },
               {"usage.background", "standard input", "--data -", "--background FILE"});
}

TEST_F(RowSourceFile, ReadAllJoinsChunks) {
  std::string text = "id,a,b\n";
  for (int r = 0; r < 5000; ++r) text += fmt::format("k{0},{0},-{0}\n", r);
  auto options = file(text);
  options.id = "id";
  auto const source = open_rows(options, named_model({"a", "b"}));
  auto const all = read_all(*source);
  ASSERT_EQ(all.rows, 5000);
  EXPECT_EQ(all.stride, 5056);
  EXPECT_EQ(all.ids[4999], "k4999");
  for (std::size_t r = 0; r < 5000; ++r) {
    ASSERT_EQ(all.values[r], static_cast<double>(r));
    ASSERT_EQ(all.values[static_cast<std::size_t>(all.stride) + r], -static_cast<double>(r));
  }
}

}  // namespace
}  // namespace limpid::test
