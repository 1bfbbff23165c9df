#include "blackbox/http_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "blackbox/score_text.h"
#include "io/csv_record.h"
#include "io/json_value.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr char const* kScoreHint =
    "--score says where the scores are: an index, or a JMESPath such as predictions[*].score";

std::string_view trimmed(std::string_view text) noexcept {
  static constexpr char const* kBlanks = " \t\r\n";
  auto const begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Lines that are not blank; a quoted line end is none, since no score has one.
std::vector<std::string_view> lines_of(std::string_view body) {
  std::vector<std::string_view> out;
  while (!body.empty()) {
    auto const end = std::min(body.find('\n'), body.size());
    auto const line = trimmed(body.substr(0, end));
    if (!line.empty()) out.push_back(line);
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return out;
}

std::string counted(std::int64_t rows) { return fmt::format("{} row{}", rows, rows == 1 ? "" : "s"); }

[[noreturn]] void fail_count(std::size_t found, std::int64_t rows) {
  throw AnswerFault{"endpoint.rows",
                    fmt::format("the answer has scores of {}, the request had {}",
                                counted(static_cast<std::int64_t>(found)), counted(rows)),
                    "every row needs its scores, in the order of the rows"};
}

[[noreturn]] void fail_row(std::int64_t row, std::string const& text, std::string const& message) {
  throw AnswerFault{"endpoint.score", fmt::format("row {} of the request is answered by {}: {}", row, text, message),
                    kScoreHint};
}

/// Every row must have as many scores as the first.
void count_outputs(std::size_t before, std::int64_t row, std::string const& text, RowScores& out) {
  auto const count = static_cast<std::int32_t>(out.scores.size() - before);
  if (out.outputs == 0) out.outputs = count;
  if (count == 0) fail_row(row, text, "there is no score");
  if (count != out.outputs) {
    fail_row(row, text, fmt::format("{} score{}, where row 0 has {}", count, count == 1 ? "" : "s", out.outputs));
  }
}

JsonValue parse_answer(std::string_view text, char const* what) {
  JsonValue out;
  if (auto const fault = parse_json(text, out)) {
    throw AnswerFault{"endpoint.response", fmt::format("{} is no JSON: {}", what, fault->message),
                      "--accept says what the endpoint answers: csv, jsonlines, json"};
  }
  return out;
}

/// "[0.1, 0.2],[0.3, 0.4]" or "0.1,0.2": the items of one line, one per row.
std::vector<std::string_view> items_of(std::string_view line) {
  std::vector<std::string_view> out;
  int open = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '[') ++open;
    if (i < line.size() && line[i] == ']') --open;
    if (i < line.size() && (line[i] != ',' || open > 0)) continue;
    out.push_back(trimmed(line.substr(begin, i - begin)));
    begin = i + 1;
  }
  return out;
}

/// A field's numbers: one, or a list in brackets.
std::string append_field(std::string_view field, std::vector<double>& scores) {
  field = trimmed(field);
  if (field.starts_with('[') && field.ends_with(']')) field = field.substr(1, field.size() - 2);
  return append_scores(field, scores);
}

}  // namespace

AnswerReader::AnswerReader(HttpOptions const& options) : kind_(options.accept) {
  if (options.score.empty()) return;
  auto const& text = options.score;
  std::size_t index = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error == std::errc{} && end == text.data() + text.size()) {
    index_ = index;
  } else if (kind_ == BodyKind::kCsv) {
    throw Error("usage.value", fmt::format("--score '{}' is no index of a CSV answer's columns", text), {},
                "columns count from 0; answers in JSON take a JMESPath: --accept json or --accept jsonlines");
  } else {
    path_.emplace("--score", text);
  }
}

JmespathResult AnswerReader::search(JsonValue const& document) const {
  return path_ ? path_->search(document) : JmespathResult(document);
}

RowScores AnswerReader::read(std::string_view body, std::int64_t rows, bool one_record) const {
  switch (kind_) {
    case BodyKind::kCsv:
      return read_csv(body, rows);
    case BodyKind::kJsonLines:
      return read_lines(body, rows);
    case BodyKind::kJson:
      break;
  }
  return read_json(body, rows, one_record);
}

