#include "model/ubjson_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <type_traits>
#include <utility>

namespace limpid::model {
namespace {

/// Bytes of a value of fixed size; 0 for all others. Z, T, F and N have no payload: an array of them would be an
/// unbounded number of values in a few bytes, so it is refused.
constexpr std::uint64_t size_of(char type) noexcept {
  switch (type) {
    case 'i':
    case 'U':
    case 'C':
      return 1;
    case 'I':
      return 2;
    case 'l':
    case 'd':
      return 4;
    case 'L':
    case 'D':
      return 8;
    default:
      return 0;
  }
}

constexpr bool is_type(char type) noexcept {
  return std::string_view("ZNTFiUIlLdDHCS[{").find(type) != std::string_view::npos;
}

/// Big-endian bytes to a number; compilers make one load and a byte swap of it, and SIMD of a loop over it.
template <class U>
U load(char const* bytes) noexcept {
  U bits = 0;
  for (std::size_t i = 0; i < sizeof(U); ++i)
    bits = static_cast<U>(static_cast<U>(bits << (sizeof(U) > 1 ? 8 : 0)) | static_cast<unsigned char>(bytes[i]));
  return bits;
}

/// False where a whole number does not fit into T.
template <class T>
bool load_all(char type, char const* bytes, std::span<T> out) noexcept {
  auto const each = [&](auto read) {
    using Stored = decltype(read(bytes));
    bool fits = true;
    for (std::size_t i = 0; i < out.size(); ++i) {
      auto const stored = read(bytes + i * sizeof(Stored));
      out[i] = static_cast<T>(stored);
      if constexpr (std::is_integral_v<T> && std::is_integral_v<Stored>) fits &= std::in_range<T>(stored);
    }
    return fits;
  };
  switch (type) {
    case 'i':
      return each([](char const* p) { return static_cast<std::int8_t>(*p); });
    case 'C':
    case 'U':
      return each([](char const* p) { return static_cast<std::uint8_t>(*p); });
    case 'I':
      return each([](char const* p) { return static_cast<std::int16_t>(load<std::uint16_t>(p)); });
    case 'l':
      return each([](char const* p) { return static_cast<std::int32_t>(load<std::uint32_t>(p)); });
    case 'L':
      return each([](char const* p) { return static_cast<std::int64_t>(load<std::uint64_t>(p)); });
    case 'd':
      if constexpr (std::is_floating_point_v<T>)
        return each([](char const* p) { return std::bit_cast<float>(load<std::uint32_t>(p)); });
      return false;
    case 'D':
      if constexpr (std::is_floating_point_v<T>)
        return each([](char const* p) { return std::bit_cast<double>(load<std::uint64_t>(p)); });
      return false;
    default:
      return false;
  }
}

template <class T>
constexpr bool holds(char type) noexcept {
  return size_of(type) != 0 && (std::is_floating_point_v<T> || (type != 'd' && type != 'D'));
}

}  // namespace

void UbjsonReader::fail(std::string const& message) const { throw ReadError{message, offset(), false}; }

void UbjsonReader::fail_marker(std::string_view expected, char found) const {
  auto const byte = static_cast<unsigned char>(found);
  std::string const text =
      byte > 0x20 && byte < 0x7f ? fmt::format("marker '{}'", found) : fmt::format("byte 0x{:02x}", byte);
  fail(fmt::format("expected {}, found {}", expected, text));
}

void UbjsonReader::need(std::uint64_t bytes) const {
  if (bytes > left())
    throw ReadError{fmt::format("{} bytes had to come, {} are left", bytes, left()), offset() + left(), true};
}

char UbjsonReader::marker() {
  if (peeked_ != 0) return std::exchange(peeked_, '\0');
  if (!open_.empty() && open_.back().type != 0) return open_.back().type;
  do need(1);
  while (*at_++ == 'N');  // no-op, allowed between values
  return at_[-1];
}

template <class T>
void UbjsonReader::load_checked(char type, std::span<T> out) {
  if (!load_all(type, at_, out)) fail(fmt::format("expected whole numbers of {} bits, found larger", 8 * sizeof(T)));
  at_ += out.size() * size_of(type);
}

std::int64_t UbjsonReader::read_payload_integer(char type) {
  if (!holds<std::int64_t>(type)) fail_marker("a whole number", type);
  need(size_of(type));
  std::int64_t value = 0;
  load_checked(type, std::span(&value, 1));
  return value;
}

std::int64_t UbjsonReader::read_length() {
  need(1);
  char const type = *at_++;
  std::int64_t const length = read_payload_integer(type);
  if (length < 0) fail(fmt::format("a negative length, {}", length));
  return length;
}

DocumentReader::Kind UbjsonReader::peek() {
  peeked_ = marker();
  switch (peeked_) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case 'S':
    case 'H':
      return Kind::kString;
    case 'T':
    case 'F':
    case 'Z':
      return Kind::kLiteral;
    default:
      return Kind::kNumber;
  }
}

