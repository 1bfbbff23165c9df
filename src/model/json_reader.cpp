#include "model/json_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>
#include <type_traits>
#include <utility>

namespace limpid::model {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

std::string quoted(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02x}", byte);
}

void append_utf8(std::string& text, unsigned code) {
  auto const put = [&text](unsigned byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace

JsonReader::JsonReader(std::span<char const> bytes) noexcept : DocumentReader(bytes) {
  read_literal("\xef\xbb\xbf");  // byte order mark
}

/// A number or word that the end of the file cuts short is no syntax error but a truncated file.
void JsonReader::fail(std::string const& message) const {
  static constexpr std::ptrdiff_t kLongestWord = 32;
  bool const cut = !first_.empty() && end_ - at_ < kLongestWord && std::all_of(at_, end_, is_word);
  throw ReadError{message, offset(), at_ == end_ || cut};
}

void JsonReader::fail_expected(std::string_view expected) const {
  if (at_ == end_) fail(fmt::format("expected {}, found the end of the file", expected));
  fail(fmt::format("expected {}, found {}", expected, quoted(*at_)));
}

char JsonReader::next_char() {
  while (at_ != end_ && is_space(*at_)) ++at_;
  if (at_ == end_) fail("found the end of the file");
  return *at_;
}

void JsonReader::expect(char wanted, std::string_view name) {
  if (next_char() != wanted) fail_expected(name);
  ++at_;
}

void JsonReader::push() {
  if (first_.size() == kMaxDepth) fail(fmt::format("nested deeper than {} levels", kMaxDepth));
  first_.push_back(1);
}

DocumentReader::Kind JsonReader::peek() {
  switch (next_char()) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
    case 'f':
    case 'n':
      return Kind::kLiteral;
    default:
      return Kind::kNumber;
  }
}

void JsonReader::open_object() {
  expect('{', "an object");
  push();
}

void JsonReader::open_array() {
  expect('[', "an array");
  push();
}

/// After an opening bracket or an element: true where another element follows.
bool JsonReader::close_or_comma(char close, std::string_view expected) {
  char const c = next_char();
  bool const first = std::exchange(first_.back(), '\0') != 0;
  if (c == close) {
    ++at_;
    first_.pop_back();
    return false;
  }
  if (first) return true;
  if (c != ',') fail_expected(expected);
  ++at_;
  return true;
}

bool JsonReader::next_key(std::string& key) {
  if (!close_or_comma('}', "',' or '}'")) return false;
  read_string(key);
  expect(':', "':'");
  return true;
}

bool JsonReader::next_element() { return close_or_comma(']', "',' or ']'"); }

void JsonReader::read_string(std::string& text) {
  expect('"', "a string");
  text.clear();
  while (true) {
    char const* const run = at_;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\') ++at_;
    text.append(run, at_);
    if (at_ == end_) fail("a string without its closing quote");
    if (*at_++ == '"') return;
    read_escape(text);
  }
}

void JsonReader::read_escape(std::string& text) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ == end_) fail("a string without its closing quote");
  if (auto const i = kLetters.find(*at_); i != std::string_view::npos) {
    text.push_back(kMeanings[i]);
    ++at_;
    return;
  }
  if (*at_ != 'u') fail_expected("an escape of JSON after '\\'");
  ++at_;
  unsigned code = read_hex4();
  if (code >= 0xd800 && code < 0xdc00 && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u') {
    at_ += 2;
    unsigned const low = read_hex4();
    if (low < 0xdc00 || low > 0xdfff) fail("half of a surrogate pair in a string");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(text, code);
}

unsigned JsonReader::read_hex4() {
  unsigned code = 0;
  if (end_ - at_ < 4) {
    at_ = end_;
    fail("a string without its closing quote");
  }
  auto const [last, error] = std::from_chars(at_, at_ + 4, code, 16);
  if (error != std::errc() || last != at_ + 4) fail_expected("four hexadecimal digits");
  at_ = last;
  return code;
}

bool JsonReader::read_literal(std::string_view word) noexcept {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
    return false;
  at_ += word.size();
  return true;
}

/// A plain number; false: no digit comes next.
template <class Float>
bool JsonReader::read_float(Float& value) {
  auto const [last, error] = std::from_chars(at_, end_, value);
  bool const plain = is_digit(*at_) || (*at_ == '-' && last - at_ > 1 && is_digit(at_[1]));
  if (!plain) return false;
  if (error == std::errc::result_out_of_range) {
    double wide = 0.0;  // too small for a float is 0, too large is infinity: what a correctly rounded cast gives
    if (std::from_chars(at_, last, wide).ec != std::errc()) fail_expected("a number that a double can hold");
    value = static_cast<Float>(wide);
  }
  at_ = last;
  return true;
}

template <class T>
void JsonReader::read_into(T& value) {
  next_char();
  if constexpr (std::is_floating_point_v<T>) {
    if (read_float(value)) return;
    bool const minus = *at_ == '-';
    if (read_literal(minus ? "-Infinity" : "Infinity")) {
      value = std::numeric_limits<T>::infinity() * (minus ? T{-1} : T{1});
      return;
    }
    if (read_literal("NaN")) {
      value = std::numeric_limits<T>::quiet_NaN();
      return;
    }
  } else {
    auto const [last, error] = std::from_chars(at_, end_, value);
    if (error == std::errc()) {
      at_ = last;
      if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) fail_expected("a whole number");
      return;
    }
  }
  bool const truth = *at_ == 't';
  if (!read_literal(truth ? "true" : "false"))
    fail_expected(std::is_floating_point_v<T> ? "a number" : fmt::format("a whole number of {} bits", 8 * sizeof(T)));
  value = truth ? T{1} : T{0};
}

template <class T>
void JsonReader::read_into(std::vector<T>& out) {
  out.clear();
  open_array();
  while (next_element()) {
    T value{};
    read_into(value);
    out.push_back(value);
  }
}

void JsonReader::read_numbers(Numbers out) {
  std::visit([this](auto* into) { read_into(*into); }, out);
}

void JsonReader::skip_string() {
  ++at_;
  while (at_ != end_ && *at_ != '"') at_ += (*at_ == '\\' && end_ - at_ > 1) ? 2 : 1;
  if (at_ == end_) fail("a string without its closing quote");
  ++at_;
}

void JsonReader::skip_scalar() {
  char const* const run = at_;
  while (at_ != end_ && *at_ != ',' && *at_ != ']' && *at_ != '}' && *at_ != '"' && !is_space(*at_)) ++at_;
  if (at_ == run) fail_expected("a value");
}

/// What is skipped is checked for its brackets and quotes alone.
void JsonReader::skip() {
  std::string closers;
  do {
    char const c = next_char();
    if (c == '"') {
      skip_string();
    } else if (c == '{' || c == '[') {
      if (first_.size() + closers.size() == kMaxDepth) fail(fmt::format("nested deeper than {} levels", kMaxDepth));
      closers.push_back(c == '{' ? '}' : ']');
      ++at_;
    } else if (!closers.empty() && c == closers.back()) {
      closers.pop_back();
      ++at_;
    } else if (!closers.empty() && (c == ',' || c == ':')) {
      ++at_;
    } else {
      skip_scalar();
    }
  } while (!closers.empty());
}

void JsonReader::finish() {
  while (at_ != end_ && is_space(*at_)) ++at_;
  if (at_ != end_) fail_expected("the end of the file");
}

}  // namespace limpid::model
