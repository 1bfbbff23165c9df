/// DocumentReader over JSON text. Beyond the standard it takes NaN, Infinity and -Infinity, which XGBoost writes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/document_reader.h"

namespace limpid::model {

class JsonReader final : public DocumentReader {
 public:
  explicit JsonReader(std::span<char const> bytes) noexcept;

  [[nodiscard]] Kind peek() override;
  void open_object() override;
  [[nodiscard]] bool next_key(std::string& key) override;
  void open_array() override;
  [[nodiscard]] bool next_element() override;
  void read_string(std::string& text) override;
  void skip() override;
  void finish() override;

 private:
  [[noreturn]] void fail(std::string const& message) const;
  [[noreturn]] void fail_expected(std::string_view expected) const;
  char next_char();  ///< the next character that is no space, not consumed; fails at the end
  void expect(char wanted, std::string_view name);
  bool close_or_comma(char close, std::string_view expected);
  void push();
  void read_escape(std::string& text);
  unsigned read_hex4();
  bool read_literal(std::string_view word) noexcept;
  void skip_string();
  void skip_scalar();
  void read_numbers(Numbers out) override;
  template <class Float>
  bool read_float(Float& value);
  template <class T>
  void read_into(T& value);
  template <class T>
  void read_into(std::vector<T>& out);

  std::vector<char> first_;  ///< per open container: 1 before its first element
};

}  // namespace limpid::model