void UbjsonReader::read_container_header(Container& container) {
  need(1);
  if (*at_ == '$') {
    need(3);
    container.type = at_[1];
    if (!is_type(container.type)) fail_marker("a type", container.type);
    at_ += 2;
    if (*at_ != '#') fail_marker("'#' after the type of a container", *at_);
  }
  if (*at_ != '#') return;
  ++at_;
  container.count = read_length();
  if (std::string_view("ZNTF").find(container.type == 0 ? '[' : container.type) != std::string_view::npos)
    fail(fmt::format("a container of values of type '{}'", container.type));
  std::uint64_t const least = std::max<std::uint64_t>(1, size_of(container.type));
  auto const count = static_cast<std::uint64_t>(container.count);
  if (count > left() / least) throw ReadError{fmt::format("{} values had to come", count), offset() + left(), true};
}

void UbjsonReader::open(char wanted, std::string_view name) {
  char const found = marker();
  if (found != wanted) fail_marker(name, found);
  if (open_.size() == kMaxDepth) fail(fmt::format("nested deeper than {} levels", kMaxDepth));
  Container container{wanted == '{' ? '}' : ']', 0, -1};
  read_container_header(container);
  open_.push_back(container);
}

void UbjsonReader::open_object() { open('{', "an object"); }
void UbjsonReader::open_array() { open('[', "an array"); }

bool UbjsonReader::more() {
  Container& top = open_.back();
  bool closed = top.count == 0;
  if (top.count < 0) {
    do need(1);
    while (*at_ == 'N' && (++at_, true));
    closed = *at_ == top.close;
    if (closed) ++at_;
  } else if (!closed) {
    --top.count;
  }
  if (closed) open_.pop_back();
  return !closed;
}

bool UbjsonReader::next_key(std::string& key) {
  if (!more()) return false;
  take_text(key, read_length());
  return true;
}

bool UbjsonReader::next_element() { return more(); }

void UbjsonReader::take_text(std::string& text, std::int64_t length) {
  need(static_cast<std::uint64_t>(length));
  text.assign(at_, static_cast<std::size_t>(length));
  at_ += length;
}

void UbjsonReader::read_string(std::string& text) {
  char const type = marker();
  if (type != 'S') fail_marker("a string", type);
  take_text(text, read_length());
}

template <class T>
void UbjsonReader::read_into(T& value) {
  char const type = marker();
  if (holds<T>(type)) {
    need(size_of(type));
    load_checked(type, std::span(&value, 1));
  } else if (type == 'T' || type == 'F') {
    value = type == 'T' ? T{1} : T{0};
  } else {
    fail_marker(std::is_floating_point_v<T> ? "a number" : "a whole number", type);
  }
}

template <class T>
void UbjsonReader::read_into(std::vector<T>& out) {
  out.clear();
  open_array();
  Container const top = open_.back();
  if (top.count < 0 || !holds<T>(top.type)) {
    while (next_element()) read_into(out.emplace_back());
    return;
  }
  auto const count = static_cast<std::size_t>(top.count);  // fits in the rest of the file: read_container_header
  out.resize(count);
  load_checked(top.type, std::span(out));
  open_.pop_back();
}

void UbjsonReader::read_numbers(Numbers out) {
  std::visit([this](auto* into) { read_into(*into); }, out);
}

void UbjsonReader::skip_payload(char type) {
  std::uint64_t size = size_of(type);
  if (type == 'S' || type == 'H')
    size = static_cast<std::uint64_t>(read_length());
  else if (size == 0 && type != 'T' && type != 'F' && type != 'Z')
    fail_marker("a value", type);
  need(size);
  at_ += size;
}

void UbjsonReader::skip() {
  std::size_t const outside = open_.size();
  do {
    if (open_.size() > outside) {
      Container const top = open_.back();
      if (top.close == ']' && top.count > 0 && size_of(top.type) != 0) {
        at_ += static_cast<std::uint64_t>(top.count) * size_of(top.type);
        open_.pop_back();
        continue;
      }
      if (!more()) continue;
      if (top.close == '}') {
        auto const length = static_cast<std::uint64_t>(read_length());
        need(length);
        at_ += length;
      }
    }
    char const type = marker();
    if (type == '{' || type == '[') {
      peeked_ = type;
      open(type, "a container");
    } else {
      skip_payload(type);
    }
  } while (open_.size() > outside);
}

void UbjsonReader::finish() {
  while (at_ != end_ && (*at_ == 'N' || *at_ == '\n')) ++at_;
  if (at_ != end_) fail_marker("the end of the file", *at_);
}

}  // namespace limpid::model
