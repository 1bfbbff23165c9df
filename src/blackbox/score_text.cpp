#include "blackbox/score_text.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace limpid {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  static constexpr char const* kBlanks = " \t\r";
  auto const begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::string append_scores(std::string_view line, std::vector<double>& scores) {
  while (true) {
    auto const comma = line.find(',');
    auto text = trimmed(line.substr(0, comma));
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0.0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty()) return "a score is missing";
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) return "that is no number";
    if (error != std::errc{} || !std::isfinite(value)) return "that is no finite number";
    scores.push_back(value);
    if (comma == std::string_view::npos) return {};
    line.remove_prefix(comma + 1);
  }
}

std::string shown_line(std::string_view line) {
  static constexpr std::size_t kShown = 60;
  static constexpr char kFirstPrintable = ' ';
  std::string out;
  for (char const c : trimmed(line).substr(0, kShown)) out += c >= 0 && c < kFirstPrintable ? '?' : c;
  return trimmed(line).size() > kShown ? out + "..." : out;
}

}  // namespace limpid
