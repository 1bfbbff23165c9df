/// Rows as the body of a request: CSV, or JSON by the templates that Amazon SageMaker Clarify has.
///
/// Numbers are the shortest that read back to the same double; a missing one is an empty field, in JSON null; texts are
/// quoted in both. JSON Lines: a line per row, `content_template` with one $features (a list). JSON: `content_template`
/// with $records (a list, many rows per request) or $record (one row per request), each by `record_template`: $features
/// (a list), $features_kvp (an object by name) or "${NAME}" per column, whose quotes belong to it; $feature_names (a
/// list of texts) in either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blackbox/http_options.h"
#include "blackbox/predictor.h"

namespace limpid {

/// A template, cut at its placeholders.
struct BodyTemplate {
  enum class Part : std::uint8_t { kText, kFeatures, kPairs, kNames, kRecord, kRecords, kColumn };
  struct Piece {
    Part part = Part::kText;
    std::string text;         ///< kText
    std::int32_t column = 0;  ///< kColumn
  };
  std::vector<Piece> pieces;
  [[nodiscard]] std::int64_t count(Part part) const noexcept;
};

/// Throws Error usage.template, which names `option`: a placeholder that is not known, a column that the data lacks,
/// names where the data has none.
[[nodiscard]] BodyTemplate parse_template(std::string const& option, std::string_view text,
                                          PredictorColumns const& columns);

/// Builds one body after the other. Not thread-safe.
class BodyWriter {
 public:
  /// Throws Error usage.template: also where the template makes no JSON, or asks for other placeholders.
  BodyWriter(HttpOptions const& options, bool header, PredictorColumns columns);

  void start();
  void add(PredictorRows const& rows, std::int64_t row);
  void drop_last();                                  ///< REQUIRES: the last call was add
  [[nodiscard]] std::size_t bytes() const noexcept;  ///< of what finish() would give
  [[nodiscard]] std::string finish();                ///< and start() again
  [[nodiscard]] bool one_row_each() const noexcept { return one_row_each_; }

 private:
  void prepare_lines(std::string const& content);
  void prepare_json(std::string const& content, std::string const& record);
  void append(BodyTemplate const& from, PredictorRows const& rows, std::int64_t row);
  void append_value(PredictorRows const& rows, std::int64_t row, std::int32_t column);
  void append_quoted_csv(PredictorRows const& rows, std::int64_t row);
  void append_names();
  void check_json(std::string const& option, std::string const& text) const;

  BodyKind kind_;
  bool header_;
  PredictorColumns columns_;
  std::vector<std::string> quoted_names_;  ///< [M] as JSON strings
  BodyTemplate record_;                    ///< of one row; CSV: none
  std::string before_;                     ///< JSON: the content around the records
  std::string after_;
  bool one_row_each_ = false;
  std::string body_;
  std::size_t last_ = 0;  ///< where the last row begins
  std::int64_t rows_ = 0;
};

}  // namespace limpid
