/// The rows of a chunk and of the background as a black box reads them: row-major, texts as codes of one table per
/// column, so that two values are the same exactly when their bits are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "explain/engine.h"

namespace limpid {

class HybridRows {
 public:
  /// REQUIRES: background.rows > 0. Copies what it needs.
  explicit HybridRows(RowsView background, std::int32_t columns);

  /// Takes a chunk's rows; those before are forgotten.
  void take(RowsView rows);

  [[nodiscard]] std::int32_t columns() const noexcept { return columns_; }
  [[nodiscard]] std::int64_t row_count() const noexcept { return static_cast<std::int64_t>(rows_.size()) / columns_; }
  [[nodiscard]] std::int64_t background_rows() const noexcept { return background_rows_; }
  [[nodiscard]] double const* row(std::int64_t r) const noexcept { return rows_.data() + r * columns_; }
  [[nodiscard]] double const* background(std::int64_t z) const noexcept { return background_.data() + z * columns_; }
  /// [M] texts of the codes; of a column of numbers none.
  [[nodiscard]] std::vector<std::vector<std::string>> const& texts() const noexcept { return texts_; }
  /// Whether the column of row r has another value than that of background row z.
  [[nodiscard]] bool differ(std::int64_t r, std::int64_t z, std::int32_t column) const noexcept;

 private:
  void transpose(RowsView rows, std::vector<double>& out);
  [[nodiscard]] std::vector<double> codes_of(std::vector<std::string> const& texts, std::size_t column);

  std::int32_t columns_;
  std::int64_t background_rows_;
  std::vector<double> background_;                                    ///< [B x M]
  std::vector<double> rows_;                                          ///< [R x M]
  std::vector<std::vector<std::string>> texts_;                       ///< [M]
  std::vector<std::size_t> background_texts_;                         ///< [M] how many of them are the background's
  std::vector<std::unordered_map<std::string, std::int64_t>> codes_;  ///< [M] of the background's
};

}  // namespace limpid
