#include "io/cell_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "io/near_names.h"
#include "io/utf8.h"

namespace limpid {
namespace {

std::string missing_hint(std::string_view text) {
  return fmt::format("if it means that the value is missing: --missing {}", shown(text));
}

/// "'north', 'south', 'west' and 9 more".
std::string known_texts(CategoryList const& list) {
  static constexpr std::size_t kListed = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(kListed, list.codes.size()); ++i) {
    out += (i > 0 ? ", " : "") + shown(list.codes[i].first);
  }
  if (list.codes.size() > kListed) out += fmt::format(" and {} more", list.codes.size() - kListed);
  return out;
}

/// The text is a code of the list, which holds texts.
bool is_code(std::string_view text, CategoryList const& list) {
  std::int32_t code = -1;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (list.numeric || error != std::errc{} || end != text.data() + text.size()) return false;
  return std::any_of(list.codes.begin(), list.codes.end(), [&](auto const& known) { return known.second == code; });
}

}  // namespace

std::string shown(std::string_view text) {
  static constexpr std::size_t kLongest = 40;
  std::string out;
  auto end = std::min(kLongest, text.size());
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;  // whole UTF-8
  for (char const c : text.substr(0, end)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20U) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  if (!is_utf8(out)) return fmt::format("{} bytes that are not UTF-8", text.size());
  return text.size() > kLongest ? fmt::format("'{}'...", out) : fmt::format("'{}'", out);
}

CellComplaint complain_of_number(Cell cell, std::string_view text, bool codes) {
  if (cell.kind == CellKind::kMissing) {
    return {fmt::format("{} is missing, and the model's library takes no missing values for it", shown(text)),
            "fill the gap as for training (an imputer), or leave the row out"};
  }
  auto const missing = missing_hint(text);
  if (cell.kind == CellKind::kInfinite) {
    return {fmt::format("{} is infinite, a finite number is needed", shown(text)), missing};
  }
  if (cell.kind == CellKind::kOverflow) {
    return {fmt::format("{} is too large for the model's numbers", shown(text)), missing};
  }
  if (codes) {
    return {fmt::format("{} is text, the model's categories are given by their codes", shown(text)),
            "say which code each text has: --categories FILE, {\"feature\": [\"text of code 0\", \"text of code 1\"]}; "
            "or write the integer code the model was trained with (pandas: column.cat.codes); " +
                missing};
  }
  bool const comma = text.find(',') != std::string_view::npos;
  return {fmt::format("{} is not a number", shown(text)),
          comma ? "numbers have a decimal point and no separators of thousands" : missing};
}

CellComplaint complain_of_category(std::string_view text, CategoryList const& list) {
  CellComplaint out;
  out.message = fmt::format("{} is none of the {} categories that the model knows: {}", shown(text), list.codes.size(),
                            known_texts(list));
  std::vector<std::string> texts;
  texts.reserve(list.codes.size());
  for (auto const& [known, code] : list.codes) texts.push_back(known);
  if (auto const near = nearest_name(text, texts); !near.empty()) {
    out.hint = fmt::format("did you mean {}? ", shown(near));
  } else if (is_code(text, list)) {
    out.hint = "the data must have the categories' texts, not their codes; ";
  }
  out.hint += missing_hint(text);
  return out;
}

char const* name_of(UnseenCategory rule) noexcept {
  if (rule == UnseenCategory::kError) return "error";
  return rule == UnseenCategory::kMissing ? "missing" : "other";
}

std::string describe(UnseenTexts const& unseen) {
  auto const* const taken =
      unseen.rule == UnseenCategory::kOther ? "as a category that the model has never seen" : "as missing";
  auto line = fmt::format("feature '{}': {} of {} values {} no category that the model knows, first {}: taken {}",
                          unseen.feature, unseen.count, unseen.values, unseen.count == 1 ? "is" : "are",
                          shown(unseen.example), taken);
  if (unseen.count == unseen.values) {
    line += "; that is every value: the column probably holds codes, or other texts than the model was trained with";
  }
  return line;
}

}  // namespace limpid
