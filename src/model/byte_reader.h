/// Little-endian values from bytes in memory, none beyond their end.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "model/document_reader.h"

namespace limpid::model {

class ByteReader {
 public:
  explicit ByteReader(std::span<char const> bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::size_t offset() const noexcept { return at_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  [[nodiscard]] bool starts_with(std::string_view text) const noexcept {
    return std::string_view(bytes_.data(), bytes_.size()).substr(at_).starts_with(text);
  }

  /// Throws ReadError (truncated) unless `count` values of `size` bytes are left.
  void need(std::uint64_t count, std::uint64_t size = 1) const {
    if (count > left() / size) throw ReadError{"more bytes had to come", bytes_.size(), true};
  }

  /// REQUIRES: need() was called for all that is skipped or taken.
  void skip(std::size_t bytes) noexcept { at_ += bytes; }

  template <class T>
  [[nodiscard]] T take() noexcept {
    static_assert(std::endian::native == std::endian::little, "files are little-endian");
    T value{};
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  [[nodiscard]] std::string_view take_bytes(std::size_t count) noexcept {
    std::string_view const text(bytes_.data() + at_, count);
    at_ += count;
    return text;
  }

 private:
  std::span<char const> bytes_;
  std::size_t at_ = 0;
};

}  // namespace limpid::model
