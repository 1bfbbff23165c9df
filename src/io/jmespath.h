/// JMESPath (https://jmespath.org/specification.html) without its functions: where scores are in an answer, where
/// features are in a line. What is not there is null; only a wrong expression is an error.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "io/json_value.h"

namespace limpid {

namespace jmespath {
struct Node;
}

/// A value in the document, or one that the expression made.
class JmespathResult {
 public:
  explicit JmespathResult(JsonValue const& part) : part_(&part) {}
  explicit JmespathResult(JsonValue&& made) : made_(std::move(made)) {}

  [[nodiscard]] JsonValue const& operator*() const noexcept { return made_ ? *made_ : *part_; }
  [[nodiscard]] JsonValue const* operator->() const noexcept { return &**this; }
  /// The made value, to be moved from; null where it is a part of the document.
  [[nodiscard]] JsonValue* made() noexcept { return made_ ? &*made_ : nullptr; }

 private:
  JsonValue const* part_ = nullptr;
  std::optional<JsonValue> made_;
};

/// A compiled expression. Cheap to copy; const calls from any thread.
class Jmespath {
 public:
  /// Throws Error usage.jmespath, which names `option` ("--score"), the place in the expression and what was expected.
  Jmespath(std::string const& option, std::string text);

  /// REQUIRES: the document outlives the result. Throws Error usage.jmespath where the expression makes more values
  /// than fit in memory.
  [[nodiscard]] JmespathResult search(JsonValue const& document) const;

  [[nodiscard]] std::string const& text() const noexcept { return text_; }

 private:
  std::string option_;
  std::string text_;
  std::shared_ptr<jmespath::Node const> root_;
};

}  // namespace limpid
