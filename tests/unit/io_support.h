/// What the tests of src/io share: real files in a temporary folder, models by their feature names, expected errors.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/row_source.h"
#include "limpid/error.h"

namespace limpid::test {

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "limpid-io-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, error);
    std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;

  [[nodiscard]] std::string path(std::string const& name = {}) const {
    return name.empty() ? path_ : (std::filesystem::path(path_) / name).string();
  }
  [[nodiscard]] std::string write(std::string const& name, std::string_view bytes) const {
    std::ofstream out(path(name), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }

 private:
  std::string path_;
};

[[nodiscard]] inline std::string contents(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// path -> path.gz, by the gzip program, so that the reader meets what users have.
inline void compress(std::string const& path) {
  std::string program = "gzip";
  std::string force = "-f";
  std::string file = path;
  std::array<char*, 4> arguments{program.data(), force.data(), file.data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(::posix_spawnp(&child, "gzip", nullptr, nullptr, arguments.data(), environ), 0);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

[[nodiscard]] inline Ensemble named_model(std::vector<std::string> const& names) {
  Ensemble model;
  model.named_features = true;
  for (auto const& name : names) model.features.emplace_back().name = name;
  return model;
}

[[nodiscard]] inline Ensemble unnamed_model(std::size_t features) {
  Ensemble model;
  model.features.resize(features);
  return model;
}

/// An Error by its code and parts of its three texts.
struct ExpectedError {
  std::string code;
  std::string message;
  std::string where;
  std::string hint;
};

template <class Body>
void expect_error(Body const& body, ExpectedError const& expected) {
  try {
    body();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), expected.code);
    EXPECT_THAT(error.what(), testing::HasSubstr(expected.message));
    EXPECT_THAT(error.where(), testing::HasSubstr(expected.where));
    EXPECT_THAT(error.hint(), testing::HasSubstr(expected.hint));
    return;
  }
  ADD_FAILURE() << "no error, expected " << expected.code << ": " << expected.message;
}

/// All rows of a file, read `max_rows` at a time: values by row, NaN where missing.
struct ReadRows {
  std::vector<std::vector<double>> values;  ///< [R][M] in the model's feature order
  std::vector<std::string> ids;
  DataSchema schema;
};

[[nodiscard]] inline ReadRows read_rows(ReadOptions const& options, Ensemble const& model, std::int64_t max_rows = 64) {
  ReadRows all;
  auto const source = open_rows(options, model);
  RowChunk chunk;
  std::int64_t rows = 0;
  bool last = false;
  while (source->next(max_rows, chunk)) {
    EXPECT_FALSE(last) << "a short chunk that is not the last";
    EXPECT_EQ(chunk.first_row, rows);
    EXPECT_EQ(chunk.stride % 64, 0);
    EXPECT_LE(chunk.rows, chunk.stride);
    last = chunk.rows < max_rows;
    rows += chunk.rows;
    for (std::int64_t r = 0; r < chunk.rows; ++r) {
      auto& row = all.values.emplace_back();
      for (std::size_t f = 0; f < model.features.size(); ++f) {
        row.push_back(chunk.values[f * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(r)]);
      }
    }
    all.ids.insert(all.ids.end(), chunk.ids.begin(), chunk.ids.end());
  }
  all.schema = source->schema();
  return all;
}

}  // namespace limpid::test
