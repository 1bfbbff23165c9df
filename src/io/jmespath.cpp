// Evaluation of JMESPath expressions.
#include "io/jmespath.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "io/jmespath_node.h"
#include "limpid/error.h"

namespace limpid {
namespace {

using jmespath::Node;
using jmespath::NodeKind;
using jmespath::TokenKind;
using Result = JmespathResult;

constexpr std::int64_t kMostValues = std::int64_t{1} << 22;  ///< that an expression may copy: about 250 MB

/// What an expression makes more than.
struct TooMany {};

JsonValue const& null_value() {
  static JsonValue const value;
  return value;
}

/// As the language counts truth: 0 is true.
bool is_false(JsonValue const& value) {
  if (value.is_null()) return true;
  if (auto const* const truth = value.boolean()) return !*truth;
  if (auto const* const text = value.string()) return text->empty();
  if (auto const* const items = value.array()) return items->empty();
  if (auto const* const members = value.object()) return members->empty();
  return false;
}

template <class T>
bool in_order(T const& a, T const& b, TokenKind comparison) {
  switch (comparison) {
    case TokenKind::kLess:
      return a < b;
    case TokenKind::kLessEqual:
      return a <= b;
    case TokenKind::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

/// Numbers with numbers and texts with texts have an order; anything else is null.
JsonValue compare(JsonValue const& a, JsonValue const& b, TokenKind comparison) {
  if (comparison == TokenKind::kEqual) return {equal_json(a, b)};
  if (comparison == TokenKind::kUnequal) return {!equal_json(a, b)};
  if (a.number() != nullptr && b.number() != nullptr) {
    return {in_order(a.number()->value, b.number()->value, comparison)};
  }
  if (a.string() != nullptr && b.string() != nullptr) return {in_order(*a.string(), *b.string(), comparison)};
  return {};
}

/// One evaluation. A result that was made moves its parts out; what is in the document is copied when it goes into
/// something made.
class Evaluation {
 public:
  Result run(Node const& node, Result in) {
    switch (node.kind) {
      case NodeKind::kCurrent:
        return in;
      case NodeKind::kField:
        return field(node, std::move(in));
      case NodeKind::kIndex:
        return index(node, std::move(in));
      case NodeKind::kSlice:
        return slice(node, *in);
      case NodeKind::kLiteral:
        return Result(node.value);
      case NodeKind::kChain:
        return run(node.children[1], run(node.children[0], std::move(in)));
      case NodeKind::kProjection:
      case NodeKind::kValueProjection:
      case NodeKind::kFilter:
        return project(node, run(node.children[0], std::move(in)));
      case NodeKind::kFlatten:
        return flatten(run(node.children[0], std::move(in)));
      case NodeKind::kList:
      case NodeKind::kObject:
        return select(node, *in);
      case NodeKind::kOr:
      case NodeKind::kAnd:
        return either(node, std::move(in));
      case NodeKind::kNot:
        return Result(JsonValue{is_false(*run(node.children[0], std::move(in)))});
      case NodeKind::kCompare:
        return Result(
            compare(*run(node.children[0], Result(*in)), *run(node.children[1], Result(*in)), node.comparison));
    }
    return Result(null_value());
  }

 private:
  void count() {
    if (++values_ > kMostValues) throw TooMany{};
  }

  JsonValue copy(JsonValue const& value) {
    count();
    if (auto const* const items = value.array()) {
      JsonValue::Array out;
      out.reserve(items->size());
      for (auto const& item : *items) out.push_back(copy(item));
      return {std::move(out)};
    }
    if (auto const* const members = value.object()) {
      JsonValue::Object out;
      out.reserve(members->size());
      for (auto const& member : *members) out.push_back({member.name, copy(member.value)});
      return {std::move(out)};
    }
    return value;
  }

  JsonValue take(Result&& result) {
    if (result.made() != nullptr) return std::move(*result.made());
    return copy(*result);
  }

  /// A part of `whole`, which outlives it only where it is in the document.
  static Result part_of(Result& whole, JsonValue const* part) {
    if (part == nullptr) return Result(null_value());
    if (whole.made() == nullptr) return Result(*part);
    return Result(std::move(const_cast<JsonValue&>(*part)));  // NOLINT: it lies in what `whole` lets be moved from
  }

  static Result field(Node const& node, Result in) { return part_of(in, find_member(*in, node.text)); }

  static Result index(Node const& node, Result in) {
    auto const* const items = in->array();
    if (items == nullptr) return Result(null_value());
    auto const size = static_cast<std::int64_t>(items->size());
    auto const at = *node.parts[0] < 0 ? *node.parts[0] + size : *node.parts[0];
    return part_of(in, at < 0 || at >= size ? nullptr : &(*items)[static_cast<std::size_t>(at)]);
  }

  /// The left side of an "or" that is true, of an "and" that is false; else the right one.
  Result either(Node const& node, Result in) {
    auto left = run(node.children[0], Result(*in));
    if (is_false(*left) != (node.kind == NodeKind::kAnd)) return run(node.children[1], std::move(in));
    return in.made() == nullptr ? std::move(left) : Result(take(std::move(left)));
  }

  /// Python's rules: negative positions count from the end, what lies outside is cut.
  Result slice(Node const& node, JsonValue const& in) {
    auto const* const items = in.array();
    if (items == nullptr) return Result(null_value());
    auto const size = static_cast<std::int64_t>(items->size());
    auto const step = node.parts[2].value_or(1);
    auto const lowest = step > 0 ? std::int64_t{0} : std::int64_t{-1};
    auto const highest = step > 0 ? size : size - 1;
    auto const clamped = [&](std::optional<std::int64_t> part, std::int64_t fallback) {
      if (!part) return fallback;
      return std::clamp(*part < 0 ? std::max(*part + size, std::int64_t{-1}) : *part, lowest, highest);
    };
    auto const start = clamped(node.parts[0], step > 0 ? lowest : highest);
    auto const stop = clamped(node.parts[1], step > 0 ? highest : lowest);
    JsonValue::Array out;
    auto const left = [&](std::int64_t at) { return step > 0 ? stop - at : at - stop; };
    auto const stride = step > 0 ? step : (step == INT64_MIN ? INT64_MAX : -step);
    for (auto at = start; left(at) > 0;) {
      out.push_back(copy((*items)[static_cast<std::size_t>(at)]));
      if (left(at) <= stride) break;
      at += step > 0 ? stride : -stride;
    }
    return Result(JsonValue{std::move(out)});
  }

  Result project(Node const& node, Result const& base) {
    JsonValue::Array out;
    auto const use = [&](JsonValue const& item) {
      if (node.kind == NodeKind::kFilter && is_false(*run(node.children[2], Result(item)))) return;
      auto made = run(node.children[1], Result(item));
      if (!made->is_null()) out.push_back(take(std::move(made)));
    };
    if (node.kind == NodeKind::kValueProjection) {
      if (base->object() == nullptr) return Result(null_value());
      for (auto const& member : *base->object()) use(member.value);
    } else {
      if (base->array() == nullptr) return Result(null_value());
      for (auto const& item : *base->array()) use(item);
    }
    return Result(JsonValue{std::move(out)});
  }

  Result flatten(Result const& base) {
    if (base->array() == nullptr) return Result(null_value());
    JsonValue::Array out;
    for (auto const& item : *base->array()) {
      if (item.array() == nullptr) {
        out.push_back(copy(item));
      } else {
        for (auto const& inner : *item.array()) out.push_back(copy(inner));
      }
    }
    return Result(JsonValue{std::move(out)});
  }

  /// A list or an object of expressions; of a key that comes twice the last counts.
  Result select(Node const& node, JsonValue const& in) {
    if (in.is_null()) return Result(null_value());
    if (node.kind == NodeKind::kList) {
      JsonValue::Array out;
      for (auto const& child : node.children) out.push_back(take(run(child, Result(in))));
      return Result(JsonValue{std::move(out)});
    }
    JsonValue::Object out;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      auto value = take(run(node.children[i], Result(in)));
      auto const known =
          std::find_if(out.begin(), out.end(), [&](JsonMember const& member) { return member.name == node.keys[i]; });
      if (known == out.end()) {
        out.push_back({node.keys[i], std::move(value)});
      } else {
        known->value = std::move(value);
      }
    }
    return Result(JsonValue{std::move(out)});
  }

  std::int64_t values_ = 0;
};

}  // namespace

Jmespath::Jmespath(std::string const& option, std::string text) : option_(option), text_(std::move(text)) {
  try {
    root_ = std::make_shared<Node const>(jmespath::parse(text_));
  } catch (jmespath::Fault const& fault) {
    throw Error("usage.jmespath",
                fmt::format("{} '{}' is no JMESPath expression: {} (character {})", option_, text_, fault.message,
                            fault.at + 1),
                {}, "for example predictions[*].score; https://jmespath.org has the language");
  }
}

JmespathResult Jmespath::search(JsonValue const& document) const {
  try {
    return Evaluation().run(*root_, Result(document));
  } catch (TooMany const&) {
    throw Error("usage.jmespath", fmt::format("{} '{}' makes more than {} values", option_, text_, kMostValues));
  }
}

}  // namespace limpid
