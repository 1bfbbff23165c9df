/// Models in compressed files and archives: which file is the model, what is averaged, what is refused, and that a
/// small file cannot take much memory.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "model/read_model.h"

namespace limpid {
namespace {

using Json = nlohmann::json;

std::string fixture(std::string const& name) {
  std::ifstream in(std::string(LIMPID_FIXTURES) + "/xgboost/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string const kPickle("\x80\x04\x95\x10\x00", 5);

struct Entry {
  std::string name;
  std::string bytes;
};

enum class Pack { kTarGzip, kTar, kZip, kTarBzip2, kTarXz, kTarZstd, kGzip };

/// An archive of the entries; of kGzip: the one of them, without its name.
std::string pack(std::vector<Entry> const& entries, Pack as = Pack::kTarGzip) {
  std::string out(std::size_t{1} << 20, '\0');
  std::size_t used = 0;
  archive* const handle = archive_write_new();
  if (as == Pack::kTarGzip || as == Pack::kGzip) archive_write_add_filter_gzip(handle);
  if (as == Pack::kTarBzip2) archive_write_add_filter_bzip2(handle);
  if (as == Pack::kTarXz) archive_write_add_filter_xz(handle);
  if (as == Pack::kTarZstd) archive_write_add_filter_zstd(handle);
  if (as == Pack::kGzip)
    archive_write_set_format_raw(handle);
  else if (as == Pack::kZip)
    archive_write_set_format_zip(handle);
  else
    archive_write_set_format_pax_restricted(handle);
  archive_write_open_memory(handle, out.data(), out.size(), &used);
  for (auto const& [name, bytes] : entries) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    bool const folder = name.ends_with('/');
    archive_entry_set_filetype(entry, folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_write_header(handle, entry);
    archive_write_data(handle, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_free(handle);
  return out.substr(0, used);
}

Model read(std::string const& bytes, LoadOptions const& options = {}) {
  return model::read_models(bytes, "m.tar.gz", options);
}

void expect_error(std::string const& bytes, LoadOptions const& options, std::string const& message,
                  std::string const& hint, std::string const& code = "model.format") {
  try {
    auto const model = read(bytes, options);
    FAIL() << "no error; expected: " << message;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find(hint), std::string::npos) << error.hint();
    EXPECT_NE(error.where().find("m.tar.gz"), std::string::npos) << error.where();
  }
}

using Strings = std::vector<std::string>;

TEST(ModelArchive, EveryPackingIsRead) {
  auto const bytes = fixture("3.4.1/binary.ubj");
  std::pair<Pack, char const*> const packings[] = {{Pack::kTarGzip, "tar, gzip"}, {Pack::kTar, "tar"},
                                                   {Pack::kZip, "zip"},           {Pack::kTarBzip2, "tar, bzip2"},
                                                   {Pack::kTarXz, "tar, xz"},     {Pack::kTarZstd, "tar, zstd"}};
  for (auto const& [packing, name] : packings) {
    auto const model = read(pack({{"xgboost-model", bytes}}, packing));
    EXPECT_EQ(model.container, name);
    ASSERT_EQ(model.members.size(), 1U) << name;
    EXPECT_EQ(model.members[0].trees.size(), 4U) << name;
    EXPECT_EQ(model.entries, Strings{"xgboost-model"}) << name;
    EXPECT_TRUE(model.ignored.empty());
  }
}

TEST(ModelArchive, CompressedFileIsRead) {
  auto const model = read(pack({{"", fixture("3.4.1/binary.json")}}, Pack::kGzip));
  EXPECT_EQ(model.container, "gzip");
  EXPECT_TRUE(model.entries.empty());
  EXPECT_EQ(model.members.at(0).trees.size(), 4U);
  EXPECT_EQ(model::read_model(pack({{"", fixture("3.4.1/binary.json")}}, Pack::kGzip), "m").trees.size(), 4U);
}

TEST(ModelArchive, PlainFileHasNoContainer) {
  auto const model = read(fixture("3.4.1/binary.json"));
  EXPECT_EQ(model.container, "");
  EXPECT_TRUE(model.entries.empty());
}

TEST(ModelArchive, OtherFilesAreIgnoredAndNamed) {
  auto const model = read(pack({{"./", ""},
                                {"./code/", ""},
                                {"./code/inference.py", "import xgboost\n"},
                                {"./metadata.json", R"({"name":"churn"})"},
                                {"./broken.json", R"({"name":)"},
                                {"./xgboost-model", fixture("3.4.1/binary.json")}}));
  EXPECT_EQ(model.members.size(), 1U);
  EXPECT_EQ(model.entries, Strings{"xgboost-model"});
  EXPECT_EQ(model.ignored, (Strings{"code/inference.py", "metadata.json", "broken.json"}));
}

TEST(ModelArchive, SeriesIsReadInTheOrderOfItsNumbers) {
  std::vector<Entry> entries;
  auto const model_of = [](int base) {
    auto document = Json::parse(fixture("3.4.1/binary.json"));
    document["learner"]["learner_model_param"]["base_score"] = "[" + std::to_string(0.01 * (base + 1)) + "]";
    return document.dump();
  };
  for (int n : {3, 10, 0, 7, 1, 2, 9, 4, 8, 6, 5})
    entries.push_back({"model/xgboost-model-" + std::to_string(n), model_of(n)});
  auto const model = read(pack(entries));
  ASSERT_EQ(model.members.size(), 11U);
  for (std::size_t n = 0; n < 11; ++n) {
    EXPECT_EQ(model.entries[n], "model/xgboost-model-" + std::to_string(n));
    auto const text = model.members[n].base_score;
    EXPECT_NEAR(std::stod(text.substr(1)), 0.01 * static_cast<double>(n + 1), 1e-9) << text;
  }
  auto const one = read(pack(entries), {"auto", false, "model/xgboost-model-7"});
  EXPECT_EQ(one.members.size(), 1U);
  EXPECT_EQ(one.entries, Strings{"model/xgboost-model-7"});
  EXPECT_EQ(one.ignored.size(), 10U);
  EXPECT_THROW(static_cast<void>(model::read_model(pack(entries), "m.tar.gz")), Error);
}

TEST(ModelArchive, SeveralModelsThatAreNoSeriesAreListed) {
  auto const bytes = fixture("3.4.1/binary.ubj");
  std::vector<std::vector<std::string>> const names{{"a.ubj", "b.ubj"},
                                                    {"xgboost-model", "xgboost-model-0"},
                                                    {"xgboost-model-0", "xgboost-model-2"},
                                                    {"xgboost-model-1", "xgboost-model-2"},
                                                    {"xgboost-model-0", "xgboost-model-01"},
                                                    {"a/xgboost-model-0", "b/xgboost-model-0"}};
  for (auto const& pair : names) {
    expect_error(pack({{pair[0], bytes}, {pair[1], bytes}}), {},
                 "it holds 2 models that are no series xgboost-model-0, xgboost-model-1, ...: '" + pair[0] +
                     "' (UBJSON), '" + pair[1] + "' (UBJSON)",
                 "--model-entry '" + pair[0] + "'");
  }
  auto const chosen = read(pack({{"a.ubj", bytes}, {"b.ubj", bytes}}), {"auto", false, "b.ubj"});
  EXPECT_EQ(chosen.entries, Strings{"b.ubj"});
  EXPECT_EQ(chosen.ignored, Strings{"a.ubj"});
}

TEST(ModelArchive, FormatChoosesAmongModels) {
  auto const bytes = pack({{"a.json", fixture("3.4.1/binary.json")}, {"b.ubj", fixture("3.4.1/binary.ubj")}});
  EXPECT_EQ(read(bytes, {"xgboost-ubjson"}).entries, Strings{"b.ubj"});
  EXPECT_EQ(read(bytes, {"xgboost-json"}).entries, Strings{"a.json"});
  expect_error(bytes, {}, "it holds 2 models", "--model-entry 'a.json'");
}

TEST(ModelArchive, EntryThatIsNotThereIsNamed) {
  auto const bytes = pack({{"xgboost-model", fixture("3.4.1/binary.ubj")}});
  expect_error(bytes, {"auto", false, "model"}, "--model-entry 'model' is not in the archive",
               "it holds 'xgboost-model' (UBJSON)", "usage.value");
  expect_error(fixture("3.4.1/binary.ubj"), {"auto", false, "model"}, "the file is no archive", "--model-entry",
               "usage.value");
}

TEST(ModelArchive, MembersThatDifferAreRefused) {
  auto const binary = fixture("3.4.1/binary.json");
  expect_error(pack({{"xgboost-model-0", binary}, {"xgboost-model-1", fixture("3.4.1/multi.json")}}), {},
               "cannot be averaged: 'xgboost-model-0' has 6 features, 1 outputs, sigmoid link",
               "--model-entry 'xgboost-model-0'");
  auto renamed = Json::parse(binary);
  renamed["learner"]["feature_names"][0] = "renamed";
  expect_error(pack({{"xgboost-model-0", binary}, {"xgboost-model-1", renamed.dump()}}), {},
               "differ in the names or kinds of their features", "--model-entry");
}

TEST(ModelArchive, PickleIsNamedWithHowToConvertIt) {
  expect_error(pack({{"readme.txt", "hello\n"}, {"xgboost-model", kPickle}}), {},
               "no file in it is a model that can be read; it holds 'readme.txt' (text), 'xgboost-model' (a Python "
               "pickle)",
               "then pickles are programs");
  expect_error(pack({{"", kPickle}}, Pack::kGzip), {}, "a Python pickle", "pickles are programs");
  expect_error(pack({{"model.pkl", kPickle}}), {"auto", false, "model.pkl"}, "a Python pickle", "pickles are programs");
  expect_error(pack({{"model.pkl", kPickle}}), {"xgboost-json"}, "a Python pickle", "pickles are programs");
}

TEST(ModelArchive, ArchiveWithoutModelsIsListed) {
  expect_error(pack({{"a.csv", "x,y\n1,2\n"}, {"inner.tar.gz", pack({{"a", "b"}})}}), {},
               "it holds 'a.csv' (a table in text (CSV)), 'inner.tar.gz' (gzip-compressed)", "limpid reads models of");
  expect_error(pack({{"folder/", ""}}), {}, "it holds no files", "--model");
  expect_error(pack({{"m.json", R"({"name":"x"})"}}), {}, "it has none of 'learner'", "limpid reads");
}

TEST(ModelArchive, DamageInsideSaysWhere) {
  auto const cut = fixture("3.4.1/binary.json").substr(0, 3000);
  try {
    static_cast<void>(read(pack({{"xgboost-model", cut}})));
    FAIL();
  } catch (Error const& error) {
    EXPECT_NE(std::string(error.what()).find("it ends at byte 3000"), std::string::npos) << error.what();
    EXPECT_EQ(error.where(), "m.tar.gz: xgboost-model");
  }
}

TEST(ModelArchive, TruncatedArchivesAreRefused) {
  for (auto const packing : {Pack::kTarGzip, Pack::kTar, Pack::kZip, Pack::kTarBzip2, Pack::kTarXz, Pack::kGzip}) {
    auto const whole = pack({{"xgboost-model", fixture("3.4.1/binary.ubj")}}, packing);
    for (std::size_t size = 8; size + 1024 < whole.size(); size += 97) {
      EXPECT_THROW(static_cast<void>(read(whole.substr(0, size))), Error) << static_cast<int>(packing) << " " << size;
    }
  }
}

TEST(ModelArchive, SmallFilesDoNotUnpackToMuch) {
  std::string const zeros(std::size_t{70} << 20, '\0');
  expect_error(pack({{"zeros", zeros}, {"model", "x"}}), {}, "it unpacks to more than 6", "unpack it");
  expect_error(pack({{"", "{" + zeros}}, Pack::kGzip), {}, "it unpacks to more than 6", "unpack it");
  expect_error(pack({{"z", zeros}}, Pack::kZip), {}, "it unpacks to more than 6", "unpack it");
  std::vector<Entry> const many(10001, Entry{"x", ""});
  expect_error(pack(many), {}, "it holds more than 10000 files", "unpack it");
}

/// gzip in gzip: each would multiply, so only one is unpacked.
TEST(ModelArchive, CompressionIsNotStacked) {
  auto const twice = pack({{"", pack({{"", fixture("3.4.1/binary.json")}}, Pack::kGzip)}}, Pack::kGzip);
  expect_error(twice, {}, "the file is gzip-compressed", "unpack it first");
}

}  // namespace
}  // namespace limpid
