/// A JSON document in memory, as JMESPath walks over it: members of objects in the order of the document, numbers with
/// the text that they were written in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace limpid {

struct JsonMember;

struct JsonNumber {
  double value = 0.0;  ///< finite
  std::string text;    ///< as written; integers in canonical form
};

struct JsonValue {
  using Array = std::vector<JsonValue>;
  using Object = std::vector<JsonMember>;

  std::variant<std::monostate, bool, JsonNumber, std::string, Array, Object> data;  ///< monostate: null

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(data); }
  [[nodiscard]] bool const* boolean() const noexcept { return std::get_if<bool>(&data); }
  [[nodiscard]] JsonNumber const* number() const noexcept { return std::get_if<JsonNumber>(&data); }
  [[nodiscard]] std::string const* string() const noexcept { return std::get_if<std::string>(&data); }
  [[nodiscard]] Array const* array() const noexcept { return std::get_if<Array>(&data); }
  [[nodiscard]] Object const* object() const noexcept { return std::get_if<Object>(&data); }
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

struct JsonFault {
  std::string message;
  std::size_t offset = 0;  ///< byte after the one that broke it, 1-based
};

/// Parses one document; of a member that comes twice the last counts, at the place of the first (as Python's json has
/// it). Nothing where it is well-formed: RFC 8259, UTF-8, at most 256 levels, numbers within double.
[[nodiscard]] std::optional<JsonFault> parse_json(std::string_view text, JsonValue& out);

/// The member of that name, or null where it is no object or has none.
[[nodiscard]] JsonValue const* find_member(JsonValue const& value, std::string_view name) noexcept;

/// Deep equality: numbers by value, objects whatever their order.
[[nodiscard]] bool equal_json(JsonValue const& a, JsonValue const& b);

/// Its compact text in a message, cut when long.
[[nodiscard]] std::string shown_json(JsonValue const& value);

}  // namespace limpid
