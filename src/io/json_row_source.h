/// Rows of a JSON Lines file for a black box. A line holds its features as a list, `{"features": ["a good product",
/// 3]}` (ReadOptions::features says where), named by ReadOptions::headers; or as an object by name, there or as the
/// line itself. Numbers, true and false are numbers, null is missing (of a column of texts: the empty text), strings
/// are texts. The first line says which columns there are; all others must have the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/cell.h"
#include "io/jmespath.h"
#include "io/json_lines.h"
#include "io/row_source.h"
#include "io/text_dictionary.h"

namespace limpid {

class JsonRowSource final : public RowSource {
 public:
  /// Columns by the first line, kinds by the first block.
  JsonRowSource(ReadOptions options, std::vector<std::string> const& text_columns);
  /// The columns of `features`, by name where both have names, else by position.
  JsonRowSource(ReadOptions options, Ensemble const& features);

  [[nodiscard]] DataSchema const& schema() const override { return schema_; }
  [[nodiscard]] bool next(std::int64_t max_rows, RowChunk& chunk) override;
  [[nodiscard]] std::string sha256() override { return lines_.sha256(); }

 private:
  void read_first_line();
  void name_columns(JsonValue const& features);
  void leave_out(std::string const& spec, char const* option, JsonValue const& line);
  void match(Ensemble const& features);
  void choose_kinds(std::vector<std::string> const& text_columns);
  void finish_schema();
  [[nodiscard]] std::optional<std::size_t> find_column(std::string const& spec) const;
  [[nodiscard]] JmespathResult features_of_line(JsonValue const& line) const;
  [[nodiscard]] bool next_cells();
  void take_members(JsonValue const& features);
  [[nodiscard]] double value_of(std::size_t feature);
  [[nodiscard]] double number_of(std::size_t feature, JsonValue const& cell) const;
  [[nodiscard]] std::string id_of_line() const;
  [[noreturn]] void fail_columns(std::string const& message, std::string hint) const;
  [[noreturn]] void fail_cell(std::size_t feature, std::string const& message, std::string hint) const;

  ReadOptions options_;
  CellParser parser_;
  JsonLines lines_;
  std::optional<Jmespath> path_;           ///< none: the line itself
  bool by_name_ = false;                   ///< the features are an object
  bool named_ = false;                     ///< by an object or by headers
  std::vector<std::string> column_names_;  ///< [columns]
  std::vector<bool> left_out_;             ///< [columns] by --id, --label or --exclude
  std::vector<std::size_t> columns_;       ///< [M] of the features
  std::optional<std::size_t> id_column_;
  std::optional<Jmespath> id_path_;
  DataSchema schema_;
  JsonValue line_;                       ///< the last one that was read
  JmespathResult found_;                 ///< its features
  std::vector<JsonValue const*> cells_;  ///< [columns] of it
  std::vector<TextDictionary> texts_;    ///< [M] of the chunk
  std::int64_t next_row_ = 0;
};

/// Whether the data is to be read as JSON Lines: as ReadOptions::format says, else by the first bytes of a regular
/// file. Throws Error data.open.
[[nodiscard]] bool is_json_lines(ReadOptions const& options);

}  // namespace limpid
