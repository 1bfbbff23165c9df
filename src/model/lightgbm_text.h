/// The lines of a LightGBM text model, and the numbers in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace limpid::model {

/// Line after line, without line feed or carriage return; nothing is copied.
class TextLines {
 public:
  explicit TextLines(std::span<char const> bytes) noexcept : rest_(bytes.data(), bytes.size()), size_(bytes.size()) {}

  /// False: the file is at its end. The last line needs no line feed.
  [[nodiscard]] bool next(std::string_view& line) noexcept;

  [[nodiscard]] std::size_t offset() const noexcept { return size_ - rest_.size(); }  ///< bytes read so far
  [[nodiscard]] std::int64_t number() const noexcept { return number_; }              ///< of the last line, from 1

 private:
  std::string_view rest_;
  std::size_t size_;
  std::int64_t number_ = 0;
};

/// One number that fills `text`. False: it does not, or does not fit the type. A double is rounded once, to the
/// nearest.
[[nodiscard]] bool parse_number(std::string_view text, std::int64_t& value) noexcept;
[[nodiscard]] bool parse_number(std::string_view text, double& value) noexcept;

/// Cuts the first word off a list of words with spaces between them; empty: there was none.
[[nodiscard]] std::string_view cut_word(std::string_view& list) noexcept;

/// A list of numbers, replacing `out`. Returns the word that is none, or an empty one.
template <class T>
[[nodiscard]] std::string_view parse_list(std::string_view list, std::vector<T>& out) {
  out.clear();
  for (auto word = cut_word(list); !word.empty(); word = cut_word(list)) {
    if (!parse_number(word, out.emplace_back())) return word;
  }
  return {};
}

}  // namespace limpid::model
