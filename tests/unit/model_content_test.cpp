/// Files that are no XGBoost model in JSON or UBJSON: each is named by its content, with what to do.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "limpid/ensemble.h"
#include "limpid/error.h"
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
      {"Legacy", "binf\x3f", "legacy binary format", "pip install 'xgboost<3.1'"},
      {"Headerless", zeros + length + "binary:logistic" + "xyz", "legacy binary format", "pip install 'xgboost<2'"},
      {"TextDump", "booster[0]:\n0:[f1<3] yes=1,no=2\n", "an XGBoost text dump", "lacks base score"},
      {"JsonDump", "[\n  { \"nodeid\": 0, \"depth\": 0 }]", "an XGBoost text dump", "lacks base score"},
      {"LightgbmText", "tree\nversion=v4\nnum_class=1\n", "a LightGBM model, which this version cannot read",
       "XGBoost models in JSON and UBJSON"},
      {"LightgbmJson", R"({"name":"tree","feature_names":["a"],"tree_info":[]})", "a LightGBM model",
       "XGBoost models in JSON and UBJSON"},
      {"CatboostJson", R"({"features_info":{"float_features":[]},"oblivious_trees":[]})", "a CatBoost model",
       "XGBoost models in JSON and UBJSON"},
      {"CatboostBinary", "CBM1\x04", "a CatBoost model", "XGBoost models in JSON and UBJSON"},
      {"OtherJson", R"({"name":"x","layers":[1,2]})", "it has no 'learner' (found 'name', 'layers')", "save_model"},
      {"NoKeys", "{}", "it has no 'learner' (found no keys)", "save_model"},
      {"JsonArray", "[1,2,3]", "not an XGBoost model", "save_model"},
      {"Csv", "age,income\n1,2\n", "a table in text (CSV)", "the data to --data"},
      {"Text", "hello world\n", "the file is text", "save_model"},
      {"Xml", "<?xml version=\"1.0\"?><PMML/>", "the file is XML", "save_model"},
      {"Parquet", "PAR1\x15", "a Parquet file", "the data to --data"},
      {"Binary", std::string("\x00\x01\x02\x03\x04", 5), "of an unknown format", "save_model"},
      {"CorruptGzip", "\x1f\x8b\x08 not gzip", "gzip-compressed", "unpack it first"},
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

/// A folder of its own, removed at the end.
class ModelFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "limpid-model-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(std::string const& name, std::string const& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  void run(std::string const& command) const {
    ASSERT_EQ(std::system(("cd '" + folder_.string() + "' && " + command).c_str()), 0) << command;
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

  fs::path folder_;
};

TEST_F(ModelFiles, MissingFileIsNamed) {
  expect_error(folder_ / "none.json", "model.open", "none.json': No such file or directory", "--model");
}

TEST_F(ModelFiles, DirectoryIsNamed) {
  expect_error(folder_, "model.open", "it is a directory", "name the model file");
}

TEST_F(ModelFiles, ExtensionDoesNotMatter) {
  EXPECT_EQ(load_model(write("a.ubj", fixture("3.4.1/binary.json")).string()).format, "json");
  EXPECT_EQ(load_model(write("xgboost-model", fixture("3.4.1/binary.ubj")).string()).format, "ubjson");
}

TEST_F(ModelFiles, EmptyFileIsNamed) { expect_error(write("m", ""), "model.format", "the file is empty", "save"); }

TEST_F(ModelFiles, PipeIsRead) {
  write("m.json", fixture("3.4.1/binary.json"));
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  run("cat m.json > pipe &");
  EXPECT_EQ(load_model((folder_ / "pipe").string()).trees.size(), 4U);
}

TEST_F(ModelFiles, PickleInTarIsFound) {
  write("xgboost-model", std::string("\x80\x04\x95\x10\x00", 5));
  write("readme.txt", "hello\n");
  run("tar -czf model.tar.gz readme.txt xgboost-model");
  expect_error(folder_ / "model.tar.gz", "model.format",
               "it holds 'readme.txt' (text), 'xgboost-model' (a Python pickle)", "then pickles are programs");
}

TEST_F(ModelFiles, ModelInTarIsFound) {
  write("xgboost-model", fixture("3.4.1/binary.ubj"));
  run("tar -czf model.tar.gz xgboost-model");
  expect_error(folder_ / "model.tar.gz", "model.format", "it holds 'xgboost-model' (UBJSON)",
               "unpack it first: tar -xf ");
}

TEST_F(ModelFiles, CompressedModelIsFound) {
  write("m.json", fixture("3.4.1/binary.json"));
  run("gzip m.json");
  expect_error(folder_ / "m.json.gz", "model.format", "it holds one file (JSON)", "unpack it first");
}

TEST_F(ModelFiles, ExplicitFormatIsHeld) {
  auto const path = write("m", fixture("3.4.1/binary.ubj")).string();
  EXPECT_EQ(load_model(path, "xgboost-ubjson").trees.size(), 4U);
  EXPECT_THROW(static_cast<void>(load_model(path, "xgboost-json")), Error);
  try {
    static_cast<void>(load_model(path, "onnx"));
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "usage.value");
    EXPECT_EQ(error.hint(), "use auto, xgboost-json or xgboost-ubjson");
  }
}

}  // namespace
}  // namespace limpid
