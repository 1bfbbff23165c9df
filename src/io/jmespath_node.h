/// The parts of a JMESPath expression: tokens, and the tree that the parser makes of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/json_value.h"

namespace limpid::jmespath {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,        ///< text: the identifier
  kQuotedName,  ///< likewise
  kLiteral,     ///< value
  kNumber,      ///< number
  kDot,
  kStar,
  kComma,
  kColon,
  kCurrent,    ///< @
  kOpen,       ///< (
  kClose,      ///< )
  kBracket,    ///< [
  kUnbracket,  ///< ]
  kFlatten,    ///< []
  kFilter,     ///< [?
  kBrace,      ///< {
  kUnbrace,    ///< }
  kPipe,
  kOr,
  kAnd,
  kNot,
  kReference,  ///< &
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t at = 0;  ///< byte of the expression
  std::string text;
  std::int64_t number = 0;
  JsonValue value;
};

/// What is wrong with an expression, and where; the parser's caller makes an Error of it.
struct Fault {
  std::string message;
  std::size_t at = 0;
};

/// How tightly a token binds what is left of it; 0: not at all.
[[nodiscard]] int power(TokenKind kind) noexcept;

/// The last token is kEnd. Throws Fault.
[[nodiscard]] std::vector<Token> tokenize(std::string_view expression);

enum class NodeKind : std::uint8_t {
  kCurrent,
  kField,            ///< text
  kIndex,            ///< parts[0]
  kSlice,            ///< parts
  kLiteral,          ///< value
  kChain,            ///< the second of the first: sub-expression, pipe
  kProjection,       ///< the second of every item of the first, an array
  kValueProjection,  ///< likewise of every member's value of an object
  kFilter,           ///< likewise of the items for which the third is true
  kFlatten,
  kList,    ///< an array of the children
  kObject,  ///< an object of the children by `keys`
  kOr,
  kAnd,
  kNot,
  kCompare,  ///< by `comparison`
};

/// Depth of a tree and of the parser's recursion.
inline constexpr int kMaxDepth = 200;

struct Node {
  NodeKind kind = NodeKind::kCurrent;
  std::string text;
  std::array<std::optional<std::int64_t>, 3> parts{};
  JsonValue value;
  TokenKind comparison = TokenKind::kEqual;
  std::vector<std::string> keys;
  std::vector<Node> children;
  int depth = 1;  ///< of the tree below, itself included
};

/// Throws Fault.
[[nodiscard]] Node parse(std::string_view expression);

}  // namespace limpid::jmespath
