/// The output directory as a transaction (docs/contract.md, Files in DIR): files are written under temporary names and
/// renamed; manifest.json is last and means "complete". After an error nothing but the directory remains.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limpid {

/// A finished file, as the manifest lists it.
struct WrittenFile {
  std::string name;  ///< relative to the directory
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hex
};

/// A file that is being written; SHA-256 is taken on the way. Destroyed unfinished: its temporary file is removed.
class OutputFile {
 public:
  OutputFile(std::string temporary, std::string name);
  ~OutputFile();
  OutputFile(OutputFile const&) = delete;
  OutputFile& operator=(OutputFile const&) = delete;
  void write(std::string_view bytes);  ///< throws Error output.write, output.full
  /// Writes again what was written first: a header that says how many rows there are. REQUIRES: as many bytes.
  void rewrite_begin(std::string_view bytes);
  [[nodiscard]] WrittenFile close();  ///< flushes; the file keeps its temporary name until commit

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class OutputDirectory {
 public:
  /// Creates `path` and its parents. Throws Error output.exists (non-empty without `overwrite`), output.write.
  OutputDirectory(std::string path, bool overwrite);
  ~OutputDirectory();  ///< without commit(): removes what was written
  OutputDirectory(OutputDirectory const&) = delete;
  OutputDirectory& operator=(OutputDirectory const&) = delete;

  [[nodiscard]] std::string const& path() const noexcept;
  [[nodiscard]] std::unique_ptr<OutputFile> create(std::string const& name);
  void add(WrittenFile file);
  [[nodiscard]] std::vector<WrittenFile> const& files() const noexcept;
  void commit();  ///< renames all added files in order; manifest.json must be added last

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Removes limpid's own files from a directory, and the directory where nothing else is in it. None there: no error.
void remove_results(std::string const& path) noexcept;

/// SHA-256 of a file's bytes, hex. Throws Error data.open.
[[nodiscard]] std::string sha256_of_file(std::string const& path);

}  // namespace limpid