/// Appends the scores of one row's line.
void AnswerReader::append_csv_scores(std::string_view line, std::int64_t row, RowScores& out) const {
  auto const text = fmt::format("'{}'", shown_line(line));
  auto const before = out.scores.size();
  std::string bad;
  if (!index_ && line.find('"') == std::string_view::npos) {
    bad = append_field(line, out.scores);
  } else {
    auto const record = parse_record(line, ',', true);
    if (!record) fail_row(row, text, "a quote is not closed");
    if (index_ && *index_ >= record->fields.size()) {
      fail_row(row, text, fmt::format("--score {}, but there are {} fields", *index_, record->fields.size()));
    }
    for (std::size_t f = 0; f < record->fields.size() && bad.empty(); ++f) {
      if (!index_ || f == *index_) bad = append_field(record->fields[f], out.scores);
    }
  }
  if (!bad.empty()) fail_row(row, text, bad);
  count_outputs(before, row, text, out);
}

RowScores AnswerReader::read_csv(std::string_view body, std::int64_t rows) const {
  auto lines = lines_of(body);
  if (lines.size() == 1 && (rows > 1 || lines[0].starts_with('['))) lines = items_of(lines[0]);
  if (static_cast<std::int64_t>(lines.size()) != rows) fail_count(lines.size(), rows);
  RowScores out;
  for (std::int64_t r = 0; r < rows; ++r) append_csv_scores(lines[static_cast<std::size_t>(r)], r, out);
  return out;
}

/// A number, or a list of numbers.
void AnswerReader::append_row(JsonValue const& value, std::int64_t row, RowScores& out) const {
  auto const before = out.scores.size();
  auto const append = [&](JsonValue const& item) {
    auto const* const number = item.number();
    if (number == nullptr) fail_row(row, shown_json(value), "that is no number, nor a list of numbers");
    out.scores.push_back(number->value);
  };
  auto const* const items = value.array();
  if (index_) {
    if (items == nullptr || *index_ >= items->size()) {
      fail_row(row, shown_json(value), fmt::format("--score {} needs a list with that index", *index_));
    }
    append((*items)[*index_]);
  } else if (items != nullptr) {
    for (auto const& item : *items) append(item);
  } else {
    append(value);
  }
  count_outputs(before, row, shown_json(value), out);
}

RowScores AnswerReader::read_lines(std::string_view body, std::int64_t rows) const {
  auto const lines = lines_of(body);
  if (static_cast<std::int64_t>(lines.size()) != rows) fail_count(lines.size(), rows);
  RowScores out;
  for (std::int64_t r = 0; r < rows; ++r) {
    auto const document = parse_answer(lines[static_cast<std::size_t>(r)], "a line of the answer");
    auto const found = search(document);
    if (found->is_null()) fail_row(r, shown_json(document), "there is no score");
    append_row(*found, r, out);
  }
  return out;
}

RowScores AnswerReader::read_json(std::string_view body, std::int64_t rows, bool one_record) const {
  auto const document = parse_answer(body, "the answer");
  auto const found = search(document);
  auto const* const items = found->array();
  if (found->is_null() || (items == nullptr && !one_record)) {
    auto const what = path_ ? fmt::format("--score '{}' finds {} in the answer {}", path_->text(), shown_json(*found),
                                          shown_json(document))
                            : fmt::format("the answer is {}", shown_json(document));
    throw AnswerFault{"endpoint.score", what + ", not a list with scores for each row", kScoreHint};
  }
  RowScores out;
  if (one_record && (items == nullptr || items->size() != 1)) {
    append_row(*found, 0, out);
    return out;
  }
  if (static_cast<std::int64_t>(items->size()) != rows) fail_count(items->size(), rows);
  for (std::int64_t r = 0; r < rows; ++r) append_row((*items)[static_cast<std::size_t>(r)], r, out);
  return out;
}

}  // namespace limpid
