/// The bytes of a file or of standard input ("-"), read in order; errors are named.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "io/sha256.h"

namespace limpid {

/// Owns the descriptor (not standard input's). Not thread-safe.
class ByteSource {
 public:
  /// Throws Error data.open (missing file, directory, no permission) and data.format (an address: `s3://...`).
  /// `stop` (may be empty) is asked before every read.
  ByteSource(std::string const& path, std::string const& role, std::function<bool()> stop = {});
  ~ByteSource();
  ByteSource(ByteSource const&) = delete;
  ByteSource& operator=(ByteSource const&) = delete;

  /// Fills `buffer` except at the end of the file; returns the bytes read. Throws Error data.open, data.interrupted.
  [[nodiscard]] std::size_t read(char* buffer, std::size_t size);

  /// SHA-256 of all bytes, hex, taken as they were read; reads what is left. May be called again.
  [[nodiscard]] std::string sha256();

 private:
  std::string name_;
  std::string where_;
  std::function<bool()> stop_;
  int descriptor_ = -1;
  Sha256 sha_;
  std::string digest_;
};

/// How messages name the input: the path, or "standard input" for "-".
[[nodiscard]] std::string display_name(std::string const& path);

/// Throws Error data.format when the first bytes are those of a format that is not CSV (Parquet, JSON Lines, ...),
/// naming it and what to do. `json`: JSON Lines are fine too.
void refuse_other_formats(std::string_view head, std::string const& path, std::string const& role, bool json = false);

/// JSON Lines begin with an object or with an array of arrays or objects; no CSV header does.
[[nodiscard]] bool looks_like_json(std::string_view head) noexcept;

[[nodiscard]] bool is_gzip(std::string_view head) noexcept;

}  // namespace limpid
