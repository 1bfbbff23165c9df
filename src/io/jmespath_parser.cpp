// The parser of JMESPath: operator precedence (Pratt 1973), with the binding powers that every implementation of the
// language shares, since projections reach as far to the right as these say.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/jmespath_node.h"

namespace limpid::jmespath {
namespace {

constexpr int kProjectionStop = 10;  ///< tokens that bind less end a projection

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(tokenize(text)) {}

  Node run() {
    auto node = expression(0);
    if (peek() != TokenKind::kEnd) fail("expected the end");
    return node;
  }

 private:
  [[nodiscard]] TokenKind peek(std::size_t ahead = 0) const noexcept {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)].kind;
  }
  Token& next() {
    auto& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  [[noreturn]] void fail(std::string const& message) const {
    auto const at = tokens_[at_].at;
    if (peek() == TokenKind::kEnd) throw Fault{message + ", found the end", at};
    throw Fault{fmt::format("{}, found '{}'", message, text_.substr(at, tokens_[at_ + 1].at - at)), at};
  }
  void expect(TokenKind kind, char const* name) {
    if (peek() != kind) fail(fmt::format("expected {}", name));
    next();
  }

  [[nodiscard]] Node make(NodeKind kind, std::vector<Node> children) const {
    Node node;
    node.kind = kind;
    for (auto const& child : children) node.depth = std::max(node.depth, child.depth + 1);
    if (node.depth > kMaxDepth) throw Fault{"the expression is nested too deeply", tokens_[at_].at};
    node.children = std::move(children);
    return node;
  }
  template <class... Nodes>
  [[nodiscard]] Node make_of(NodeKind kind, Nodes&&... nodes) const {
    std::vector<Node> children;
    (children.push_back(std::forward<Nodes>(nodes)), ...);
    return make(kind, std::move(children));
  }

  /// What binds more tightly than `least`.
  Node expression(int least) {
    if (++nested_ > kMaxDepth) throw Fault{"the expression is nested too deeply", tokens_[at_].at};
    auto left = prefix();
    while (least < power(peek())) left = infix(std::move(left));
    --nested_;
    return left;
  }

  Node prefix();
  Node leaf();
  Node parenthesis();
  Node infix(Node left);
  Node binary(NodeKind kind, Node left);
  Node bracket_prefix();
  Node bracket_infix(Node left);
  Node index(Node left);
  Node projection(NodeKind kind, Node left, int least) { return make_of(kind, std::move(left), projected(least)); }
  Node filter(Node left);
  Node projected(int least);
  Node after_dot(int least);
  Node list();
  Node object();

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nested_ = 0;
};

/// What an expression begins with.
Node Parser::prefix() {
  switch (peek()) {
    case TokenKind::kName:
    case TokenKind::kQuotedName:
    case TokenKind::kLiteral:
      return leaf();
    case TokenKind::kCurrent:
      next();
      return {};
    case TokenKind::kStar:
      next();
      return projection(NodeKind::kValueProjection, {}, power(TokenKind::kStar));
    case TokenKind::kFlatten:
    case TokenKind::kFilter:
      return infix({});
    case TokenKind::kBracket:
      next();
      return bracket_prefix();
    case TokenKind::kBrace:
      next();
      return object();
    case TokenKind::kNot:
      next();
      return make_of(NodeKind::kNot, expression(power(TokenKind::kNot)));
    case TokenKind::kOpen:
      next();
      return parenthesis();
    default:
      fail("expected an expression");
  }
}

Node Parser::parenthesis() {
  auto node = expression(0);
  expect(TokenKind::kClose, "')'");
  return node;
}

/// A field or a literal.
Node Parser::leaf() {
  auto& token = next();
  Node node;
  if (token.kind == TokenKind::kLiteral) {
    node.kind = NodeKind::kLiteral;
    node.value = std::move(token.value);
    return node;
  }
  if (peek() == TokenKind::kOpen) throw Fault{"functions are not supported", tokens_[at_].at};
  node.kind = NodeKind::kField;
  node.text = std::move(token.text);
  return node;
}

