/// DocumentReader over Universal Binary JSON (draft 12), in which XGBoost writes typed arrays: `[$d#L<count>` and
/// then the big-endian values.
#pragma once

#include <span>
#include <string_view>

#include "model/document_reader.h"

namespace limpid::model {

class UbjsonReader final : public DocumentReader {
 public:
  explicit UbjsonReader(std::span<char const> bytes) noexcept
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  [[nodiscard]] Kind peek() override;
  void open_object() override;
  [[nodiscard]] bool next_key(std::string& key) override;
  void open_array() override;
  [[nodiscard]] bool next_element() override;
  void read_string(std::string& text) override;
  [[nodiscard]] std::int64_t read_integer() override;
  void read_array(std::vector<float>& out) override;
  void read_array(std::vector<std::int64_t>& out) override;
  void skip() override;
  void finish() override;
  [[nodiscard]] std::size_t offset() const noexcept override { return static_cast<std::size_t>(at_ - begin_); }

 private:
  struct Container {
    char close;          ///< ']' or '}'
    char type;           ///< marker of every element, or 0
    std::int64_t count;  ///< elements left, or -1 where the closing marker ends it
  };

  [[noreturn]] void fail(std::string const& message) const;
  [[noreturn]] void fail_marker(std::string_view expected, char found) const;
  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  void need(std::uint64_t bytes) const;
  char marker();  ///< of the next value: consumed, except where the container's type stands for it
  std::int64_t read_payload_integer(char type);
  std::int64_t read_length();
  void open(char wanted, std::string_view name);
  void read_container_header(Container& container);
  bool more();
  void take_text(std::string& text, std::int64_t length);
  void skip_payload(char type);
  template <class T>
  void read_value(T& value);
  template <class T>
  void read_numbers(std::vector<T>& out);

  char const* begin_;
  char const* at_;
  char const* end_;
  char peeked_ = 0;  ///< a marker that peek() has consumed
  std::vector<Container> open_;
};

}  // namespace limpid::model
