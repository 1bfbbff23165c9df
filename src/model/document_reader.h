/// A JSON-like document (JSON text or UBJSON), pulled front to back without building a tree of it: memory is the
/// caller's arrays. Nesting is followed without recursion and is limited, so hostile input cannot overflow the stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/loaders.h"

namespace limpid::model {

/// What a reader throws: the loader knows the file and the place in the model and makes an Error of it.
struct ReadError {
  std::string message;     ///< "expected ',' or ']', found 'x'"
  std::size_t offset = 0;  ///< bytes from the start of the file
  bool truncated = false;  ///< the input ended where more had to come
};

/// The Error of a ReadError: the place in the file and, where the loader knows it, in the model ("tree 3,
/// left_children").
[[noreturn]] void fail_to_read(ReadError const& error, std::string const& place, ModelBytes const& model);

class DocumentReader {
 public:
  enum class Kind : std::uint8_t { kObject, kArray, kString, kNumber, kLiteral };  ///< kLiteral: true, false, null

  static constexpr std::size_t kMaxDepth = 64;  ///< XGBoost's documents are 8 levels deep

  explicit DocumentReader(std::span<char const> bytes) noexcept
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}
  DocumentReader(DocumentReader const&) = delete;
  DocumentReader& operator=(DocumentReader const&) = delete;
  virtual ~DocumentReader() = default;

  [[nodiscard]] virtual Kind peek() = 0;

  virtual void open_object() = 0;
  [[nodiscard]] virtual bool next_key(std::string& key) = 0;  ///< false: the object is closed
  virtual void open_array() = 0;
  [[nodiscard]] virtual bool next_element() = 0;  ///< false: the array is closed

  virtual void read_string(std::string& text) = 0;

  /// One number. True and false are 1 and 0; a float is rounded once, to the nearest.
  [[nodiscard]] std::int64_t read_integer() {
    std::int64_t value = 0;
    read_numbers(&value);
    return value;
  }
  void read_number(double& value) { read_numbers(&value); }

  /// A whole array of numbers, replacing `out`. A whole number that `out` cannot hold is a ReadError.
  void read_array(std::vector<float>& out) { read_numbers(&out); }
  void read_array(std::vector<double>& out) { read_numbers(&out); }
  void read_array(std::vector<std::int64_t>& out) { read_numbers(&out); }
  void read_array(std::vector<std::int32_t>& out) { read_numbers(&out); }
  void read_array(std::vector<std::uint8_t>& out) { read_numbers(&out); }

  /// An array that was skipped, from the offset() at which skip() was called; the reader stays where it is. REQUIRES:
  /// the array is not the element of a typed container, which would hold its marker.
  template <class T>
  void read_array_at(std::size_t offset, std::vector<T>& out) {
    char const* const here = at_;
    at_ = begin_ + offset;
    read_array(out);
    at_ = here;
  }

  virtual void skip() = 0;    ///< the next value, whatever it is
  virtual void finish() = 0;  ///< checks that nothing but space follows

  [[nodiscard]] std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }  ///< bytes read

 protected:
  using Numbers = std::variant<std::int64_t*, double*, std::vector<std::int64_t>*, std::vector<std::int32_t>*,
                               std::vector<std::uint8_t>*, std::vector<float>*, std::vector<double>*>;

  virtual void read_numbers(Numbers out) = 0;

  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  char const* begin_;
  char const* at_;
  char const* end_;
};

/// Calls `use(key)` for each key of the object that comes next; `use` must read or skip the value.
template <class Use>
void each_key(DocumentReader& in, Use&& use) {
  std::string key;
  in.open_object();
  while (in.next_key(key)) use(key);
}

}  // namespace limpid::model