/// What goes on after `left`.
Node Parser::infix(Node left) {
  auto const kind = peek();
  switch (kind) {
    case TokenKind::kDot:
      next();
      if (peek() != TokenKind::kStar)
        return make_of(NodeKind::kChain, std::move(left), after_dot(power(TokenKind::kDot)));
      next();
      return projection(NodeKind::kValueProjection, std::move(left), power(TokenKind::kDot));
    case TokenKind::kFlatten:
      next();
      return projection(NodeKind::kProjection, make_of(NodeKind::kFlatten, std::move(left)),
                        power(TokenKind::kFlatten));
    case TokenKind::kFilter:
      next();
      return filter(std::move(left));
    case TokenKind::kBracket:
      next();
      return bracket_infix(std::move(left));
    case TokenKind::kPipe:
      return binary(NodeKind::kChain, std::move(left));
    case TokenKind::kOr:
      return binary(NodeKind::kOr, std::move(left));
    case TokenKind::kAnd:
      return binary(NodeKind::kAnd, std::move(left));
    case TokenKind::kStar:
    case TokenKind::kNot:
    case TokenKind::kBrace:
    case TokenKind::kOpen:
      fail("expected '.', '[', '|' or the end");
    default:
      return binary(NodeKind::kCompare, std::move(left));
  }
}

Node Parser::binary(NodeKind kind, Node left) {
  auto const sign = next().kind;
  auto node = make_of(kind, std::move(left), expression(power(sign)));
  node.comparison = sign;
  return node;
}

/// After a "[" that begins an expression.
Node Parser::bracket_prefix() {
  if (peek() == TokenKind::kNumber || peek() == TokenKind::kColon) return index({});
  if (peek() == TokenKind::kStar && peek(1) == TokenKind::kUnbracket) return bracket_infix({});
  return list();
}

/// After a "[" that follows one.
Node Parser::bracket_infix(Node left) {
  if (peek() == TokenKind::kNumber || peek() == TokenKind::kColon) return index(std::move(left));
  expect(TokenKind::kStar, "an index, a slice or '*'");
  expect(TokenKind::kUnbracket, "']'");
  return projection(NodeKind::kProjection, std::move(left), power(TokenKind::kStar));
}

/// [number] or [start:stop:step], which projects.
Node Parser::index(Node left) {
  Node part;
  part.kind = NodeKind::kIndex;
  std::size_t colons = 0;
  while (peek() != TokenKind::kUnbracket) {
    if (peek() == TokenKind::kColon && colons < 2) {
      ++colons;
      next();
    } else if (peek() == TokenKind::kNumber && !part.parts[colons]) {
      part.parts[colons] = next().number;
    } else {
      fail("expected ']'");
    }
  }
  if (part.parts[2] == 0) throw Fault{"a slice's step cannot be 0", tokens_[at_].at};
  next();
  if (colons == 0) return make_of(NodeKind::kChain, std::move(left), std::move(part));
  part.kind = NodeKind::kSlice;
  return projection(NodeKind::kProjection, make_of(NodeKind::kChain, std::move(left), std::move(part)),
                    power(TokenKind::kStar));
}

Node Parser::filter(Node left) {
  auto condition = expression(0);
  expect(TokenKind::kUnbracket, "']'");
  auto right = peek() == TokenKind::kFlatten ? Node{} : projected(power(TokenKind::kFilter));
  return make_of(NodeKind::kFilter, std::move(left), std::move(right), std::move(condition));
}

/// What a projection does with each of its items.
Node Parser::projected(int least) {
  if (power(peek()) < kProjectionStop) return {};
  if (peek() == TokenKind::kBracket || peek() == TokenKind::kFilter) return expression(least);
  if (peek() != TokenKind::kDot) fail("expected '.', '[' or the end");
  next();
  return after_dot(least);
}

Node Parser::after_dot(int least) {
  switch (peek()) {
    case TokenKind::kName:
    case TokenKind::kQuotedName:
    case TokenKind::kStar:
      return expression(least);
    case TokenKind::kBracket:
      next();
      return list();
    case TokenKind::kBrace:
      next();
      return object();
    default:
      fail("expected a name after the dot");
  }
}

/// After "[": expressions up to "]".
Node Parser::list() {
  std::vector<Node> items;
  items.push_back(expression(0));
  while (peek() == TokenKind::kComma) {
    next();
    items.push_back(expression(0));
  }
  expect(TokenKind::kUnbracket, "',' or ']'");
  return make(NodeKind::kList, std::move(items));
}

/// After "{": names with expressions up to "}".
Node Parser::object() {
  std::vector<std::string> keys;
  std::vector<Node> values;
  while (true) {
    if (peek() != TokenKind::kName && peek() != TokenKind::kQuotedName) fail("expected a name");
    keys.push_back(std::move(next().text));
    expect(TokenKind::kColon, "':'");
    values.push_back(expression(0));
    if (peek() != TokenKind::kComma) break;
    next();
  }
  expect(TokenKind::kUnbrace, "',' or '}'");
  auto node = make(NodeKind::kObject, std::move(values));
  node.keys = std::move(keys);
  return node;
}

}  // namespace

Node parse(std::string_view expression) { return Parser(expression).run(); }

}  // namespace limpid::jmespath
