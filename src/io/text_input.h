/// The text of an input file: opened, told apart from other formats, gzip undone, byte order mark dropped. Its first
/// bytes can be looked at before reading starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace limpid {

/// Thread safety: one thread at a time.
class TextInput {
 public:
  enum class Json : std::uint8_t { kRefused, kTaken };
  /// Throws Error data.open, data.format, data.empty.
  TextInput(std::string path, std::string role, std::function<bool()> stop = {}, Json json = Json::kRefused);
  ~TextInput();
  TextInput(TextInput const&) = delete;
  TextInput& operator=(TextInput const&) = delete;

  /// The first bytes, as far as they were looked at.
  [[nodiscard]] std::string_view peeked() const noexcept;
  void peek_more();                                ///< at least doubles them, but at the end
  [[nodiscard]] bool peeked_all() const noexcept;  ///< the text ends with peeked()

  /// Fills `buffer` but at the end of the text; returns the bytes read. The first call ends looking ahead. Throws Error
  /// data.open, data.format (damaged gzip).
  [[nodiscard]] std::size_t read(char* buffer, std::size_t size);
  void skip_peeked(std::size_t size);  ///< drops the first bytes of what was looked at

  [[nodiscard]] std::string where() const;  ///< "--data rows.csv"

  /// SHA-256 of the file as it is stored, hex; reads what is left of it.
  [[nodiscard]] std::string sha256();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace limpid
