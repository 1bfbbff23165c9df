/// DocumentReader over Universal Binary JSON (draft 12), in which XGBoost writes typed arrays: `[$d#L<count>` and
/// then the big-endian values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/document_reader.h"

namespace limpid::model {

class UbjsonReader final : public DocumentReader {
 public:
  using DocumentReader::DocumentReader;

  [[nodiscard]] Kind peek() override;
  void open_object() override;
  [[nodiscard]] bool next_key(std::string& key) override;
  void open_array() override;
  [[nodiscard]] bool next_element() override;
  void read_string(std::string& text) override;
  void skip() override;
  void finish() override;

 private:
  struct Container {
    char close;          ///< ']' or '}'
    char type;           ///< marker of every element, or 0
    std::int64_t count;  ///< elements left, or -1 where the closing marker ends it
  };

  [[noreturn]] void fail(std::string const& message) const;
  [[noreturn]] void fail_marker(std::string_view expected, char found) const;
  void need(std::uint64_t bytes) const;
  char marker();  ///< of the next value: consumed, except where the container's type stands for it
  std::int64_t read_payload_integer(char type);
  std::int64_t read_length();
  void open(char wanted, std::string_view name);
  void read_container_header(Container& container);
  bool more();
  void take_text(std::string& text, std::int64_t length);
  void skip_payload(char type);
  void read_numbers(Numbers out) override;
  template <class T>
  void load_checked(char type, std::span<T> out);  ///< REQUIRES: the bytes are there
  template <class T>
  void read_into(T& value);
  template <class T>
  void read_into(std::vector<T>& out);

  char peeked_ = 0;  ///< a marker that peek() has consumed
  std::vector<Container> open_;
};

}  // namespace limpid::model
