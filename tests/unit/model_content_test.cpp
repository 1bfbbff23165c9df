/// Which loader a file goes to; files that are no model: each is named by its content, with what to do.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "limpid/ensemble.h"
#include "limpid/error.h"
#include "model/content.h"
#include "model/read_model.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;

struct Foreign {
  char const* name;
  std::string bytes;
  char const* message;
  char const* hint;
};

std::vector<Foreign> foreign_files() {
  std::string const zeros(136, '\0');
  std::string const length(std::string("\x0f", 1) + std::string(7, '\0'));
  return {
      {"Empty", "", "the file is empty", "save the model again"},
      {"Blank", " \n\t\n", "the file is empty", "save the model again"},
      {"Pickle", std::string("\x80\x04\x95\x10\x00", 5), "a Python pickle", "save_model(\"model.json\")"},
      {"Joblib", "\x78\x9c stuff", "as joblib writes it", "joblib.load"},
      {"Legacy", "binf\x3f", "it ends at byte 5, in the parameters", "copy or save the file again"},
      {"Headerless", zeros + length + "binary:logistic" + "xyz", "in the booster", "copy or save the file again"},
      {"TextDump", "booster[0]:\n0:[f1<3] yes=1,no=2\n", "an XGBoost text dump", "lacks base score"},
      {"JsonDump", "[\n  { \"nodeid\": 0, \"depth\": 0 }]", "an XGBoost text dump", "lacks base score"},
      {"LightgbmJson", R"({"name":"tree","feature_names":["a"],"tree_info":[]})", "as dump_model writes it",
       "save_model(\"model.txt\")"},
      {"CatboostBinary", "CBM1\x04", "a CatBoost model in its binary format", "format=\"json\""},
      {"OtherJson", R"({"name":"x","layers":[1,2]})", "it has none of 'learner' (XGBoost)", "save_model"},
      {"OtherKeys", R"({"name":"x","layers":[1,2]})", "(found 'name', 'layers')", "save_model"},
      {"NoKeys", "{}", "(found no keys)", "save_model"},
      {"JsonArray", "[1,2,3]", "the file is text, not a model", "save_model"},
      {"Csv", "age,income\n1,2\n", "a table in text (CSV)", "the data to --data"},
      {"Text", "hello world\n", "the file is text", "save_model"},
      {"Xml", "<?xml version=\"1.0\"?><PMML/>", "the file is XML", "save_model"},
      {"Parquet", "PAR1\x15", "a Parquet file", "the data to --data"},
      {"Binary", std::string("\x00\x01\x02\x03\x04", 5), "of an unknown format", "save_model"},
      {"CorruptGzip", "\x1f\x8b\x08 not gzip", "cannot unpack the model", "unpack it and give"},
  };
}

class ForeignFile : public testing::TestWithParam<Foreign> {};

TEST_P(ForeignFile, IsNamedByItsContent) {
  try {
    auto const ensemble = model::read_model(GetParam().bytes, "model.bin");
    FAIL() << "no error";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "model.format");
    EXPECT_EQ(error.exit_code(), 4);
    EXPECT_EQ(error.where(), "model.bin");
    EXPECT_NE(std::string(error.what()).find(GetParam().message), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find(GetParam().hint), std::string::npos) << error.hint();
  }
}

INSTANTIATE_TEST_SUITE_P(All, ForeignFile, testing::ValuesIn(foreign_files()),
                         [](auto const& file) { return std::string(file.param.name); });

TEST(FindDocument, LooksAtTopLevelKeysAlone) {
  auto const find = [](std::string const& text) { return model::find_document(text).content; };
  EXPECT_EQ(find(R"({"version":[3,2,0],"learner":{}})"), model::Content::kXgboostJson);
  EXPECT_EQ(find(R"({"ctr_data":{"learner":[{"a":"}"}]},"features_info":{}})"), model::Content::kCatboostJson);
  EXPECT_EQ(find(R"({"ctr_data":"\"oblivious_trees\"","oblivious_trees":[]})"), model::Content::kCatboostJson);
  EXPECT_EQ(find(R"({"limpid_model":1})"), model::Content::kLimpidJson);
  EXPECT_EQ(find(R"({"name":"tree","feature_names":[],"tree_info":[]})"), model::Content::kLightgbmJson);
  EXPECT_EQ(find(R"({"a":{"learner":1}})"), model::Content::kJson);
  EXPECT_EQ(find(R"({"a":1,"learner":)"), model::Content::kXgboostJson);  // the rest is the loader's business
}

/// A folder of its own, removed at the end.
class ModelFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "limpid-model-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  fs::path write(std::string const& name, std::string const& bytes) const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }

  void expect_error(fs::path const& path, std::string const& code, std::string const& message,
                    std::string const& hint) const {
    try {
      auto const ensemble = load_model(path.string());
      FAIL() << "no error";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
      EXPECT_NE(error.hint().find(hint), std::string::npos) << error.hint();
    }
  }

  static std::string fixture(std::string const& name) {
    std::ifstream in(std::string(LIMPID_FIXTURES) + "/xgboost/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder;
};

TEST_F(ModelFiles, MissingFileIsNamed) {
  expect_error(folder / "none.json", "model.open", "none.json': No such file or directory", "--model");
}

TEST_F(ModelFiles, DirectoryIsNamed) { expect_error(folder, "model.open", "it is a directory", "name the model file"); }

TEST_F(ModelFiles, ExtensionDoesNotMatter) {
  EXPECT_EQ(load_model(write("a.ubj", fixture("3.4.1/binary.json")).string()).format, "json");
  EXPECT_EQ(load_model(write("xgboost-model", fixture("3.4.1/binary.ubj")).string()).format, "ubjson");
}

TEST_F(ModelFiles, EmptyFileIsNamed) { expect_error(write("m", ""), "model.format", "the file is empty", "save"); }

TEST_F(ModelFiles, PipeIsRead) {
  auto const pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&pipe] { std::ofstream(pipe, std::ios::binary) << fixture("3.4.1/binary.json"); });
  EXPECT_EQ(load_model(pipe.string()).trees.size(), 4U);
  writer.join();
}

TEST_F(ModelFiles, ExplicitFormatIsHeld) {
  auto const path = write("m", fixture("3.4.1/binary.ubj")).string();
  EXPECT_EQ(load_model(path, {"xgboost-ubjson"}).trees.size(), 4U);
  EXPECT_THROW(static_cast<void>(load_model(path, {"xgboost-json"})), Error);
  try {
    static_cast<void>(load_model(path, {"onnx"}));
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.value");
    EXPECT_EQ(error.hint(), "use auto, xgboost-json, xgboost-ubjson, xgboost-binary, lightgbm, catboost, limpid");
  }
}

}  // namespace
}  // namespace limpid
