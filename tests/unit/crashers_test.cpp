/// Inputs that fuzzing once found to crash, hang or take much memory (tests/fuzz/crashers/<fuzzer>/): each ends in a
/// model or an Error, whatever the format that it is read as.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "limpid/error.h"
#include "model/format.h"
#include "model/read_model.h"

namespace limpid {
namespace {

namespace fs = std::filesystem;

TEST(Crashers, EndInAModelOrAnError) {
  fs::path const folder = fs::path(LIMPID_FIXTURES).parent_path() / "fuzz/crashers";
  ASSERT_TRUE(fs::is_directory(folder));
  for (auto const& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file() || file.path().parent_path().filename() == "csv") continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(in), {}};
    for (auto const& format : model::format_names()) {
      try {
        EXPECT_GE(model::read_models(bytes, file.path().string(), {format}).members.size(), 1U);
      } catch (Error const& error) {
        EXPECT_EQ(error.exit_code(), 4) << file.path() << " as " << format << ": " << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace limpid
