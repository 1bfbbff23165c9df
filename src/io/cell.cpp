#include "io/cell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace limpid {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Halfway between the largest float32 and 2^128: ties go to even, so it is the first double that rounds to infinity.
constexpr double kFloat32Limit = 0x1.ffffffp127;

constexpr std::array<std::string_view, 8> kMissingTexts{"NaN", "nan", "NA", "N/A", "#N/A", "null", "NULL", "None"};

/// Whether a decimal number that no double can hold is too small rather than too large, by the power of ten of its
/// first digit that is not zero. REQUIRES: `text` is a number that from_chars matched as out of range.
bool is_tiny(std::string_view text) noexcept {
  std::int64_t power = 0;  // of the first non-zero digit
  bool seen_point = false;
  bool seen_digit = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') {
      seen_point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      seen_digit = seen_digit || text[at] != '0';
      if (seen_digit && !seen_point) ++power;
      if (!seen_digit && seen_point) --power;
    }
  }
  if (at == text.size()) return power <= 0;
  ++at;
  bool const negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  static constexpr std::int64_t kFar = 1'000'000'000'000'000;
  std::int64_t exponent = 0;
  for (; at < text.size(); ++at) exponent = std::min(kFar, exponent * 10 + (text[at] - '0'));
  return power + (negative ? -exponent : exponent) <= 0;
}

/// The whole of `text` as a number: finite, infinite (spelled so), NaN (spelled so) or nothing.
struct Parsed {
  bool is_number = false;
  bool is_overflow = false;
  double value = 0.0;
};

Parsed parse_number(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '+' && text.size() > 1 && text[1] != '-' && text[1] != '+') {
    text.remove_prefix(1);
  }
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return {};
  if (error == std::errc{}) return {true, false, value};
  if (error != std::errc::result_out_of_range) return {};
  bool const negative = text.front() == '-';
  if (is_tiny(text)) return {true, false, negative ? -0.0 : 0.0};
  return {true, true, negative ? -kInfinity : kInfinity};
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  auto const is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

bool is_missing_text(std::string_view trimmed) noexcept {
  return trimmed.empty() || std::find(kMissingTexts.begin(), kMissingTexts.end(), trimmed) != kMissingTexts.end();
}

CellParser::CellParser(std::vector<std::string> const& missing, InputCast cast)
    : missing_texts_(missing), limit_(cast == InputCast::kFloat32 ? kFloat32Limit : kInfinity) {
  for (auto const& text : missing) {
    auto const parsed = parse_number(trim(text));
    if (parsed.is_number && !parsed.is_overflow && !std::isnan(parsed.value)) missing_numbers_.push_back(parsed.value);
  }
}

Cell CellParser::classify(double value) const noexcept {
  for (double const missing : missing_numbers_) {
    if (value == missing) return {CellKind::kMissing, kNaN};
  }
  if (std::isinf(value)) return {CellKind::kInfinite, value};
  if (std::fabs(value) >= limit_) return {CellKind::kOverflow, value};
  return {CellKind::kNumber, value};
}

Cell CellParser::parse(std::string_view text) const noexcept {
  double value = 0.0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && std::fabs(value) < limit_ &&
      missing_texts_.empty()) {  // nearly every cell; false for NaN and infinity
    return {CellKind::kNumber, value};
  }
  if (std::find(missing_texts_.begin(), missing_texts_.end(), text) != missing_texts_.end()) {
    return {CellKind::kMissing, kNaN};
  }
  auto const trimmed = trim(text);
  if (is_missing_text(trimmed)) return {CellKind::kMissing, kNaN};
  if (equals_ignoring_case(trimmed, "true")) return classify(1.0);
  if (equals_ignoring_case(trimmed, "false")) return classify(0.0);
  auto const parsed = parse_number(trimmed);
  if (!parsed.is_number || std::isnan(parsed.value)) return {CellKind::kText, kNaN};
  if (parsed.is_overflow) return {CellKind::kOverflow, parsed.value};
  return classify(parsed.value);
}

}  // namespace limpid
