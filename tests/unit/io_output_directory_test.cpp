#include "io/output_directory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "io_support.h"

namespace limpid::test {
namespace {

namespace fs = std::filesystem;

std::set<std::string> files_in(std::string const& folder) {
  std::set<std::string> names;
  for (auto const& entry : fs::recursive_directory_iterator(folder)) {
    names.insert(fs::relative(entry.path(), folder).string() + (entry.is_directory() ? "/" : ""));
  }
  return names;
}

void write_file(OutputDirectory& directory, std::string const& name, std::string_view bytes) {
  auto const file = directory.create(name);
  file->write(bytes);
  directory.add(file->close());
}

TEST(OutputDirectory, CreatesParentsAndPublishesAtCommit) {
  TemporaryFolder folder;
  auto const path = folder.path("deep/er/out");
  OutputDirectory directory(path, false);
  auto const file = directory.create("explanations_shap/out.jsonl");
  file->write("abc");
  file->write("");
  auto const written = file->close();
  EXPECT_EQ(written.name, "explanations_shap/out.jsonl");
  EXPECT_EQ(written.bytes, 3U);
  EXPECT_EQ(written.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2, B.1
  directory.add(written);
  EXPECT_FALSE(fs::exists(path + "/explanations_shap"));
  write_file(directory, "manifest.json", "{}");
  directory.commit();
  EXPECT_EQ(files_in(path),
            (std::set<std::string>{"explanations_shap/", "explanations_shap/out.jsonl", "manifest.json"}));
  EXPECT_EQ(contents(path + "/explanations_shap/out.jsonl"), "abc");
  EXPECT_EQ(sha256_of_file(path + "/explanations_shap/out.jsonl"), written.sha256);
}

TEST(OutputDirectory, WithoutCommitNothingButTheDirectoryRemains) {
  TemporaryFolder folder;
  auto const path = folder.path("out");
  {
    OutputDirectory directory(path, false);
    write_file(directory, "analysis.json", "{}");
    auto const open = directory.create("explanations_shap/out.csv");
    open->write(std::string(1 << 20, 'x'));
  }
  EXPECT_TRUE(fs::exists(path));
  EXPECT_TRUE(files_in(path).empty());
}

TEST(OutputDirectory, NonEmptyNeedsOverwrite) {
  TemporaryFolder folder;
  EXPECT_NO_THROW(OutputDirectory(folder.path(), false));
  static_cast<void>(folder.write("notes.txt", "mine"));
  expect_error([&] { OutputDirectory(folder.path(), false); },
               {"output.exists", "is not empty", "--out " + folder.path(), "--overwrite"});
}

TEST(OutputDirectory, OverwriteReplacesOnlyItsOwnFiles) {
  TemporaryFolder folder;
  {
    OutputDirectory first(folder.path(), false);
    for (auto const* name : {"explanations_shap/out.csv", "analysis.json", "run.json", "manifest.json"}) {
      write_file(first, name, "old");
    }
    first.commit();
  }
  static_cast<void>(folder.write("notes.txt", "mine"));
  static_cast<void>(folder.write("explanations_shap/mine.csv", "mine"));
  static_cast<void>(folder.write(".limpid-1-0.tmp", "left by a run that was killed"));
  OutputDirectory second(folder.path(), true);
  write_file(second, "explanations_shap/out.jsonl", "new");
  write_file(second, "manifest.json", "new");
  EXPECT_EQ(contents(folder.path("manifest.json")), "old") << "until commit, earlier results stay";
  second.commit();
  EXPECT_EQ(files_in(folder.path()),
            (std::set<std::string>{"explanations_shap/", "explanations_shap/mine.csv", "explanations_shap/out.jsonl",
                                   "manifest.json", "notes.txt"}));
  EXPECT_EQ(contents(folder.path("manifest.json")), "new");
  EXPECT_EQ(contents(folder.path("notes.txt")), "mine");
}

TEST(OutputDirectory, AFailedOverwriteKeepsEarlierResults) {
  TemporaryFolder folder;
  static_cast<void>(folder.write("manifest.json", "old"));
  {
    OutputDirectory second(folder.path(), true);
    write_file(second, "manifest.json", "new");
  }
  EXPECT_EQ(files_in(folder.path()), std::set<std::string>{"manifest.json"});
  EXPECT_EQ(contents(folder.path("manifest.json")), "old");
}

TEST(OutputDirectory, AFileInItsPlaceIsNamed) {
  TemporaryFolder folder;
  auto const path = folder.write("out", "a file");
  expect_error([&] { OutputDirectory(path, true); },
               {"output.write", "is a file, a directory is needed", "--out", "'--out -'"});
  expect_error([&] { OutputDirectory(path + "/deeper", false); }, {"output.write", "Not a directory", "", ""});
}

TEST(OutputDirectory, UnwritablePlacesAreNamed) {
  expect_error([&] { OutputDirectory("/proc/limpid-out", false); },
               {"output.write", "cannot create", "/proc/limpid-out", ""});
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  expect_error([&] { OutputDirectory(folder.path(), false); },
               {"output.write", "Permission denied", "", "can be written"});
}

TEST(OutputDirectory, AFailedCommitLeavesNothing) {
  TemporaryFolder folder;
  static_cast<void>(folder.write("explanations_shap", "a file where a folder must be"));
  OutputDirectory directory(folder.path(), true);
  write_file(directory, "analysis.json", "{}");
  write_file(directory, "explanations_shap/out.csv", "1");
  expect_error([&] { directory.commit(); }, {"output.write", "explanations_shap", "", ""});
  EXPECT_FALSE(fs::exists(folder.path("analysis.json")));
}

TEST(OutputFile, AFullDeviceIsNamed) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
  {
    OutputFile file("/dev/full", "explanations_shap/out.csv");
    file.write("small: buffered");
    expect_error([&] { static_cast<void>(file.close()); },
                 {"output.full", "No space left on device", "explanations_shap/out.csv", "free some space"});
  }
  {
    OutputFile file("/dev/full", "explanations_shap/out.csv");
    expect_error([&] { file.write(std::string(1 << 20, 'x')); }, {"output.full", "No space left", "", ""});
  }
  EXPECT_TRUE(fs::exists("/dev/full"));
}

/// A limit on file sizes stands for a disk that fills up while a regular file grows.
TEST(OutputFile, AFileThatCannotGrowIsRemoved) {
  TemporaryFolder folder;
  struct rlimit old {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit const small{1 << 20, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    OutputDirectory directory(folder.path("out"), false);
    auto const file = directory.create("explanations_shap/out.csv");
    expect_error([&] { file->write(std::string(2 << 20, 'x')); }, {"output.full", "File too large", "", ""});
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(files_in(folder.path("out")).empty());
}

TEST(OutputFile, ManyWritesAreOneHash) {
  TemporaryFolder folder;
  OutputDirectory directory(folder.path(), false);
  auto const file = directory.create("big");
  for (int i = 0; i < 1000; ++i) file->write(std::string(1000, 'a'));
  auto const written = file->close();
  EXPECT_EQ(written.bytes, 1'000'000U);
  EXPECT_EQ(written.sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");  // FIPS 180-2, B.3
}

TEST(Sha256OfFile, AMissingFileIsNamed) {
  expect_error([&] { static_cast<void>(sha256_of_file("/no/such/file")); }, {"data.open", "No such file", "", ""});
}

}  // namespace
}  // namespace limpid::test
