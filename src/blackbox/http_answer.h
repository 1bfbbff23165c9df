/// Scores in an endpoint's answer: CSV, JSON Lines or JSON, found by an index or by JMESPath.
///
/// CSV: a line per row, or one line with one score (or one bracketed list of scores) per row; a field may be a quoted
/// or bracketed list, as Autopilot and the XGBoost container write them; the index is that of the field. JSON Lines: a
/// value per line, JMESPath from the line. JSON: JMESPath from the whole body gives a list with a number or a list of
/// numbers per row; an index is one into each row's list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blackbox/http_options.h"
#include "io/jmespath.h"

namespace limpid {

/// What is wrong with an answer; the predictor makes an Error of it.
struct AnswerFault {
  char const* code = "endpoint.score";  ///< or endpoint.rows, endpoint.response
  std::string message;
  std::string hint;
};

struct RowScores {
  std::vector<double> scores;  ///< [rows x outputs], every one finite
  std::int32_t outputs = 0;
};

class AnswerReader {
 public:
  /// Throws Error usage.value, usage.jmespath: --score is wrong, or a path where an index is needed.
  explicit AnswerReader(HttpOptions const& options);

  /// Throws AnswerFault; `one_record`: the request held a record, not a list of one.
  [[nodiscard]] RowScores read(std::string_view body, std::int64_t rows, bool one_record) const;

 private:
  [[nodiscard]] RowScores read_csv(std::string_view body, std::int64_t rows) const;
  [[nodiscard]] RowScores read_lines(std::string_view body, std::int64_t rows) const;
  [[nodiscard]] RowScores read_json(std::string_view body, std::int64_t rows, bool one_record) const;
  [[nodiscard]] JmespathResult search(JsonValue const& document) const;
  void append_csv_scores(std::string_view line, std::int64_t row, RowScores& out) const;
  void append_row(JsonValue const& value, std::int64_t row, RowScores& out) const;

  BodyKind kind_;
  std::optional<std::size_t> index_;
  std::optional<Jmespath> path_;
};

}  // namespace limpid
