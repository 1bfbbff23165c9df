/// The lines of a JSON Lines file, one document each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "io/json_value.h"
#include "io/text_input.h"

namespace limpid {

/// Thread safety: one thread at a time.
class JsonLines {
 public:
  /// Throws Error data.open, data.format, data.empty.
  JsonLines(std::string const& path, std::string const& role, std::function<bool()> stop);

  /// The next line that is not blank; false at the end. Throws Error data.format (damaged gzip), data.value (no JSON,
  /// longer than 64 MiB).
  [[nodiscard]] bool next(JsonValue& out);
  /// Until read_again(), the lines end after about `bytes`, and rewind() goes back to the first. REQUIRES: right after
  /// opening.
  void remember(std::size_t bytes) { remembered_bytes_ = bytes; }
  void rewind() noexcept;
  void read_again() noexcept;  ///< from the first line to the last

  [[nodiscard]] std::int64_t line() const noexcept { return line_; }  ///< of the last one, 1-based
  [[nodiscard]] std::string where() const;                            ///< "--data rows.jsonl, line 3"
  [[nodiscard]] std::string sha256() { return input_.sha256(); }

 private:
  [[nodiscard]] bool next_text(std::string& out);

  TextInput input_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool at_end_ = false;
  std::int64_t line_ = 0;
  std::size_t remembered_bytes_ = 0;
};

}  // namespace limpid
