/// Rows of a CSV file: opening and planning in row_source.cpp, cells in csv_row_source.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/category_encoder.h"
#include "io/cell.h"
#include "io/columns.h"
#include "io/csv_batches.h"
#include "io/row_source.h"
#include "io/text_dictionary.h"

namespace limpid {

/// A categorical feature by the texts of its categories, and what was met of them.
struct CategoryColumn {
  CategoryEncoder encoder;
  std::int64_t values = 0;  ///< not missing
  std::int64_t unseen = 0;
  std::string example;  ///< the first unseen text
};

class CsvRowSource final : public RowSource {
 public:
  CsvRowSource(ReadOptions options, Ensemble const& ensemble);
  CsvRowSource(ReadOptions options, std::vector<std::string> const& text_columns);

  [[nodiscard]] DataSchema const& schema() const override { return plan_.schema; }
  [[nodiscard]] bool next(std::int64_t max_rows, RowChunk& chunk) override;
  [[nodiscard]] std::vector<UnseenTexts> unseen() const override;
  [[nodiscard]] std::string sha256() override { return batches_.sha256(); }

 private:
  void start(std::size_t skip, std::int32_t column_count);
  void choose_kinds(std::vector<std::int32_t> const& text_columns);
  [[nodiscard]] bool has_text(std::size_t feature) const;
  [[nodiscard]] DataHead read_head(std::size_t& skip) const;
  void plan_categories(Ensemble const& ensemble);
  void take(std::int64_t count, RowChunk& chunk);
  [[nodiscard]] std::int64_t take_numbers(std::size_t feature, std::int64_t count, double* out) const;
  [[nodiscard]] std::int64_t take_categories(std::size_t feature, std::int64_t count, double* out);
  [[nodiscard]] std::int64_t take_texts(std::size_t feature, std::int64_t count, double* out);
  void take_ids(std::int64_t count, RowChunk& chunk) const;
  [[noreturn]] void fail_cell(std::size_t feature, std::int64_t bad) const;
  [[nodiscard]] std::string place(std::int32_t column, std::int64_t row) const;

  ReadOptions options_;
  CellParser parser_;
  CsvBatches batches_;
  ColumnPlan plan_;
  CellKind worst_;                  ///< of the cells that are values
  std::vector<std::size_t> slots_;  ///< [M] index of the feature's column among those that are read
  std::vector<std::optional<CategoryColumn>> categories_;  ///< [M] of features whose categories have texts
  std::vector<TextDictionary> texts_;                      ///< [M] of the chunk, or empty
  std::size_t id_slot_ = 0;
  std::int64_t next_row_ = 0;
  std::int64_t used_ = 0;  ///< rows of the batch that were handed out
  std::int64_t left_ = 0;  ///< rows of the batch that were not
};

}  // namespace limpid
