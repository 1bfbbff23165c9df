// The lexer of JMESPath.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "io/cell_errors.h"
#include "io/jmespath_node.h"

namespace limpid::jmespath {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool starts_name(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string with(std::string text, std::string_view old_part, std::string_view new_part) {
  for (auto at = text.find(old_part); at != std::string::npos; at = text.find(old_part, at + new_part.size())) {
    text.replace(at, old_part.size(), new_part);
  }
  return text;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else {
        start_ = at_;
        take();
      }
    }
    start_ = at_;
    add(TokenKind::kEnd);
    return std::move(tokens_);
  }

 private:
  Token& add(TokenKind kind) {
    auto& token = tokens_.emplace_back();
    token.kind = kind;
    token.at = start_;
    return token;
  }
  [[noreturn]] void fail(std::string message) const { throw Fault{std::move(message), start_}; }

  /// Adds `kind` where the text goes on with `word`.
  bool take_word(std::string_view word, TokenKind kind) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    add(kind);
    return true;
  }

  void take() {
    static constexpr std::pair<std::string_view, TokenKind> kWords[] = {
        // longer ones first
        {"[]", TokenKind::kFlatten},   {"[?", TokenKind::kFilter},       {"||", TokenKind::kOr},
        {"&&", TokenKind::kAnd},       {"==", TokenKind::kEqual},        {"!=", TokenKind::kUnequal},
        {"<=", TokenKind::kLessEqual}, {">=", TokenKind::kGreaterEqual}, {".", TokenKind::kDot},
        {"*", TokenKind::kStar},       {",", TokenKind::kComma},         {":", TokenKind::kColon},
        {"@", TokenKind::kCurrent},    {"(", TokenKind::kOpen},          {")", TokenKind::kClose},
        {"[", TokenKind::kBracket},    {"]", TokenKind::kUnbracket},     {"{", TokenKind::kBrace},
        {"}", TokenKind::kUnbrace},    {"|", TokenKind::kPipe},          {"&", TokenKind::kReference},
        {"!", TokenKind::kNot},        {"<", TokenKind::kLess},          {">", TokenKind::kGreater}};
    for (auto const& [word, kind] : kWords) {
      if (take_word(word, kind)) return;
    }
    char const c = text_[at_];
    if (starts_name(c)) return take_name();
    if (is_digit(c) || c == '-') return take_number();
    if (c == '"') return take_quoted_name();
    if (c == '`') return take_literal();
    if (c == '\'') {
      auto text = with(until('\''), "\\'", "'");
      add(TokenKind::kLiteral).value.data = std::move(text);
      return;
    }
    fail(fmt::format("{} has no meaning here", shown(text_.substr(at_, 1))));
  }

  void take_name() {
    while (at_ < text_.size() && (starts_name(text_[at_]) || is_digit(text_[at_]))) ++at_;
    add(TokenKind::kName).text = text_.substr(start_, at_ - start_);
  }

  void take_number() {
    ++at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    auto& token = add(TokenKind::kNumber);
    auto const read = std::from_chars(text_.data() + start_, text_.data() + at_, token.number);
    if (read.ec != std::errc() || read.ptr != text_.data() + at_) {
      fail(fmt::format("{} is no index", shown(text_.substr(start_, at_ - start_))));
    }
  }

  /// The text up to the next `close` that has no backslash before it, backslashes kept.
  std::string until(char close) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != close; ++at_) {
      if (text_[at_] == '\\') out += text_[at_++];
      if (at_ == text_.size()) break;
      out += text_[at_];
    }
    if (at_ >= text_.size()) fail(fmt::format("the {} is not closed", shown({&close, 1})));
    ++at_;
    return out;
  }

  void take_quoted_name() {
    JsonValue name;
    auto const fault = parse_json("\"" + until('"') + "\"", name);
    if (fault) fail("the quoted name is no JSON string: " + fault->message);
    add(TokenKind::kQuotedName).text = std::move(std::get<std::string>(name.data));
  }

  /// JSON; what is none is a string without its quotes, as in the first version of the language.
  void take_literal() {
    auto const text = with(until('`'), "\\`", "`");
    JsonValue value;
    if (parse_json(text, value)) {
      auto const bare = text.substr(std::min(text.find_first_not_of(" \t\n\r"), text.size()));
      auto const fault = parse_json("\"" + bare + "\"", value);
      if (fault) fail("the literal is no JSON: " + fault->message);
    }
    add(TokenKind::kLiteral).value = std::move(value);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

int power(TokenKind kind) noexcept {
  static constexpr std::pair<TokenKind, int> kPowers[] = {
      {TokenKind::kPipe, 1},         {TokenKind::kOr, 2},      {TokenKind::kAnd, 3},       {TokenKind::kEqual, 5},
      {TokenKind::kUnequal, 5},      {TokenKind::kLess, 5},    {TokenKind::kLessEqual, 5}, {TokenKind::kGreater, 5},
      {TokenKind::kGreaterEqual, 5}, {TokenKind::kFlatten, 9}, {TokenKind::kStar, 20},     {TokenKind::kFilter, 21},
      {TokenKind::kDot, 40},         {TokenKind::kNot, 45},    {TokenKind::kBrace, 50},    {TokenKind::kBracket, 55},
      {TokenKind::kOpen, 60}};
  for (auto const& [known, value] : kPowers) {
    if (known == kind) return value;
  }
  return 0;
}

std::vector<Token> tokenize(std::string_view expression) { return Lexer(expression).run(); }

}  // namespace limpid::jmespath
