/// The distinct texts of a column and the code of each: its place in their order of appearance.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace limpid {

class TextDictionary {
 public:
  /// Of this text, which is added when it is new.
  [[nodiscard]] std::int64_t code(std::string_view text) {
    if (auto const known = codes_.find(text); known != codes_.end()) return known->second;
    auto const code = static_cast<std::int64_t>(texts_.size());
    texts_.emplace_back(text);
    codes_.emplace(texts_.back(), code);
    return code;
  }
  [[nodiscard]] std::vector<std::string> const& texts() const noexcept { return texts_; }
  /// The texts by code; the dictionary is empty after it.
  [[nodiscard]] std::vector<std::string> take() {
    codes_.clear();
    return std::exchange(texts_, {});
  }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> codes_;
  std::vector<std::string> texts_;
};

}  // namespace limpid
