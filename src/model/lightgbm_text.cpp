#include "model/lightgbm_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace limpid::model {
namespace {

template <class T>
bool parse_whole(std::string_view text, T& value) noexcept {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  char const* const end = text.data() + text.size();
  auto const [last, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && last == end;
}

}  // namespace

bool TextLines::next(std::string_view& line) noexcept {
  if (rest_.empty()) return false;
  std::size_t const length = std::min(rest_.find('\n'), rest_.size());
  line = rest_.substr(0, length);
  rest_.remove_prefix(std::min(length + 1, rest_.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return true;
}

bool parse_number(std::string_view text, std::int64_t& value) noexcept { return parse_whole(text, value); }
bool parse_number(std::string_view text, double& value) noexcept { return parse_whole(text, value); }

std::string_view cut_word(std::string_view& list) noexcept {
  list.remove_prefix(std::min(list.find_first_not_of(' '), list.size()));
  auto const word = list.substr(0, list.find(' '));
  list.remove_prefix(word.size());
  return word;
}

}  // namespace limpid::model
