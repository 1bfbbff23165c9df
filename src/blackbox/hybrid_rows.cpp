#include "blackbox/hybrid_rows.h"

#include <bit>
#include <cmath>
#include <limits>

namespace limpid {

HybridRows::HybridRows(RowsView background, std::int32_t columns)
    : columns_(columns),
      background_rows_(background.rows),
      texts_(static_cast<std::size_t>(columns)),
      background_texts_(static_cast<std::size_t>(columns)),
      codes_(static_cast<std::size_t>(columns)) {
  transpose(background, background_);
  for (std::size_t c = 0; c < texts_.size(); ++c) {
    background_texts_[c] = texts_[c].size();
    for (std::size_t code = 0; code < texts_[c].size(); ++code) {
      codes_[c].emplace(texts_[c][code], static_cast<std::int64_t>(code));
    }
  }
}

void HybridRows::take(RowsView rows) {
  for (std::size_t c = 0; c < texts_.size(); ++c) texts_[c].resize(background_texts_[c]);
  transpose(rows, rows_);
}

/// The code of each text: the background's where it has the text, else a new one.
std::vector<double> HybridRows::codes_of(std::vector<std::string> const& texts, std::size_t column) {
  std::vector<double> codes;
  codes.reserve(texts.size());
  for (auto const& text : texts) {
    auto const known = codes_[column].find(text);
    if (known == codes_[column].end()) texts_[column].push_back(text);
    codes.push_back(static_cast<double>(
        known != codes_[column].end() ? known->second : static_cast<std::int64_t>(texts_[column].size()) - 1));
  }
  return codes;
}

void HybridRows::transpose(RowsView rows, std::vector<double>& out) {
  out.resize(static_cast<std::size_t>(rows.rows) * texts_.size());
  for (std::size_t c = 0; c < texts_.size(); ++c) {
    bool const text = rows.texts != nullptr && !(*rows.texts)[c].empty();
    auto const codes = text ? codes_of((*rows.texts)[c], c) : std::vector<double>{};
    double const* const column = rows.data + static_cast<std::int64_t>(c) * rows.stride;
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      double const value = std::isnan(column[r]) ? std::numeric_limits<double>::quiet_NaN() : column[r];
      out[static_cast<std::size_t>(r) * texts_.size() + c] = text ? codes[static_cast<std::size_t>(value)] : value;
    }
  }
}

bool HybridRows::differ(std::int64_t r, std::int64_t z, std::int32_t column) const noexcept {
  return std::bit_cast<std::uint64_t>(row(r)[column]) != std::bit_cast<std::uint64_t>(background(z)[column]);
}

}  // namespace limpid
