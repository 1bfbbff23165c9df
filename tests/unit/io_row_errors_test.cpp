// Every way in which a data file can be wrong: code, message, place and hint.
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "io_support.h"

namespace limpid::test {
namespace {

class RowErrors : public testing::Test {
 protected:
  /// Reads a file of these bytes for a model with features a and b.
  void expect(std::string_view text, ExpectedError const& error, ReadOptions options = {}) const {
    options.path = folder.write("rows.csv", text);
    expect_error([&] { static_cast<void>(read_rows(options, model)); }, error);
  }
  void expect_path(std::string const& path, ExpectedError const& error) const {
    ReadOptions options;
    options.path = path;
    expect_error([&] { static_cast<void>(open_rows(options, model)); }, error);
  }
  TemporaryFolder folder;
  Ensemble model = named_model({"a", "b"});
};

TEST_F(RowErrors, FilesThatCannotBeOpened) {
  static_cast<void>(folder.write("customers.csv", "a,b\n1,2\n"));
  expect_path(folder.path("custmers.csv"), {"data.open", "No such file", "--data", "did you mean"});
  expect_path(folder.path("no/such/rows.csv"), {"data.open", "No such file", "", "no/such' does not exist"});
  expect_path(folder.path(), {"data.open", "is a directory", "--data", "name one file"});
  if (::geteuid() != 0) {
    auto const path = folder.write("secret.csv", "a,b\n1,2\n");
    std::filesystem::permissions(path, std::filesystem::perms::none);
    expect_path(path, {"data.open", "Permission denied", "", ""});
  }
}

TEST_F(RowErrors, AddressesAreNamed) {
  expect_path("s3://bucket/rows.csv",
              {"data.format", "s3:// addresses are not read", "s3://bucket/rows.csv", "aws s3 cp"});
  expect_path("gs://bucket/rows.csv", {"data.format", "gs://", "", "gcloud storage cat"});
  expect_path("https://host/rows.csv", {"data.format", "https://", "", "curl"});
  expect_path("file:///tmp/rows.csv", {"data.format", "file://", "", "pass the path: /tmp/rows.csv"});
  expect_path("abfs://x/rows.csv", {"data.format", "abfs://", "", "download it first"});
}

TEST_F(RowErrors, OtherFormatsAreNamed) {
  using namespace std::string_view_literals;
  struct Case {
    std::string_view bytes;
    std::string name;
    std::string hint;
  };
  std::string tar(512, '\0');
  tar.replace(0, 8, "rows.csv");
  tar.replace(257, 5, "ustar");
  for (auto const& c : std::vector<Case>{
           {"PAR1\x15\x04", "a Parquet file", "read_parquet"},
           {"ARROW1\0\0"sv, "an Arrow (Feather) file", "read_feather"},
           {"{\"a\": 1, \"b\": 2}\n", "JSON (Lines)", "read_json"},
           {"[\n  {\"a\": 1}]", "JSON (Lines)", "read_json"},
           {"\x28\xB5\x2F\xFD....", "compressed with zstd", "zstdcat"},
           {"BZh91AY", "compressed with bzip2", "bzcat"},
           {"\xFD"
            "7zXZ",
            "compressed with xz", "xzcat"},
           {"PK\x03\x04", "a zip archive", "unpack"},
           {"\xFF\xFE"
            "a\0,\0"sv,
            "UTF-16", "iconv"},
           {"\x93NUMPY\x01", "a NumPy file", "--no-header"},
           {tar, "a tar archive", "tar -xf"},
           {"a,b\n1,\0\n"sv, "a binary file", "CSV"},
       }) {
    expect(c.bytes, {"data.format", c.name, "rows.csv", c.hint});
  }
}

TEST_F(RowErrors, EmptyFilesAndFilesOfOnlyAHeader) {
  expect("", {"data.empty", "is empty", "--data", ""});
  expect("\xEF\xBB\xBF", {"data.empty", "is empty", "", ""});
  expect("a,b\n", {"data.empty", "has a header but no rows", "rows.csv", ""});
  expect("a,b", {"data.empty", "has a header but no rows", "", ""});
  expect("a,b\n\n\r\n", {"data.empty", "has a header but no rows", "", ""});
  expect("\n\n", {"data.empty", "has no rows", "", ""});
  ReadOptions background;
  background.role = "--background";
  expect("a,b\n", {"data.empty", "no rows", "--background", ""}, background);
}

TEST_F(RowErrors, TextWhereANumberBelongs) {
  expect("a,b\n1,2\n3,abc\n",
         {"data.value", "'abc' is not a number", "rows.csv, line 3, column 'b'", "--missing 'abc'"});
  expect("a,b\n1,\"3,5\"\n", {"data.value", "'3,5' is not a number", "line 2, column 'b'", "decimal point"});
  expect("a,b\n\"x\ny\",2\n", {"data.value", "'x\\ny'", "line 2, column 'a'", ""});
  expect("a,b\n1,2\n\xE4,2\n", {"data.value", "1 bytes that are not UTF-8", "line 3", ""});
  expect("a,b\n" + std::string(100, 'z') + ",2\n", {"data.value", "'" + std::string(40, 'z') + "'...", "", ""});
  ReadOptions no_header;
  no_header.header = false;
  expect("1,2\n3,x\n", {"data.value", "'x' is not a number", "line 2, column 1", ""}, no_header);
}

TEST_F(RowErrors, TheFirstBadRowIsTold) {
  expect("a,b\n1,2\n3,x\ny,4\n", {"data.value", "'x'", "line 3, column 'b'", ""});
  expect("a,b\n1,2\ny,4\n3,x\n", {"data.value", "'y'", "line 3, column 'a'", ""});
}

TEST_F(RowErrors, LinesAreThoseOfTheFile) {
  std::string text = "a,note,b\n\n";
  for (int i = 0; i < 500; ++i) text += i % 3 == 0 ? "1,\"two\n\nlines\",2\r\n\n" : "1,one,2\n";
  auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  ReadOptions options;
  options.exclude = {"note"};
  for (std::int64_t const block : {1024, 512 * 1024}) {
    options.block_bytes = block;
    expect(text + "1,x,bad\n", {"data.value", "'bad'", "line " + std::to_string(lines + 1) + ",", ""}, options);
  }
}

TEST_F(RowErrors, MissingValuesWhereTheModelTakesNone) {
  model.refuses_missing = true;
  expect("a,b\n1,2\n3,\n", {"data.value", "'' is missing, and the model's library takes no missing values for it",
                            "rows.csv, line 3, column 'b'", "fill the gap as for training"});
  ReadOptions options;
  options.missing = {"-999"};
  expect("a,b\n-999.0,2\n", {"data.value", "'-999.0' is missing", "line 2, column 'a'", ""}, options);
  expect("a,b\n1,Infinity\n", {"data.value", "'Infinity' is infinite", "line 2, column 'b'", ""});
}

TEST_F(RowErrors, InfinityAndOverflow) {
  expect("a,b\n1,inf\n", {"data.value", "'inf' is infinite", "line 2, column 'b'", "--missing 'inf'"});
  expect("a,b\n1,-1e39\n", {"data.value", "'-1e39' is too large", "line 2, column 'b'", "--missing '-1e39'"});
  ReadOptions options;
  options.missing = {"inf"};
  options.path = folder.write("rows.csv", "a,b\n1,Infinity\n");
  EXPECT_TRUE(std::isnan(read_rows(options, model).values.at(0).at(1)));
}

TEST_F(RowErrors, CategoriesAsText) {
  model.features[1].kind = FeatureKind::kCategorical;
  expect("a,b\n1,2\n1,north\n", {"data.value", "'north' is text, the model's categories are given by their codes",
                                 "line 3, column 'b'", "cat.codes"});
}

TEST_F(RowErrors, RaggedRows) {
  expect("a,b\n1,2\n3,4,5\n", {"data.value", "a row has 3 fields, the others have 2", "line 3", "must be quoted"});
  expect("a,b\n1,2\n\n\"x\ny\",1\n3\n", {"data.value", "a row has 1 field, the others have 2", "line 6", ""});
  expect("a,b\n1\n", {"data.value", "a row has 1 field,", "line 2", ""});
  std::string text = "a,b\n";
  for (int i = 0; i < 3000; ++i) text += "\"1\n\",2\n";
  ReadOptions options;
  options.block_bytes = 1024;
  options.missing = {"1\n"};
  expect(text + "1,2,3\n", {"data.value", "a row has 3 fields", "line 6002", ""}, options);
}

TEST_F(RowErrors, QuotesThatNeverClose) {
  expect("a,b\n1,2\n3,\"4\n5,6\n", {"data.value", "a quote is opened and never closed", "line 3", "written twice"});
  std::string text = "a,b\n1,2\n3,\"4\n";
  for (int i = 0; i < 100'000; ++i) text += "5,6\n";
  ReadOptions options;
  options.block_bytes = 1024;
  expect(text, {"data.value", "a quote is opened and never closed", "line 3", ""}, options);
  expect("a,\"b\n1,2\n", {"data.format", "the first line of", "line 1", "is a quote left open?"});
}

TEST_F(RowErrors, RowsThatAreTooLong) {
  std::string text = "a,b\n1,2\n";
  for (int i = 0; i < 20; ++i) text += "1,2\n";
  text += "1," + std::string(100'000, ' ') + "2\n1,2\n";
  ReadOptions options;
  options.block_bytes = 1024;
  expect(text, {"data.value", "a row is longer than 1024 bytes", "line 2", "is a quote left open?"}, options);
}

TEST_F(RowErrors, IdsThatAreNotUtf8) {
  ReadOptions options;
  options.id = std::string("id");
  expect("id,a,b\nx,1,2\n\xE4,1,2\n", {"data.value", "the id is not UTF-8", "line 3, column 'id'", "iconv"}, options);
  expect("\xE4,a,b\nx,1,2\n", {"data.format", "the header is not UTF-8", "rows.csv", "iconv"}, options);
}

TEST_F(RowErrors, DamagedGzip) {
  std::string text = "a,b\n";
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 10'007) + ",2\n";
  static_cast<void>(folder.write("rows.csv", text));
  compress(folder.path("rows.csv"));
  auto const gzip = contents(folder.path("rows.csv.gz"));
  ReadOptions options;
  auto const read = [&](std::string const& bytes) {
    options.path = folder.write("bad.gz", bytes);
    static_cast<void>(read_rows(options, model, 4096));
  };
  ExpectedError const expected{"data.format", "damaged or ends too soon", "bad.gz", "gzip -t"};
  expect_error([&] { read(gzip.substr(0, gzip.size() / 2)); }, expected);
  expect_error([&] { read(gzip.substr(0, 20)); }, expected);
  auto flipped = gzip;
  for (std::size_t i = flipped.size() / 2; i < flipped.size() / 2 + 50; ++i)
    flipped[i] = static_cast<char>(~flipped[i]);
  expect_error([&] { read(flipped); }, expected);
}

TEST_F(RowErrors, OtherFormatsInsideGzipAreNamed) {
  static_cast<void>(folder.write("rows.csv", "PAR1...."));
  compress(folder.path("rows.csv"));
  expect_path(folder.path("rows.csv.gz"), {"data.format", "a Parquet file", "rows.csv.gz", ""});
}

TEST_F(RowErrors, AFileMayBeLeftHalfRead) {
  std::string text = "a,b\n";
  for (int i = 0; i < 200'000; ++i) text += "1,2\n";
  ReadOptions options;
  options.path = folder.write("rows.csv", text);
  options.block_bytes = 4096;
  for (int i = 0; i < 20; ++i) {
    auto const source = open_rows(options, model);
    RowChunk chunk;
    ASSERT_TRUE(source->next(10, chunk));
  }
}

}  // namespace
}  // namespace limpid::test
