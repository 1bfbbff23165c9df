#include "io/category_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace limpid {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_word(std::string_view text) noexcept {
  return equals_ignoring_case(text, "true") || equals_ignoring_case(text, "false");
}

}  // namespace

CategoryList own_categories(Feature const& feature, UnseenCategory unseen) {
  CategoryList list;
  list.numeric = feature.numeric_categories;
  list.unseen = unseen;
  list.codes.reserve(feature.categories.size());
  for (auto const& text : feature.categories)
    list.codes.emplace_back(text, static_cast<std::int32_t>(list.codes.size()));
  return list;
}

CategoryEncoder::CategoryEncoder(CategoryList list, std::vector<std::string> const& missing)
    : list_(std::move(list)), missing_(missing), parser_(missing, InputCast::kFloat64) {
  only_words_ = !list_.numeric;
  for (auto const& [text, code] : list_.codes) {
    texts_.emplace(text, code);
    only_words_ = only_words_ && is_word(text);
    if (list_.numeric) add_number(text, code);
  }
}

bool CategoryEncoder::counts_by_value(double number) noexcept { return std::fabs(number) < 0x1p53; }

void CategoryEncoder::add_number(std::string const& text, std::int32_t code) {
  auto const cell = CellParser({}, InputCast::kFloat64).parse(text);
  bool const by_value = cell.kind == CellKind::kNumber && counts_by_value(cell.value);
  if (by_value) numbers_.emplace(cell.value + 0.0, code);  // -0 is 0
}

bool CategoryEncoder::is_declared_missing(std::string_view text) const noexcept {
  return std::find(missing_.begin(), missing_.end(), text) != missing_.end();
}

CategoryEncoder::Code CategoryEncoder::unseen() const noexcept {
  return {Kind::kUnseen, list_.unseen == UnseenCategory::kOther ? kOther : kNaN};
}

CategoryEncoder::Code CategoryEncoder::find(std::string_view text) const noexcept {
  auto const it = texts_.find(text);
  return it == texts_.end() ? unseen() : Code{Kind::kKnown, static_cast<double>(it->second)};
}

CategoryEncoder::Code CategoryEncoder::encode_number(std::string_view text) const noexcept {
  auto const cell = parser_.parse(text);
  if (cell.kind == CellKind::kMissing) return {Kind::kMissing, kNaN};
  if (cell.kind != CellKind::kNumber || !counts_by_value(cell.value)) return find(trim(text));
  auto const it = numbers_.find(cell.value + 0.0);
  return it == numbers_.end() ? unseen() : Code{Kind::kKnown, static_cast<double>(it->second)};
}

CategoryEncoder::Code CategoryEncoder::encode(std::string_view text) const noexcept {
  if (list_.numeric) return encode_number(text);
  if (is_declared_missing(text)) return {Kind::kMissing, kNaN};
  auto const exact = find(text);
  if (exact.kind == Kind::kKnown) return exact;
  auto const trimmed = trim(text);
  if (is_missing_text(trimmed)) return {Kind::kMissing, kNaN};
  if (!only_words_ || !is_word(trimmed)) return exact;
  auto const same = std::find_if(list_.codes.begin(), list_.codes.end(), [&](auto const& known) {
    return equals_ignoring_case(known.first, equals_ignoring_case(trimmed, "true") ? "true" : "false");
  });
  return same == list_.codes.end() ? exact : Code{Kind::kKnown, static_cast<double>(same->second)};
}

}  // namespace limpid
