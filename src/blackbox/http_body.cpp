#include "blackbox/http_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "blackbox/csv_body.h"
#include "io/json_text.h"
#include "io/json_value.h"
#include "io/number_text.h"
#include "limpid/error.h"

namespace limpid {
namespace {

using Part = BodyTemplate::Part;

constexpr char const* kContentOption = "--content-template";
constexpr char const* kRecordOption = "--record-template";
constexpr char const* kContentOfLines = R"({"features": $features})";
constexpr char const* kContentOfJson = R"({"instances": $records})";

[[noreturn]] void fail(char const* option, std::string const& text, std::string const& message, std::string hint) {
  throw Error("usage.template", fmt::format("{} '{}' {}", option, text, message), {}, std::move(hint));
}

void append_number_text(double value, char const* missing, std::string& out) {
  std::array<char, kNumberBytes> text{};
  auto const* const end = write_number(value, true, missing, text.data());
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

std::string or_usual(std::string const& given, char const* usual) { return given.empty() ? usual : given; }

}  // namespace

BodyWriter::BodyWriter(HttpOptions const& options, bool header, PredictorColumns columns)
    : kind_(options.content_type), header_(header), columns_(std::move(columns)) {
  for (auto const& column : columns_.columns) append_json_string(column.name, quoted_names_.emplace_back());
  if (kind_ != BodyKind::kJson && !options.record_template.empty()) {
    throw Error("usage.template", "--record-template is of JSON bodies alone", {}, "add --content-type json");
  }
  if (kind_ == BodyKind::kCsv && !options.content_template.empty()) {
    throw Error("usage.template", "--content-template is of JSON and JSON Lines bodies, the content type is CSV", {},
                "add --content-type json or --content-type jsonlines");
  }
  if (kind_ == BodyKind::kJsonLines) prepare_lines(or_usual(options.content_template, kContentOfLines));
  if (kind_ == BodyKind::kJson) {
    prepare_json(or_usual(options.content_template, kContentOfJson),
                 or_usual(options.record_template, kContentOfLines));
  }
  start();
}

void BodyWriter::prepare_lines(std::string const& content) {
  record_ = parse_template(kContentOption, content, columns_);
  auto const allowed = record_.count(Part::kFeatures) + record_.count(Part::kNames) + record_.count(Part::kText);
  if (record_.count(Part::kFeatures) != 1 || allowed != static_cast<std::int64_t>(record_.pieces.size())) {
    fail(kContentOption, content, "must hold $features once, and no placeholder but $feature_names beside it",
         fmt::format("for example {}", kContentOfLines));
  }
  check_json(kContentOption, content);
}

void BodyWriter::prepare_json(std::string const& content, std::string const& record) {
  auto const around = parse_template(kContentOption, content, columns_);
  one_row_each_ = around.count(Part::kRecord) == 1;
  auto const allowed = around.count(Part::kNames) + around.count(Part::kText);
  if (around.count(Part::kRecord) + around.count(Part::kRecords) != 1 ||
      allowed + 1 != static_cast<std::int64_t>(around.pieces.size())) {
    fail(kContentOption, content, "must hold $records or $record once, and no placeholder but $feature_names beside it",
         fmt::format("for example {}; $features stands in --record-template", kContentOfJson));
  }
  record_ = parse_template(kRecordOption, record, columns_);
  auto const lists = record_.count(Part::kFeatures) + record_.count(Part::kPairs);
  bool const good = record_.count(Part::kRecord) + record_.count(Part::kRecords) == 0 && lists <= 1 &&
                    (lists == 1) != (record_.count(Part::kColumn) > 0);
  if (!good) {
    fail(kRecordOption, record, "must hold $features once, $features_kvp once, or a \"${NAME}\" for each column",
         fmt::format("for example {}", kContentOfLines));
  }
  bool passed = false;
  for (auto const& piece : around.pieces) {
    body_.clear();
    if (piece.part == Part::kText) body_ = piece.text;
    if (piece.part == Part::kNames) append_names();
    (passed ? after_ : before_) += body_;
    passed = passed || piece.part == Part::kRecord || piece.part == Part::kRecords;
  }
  if (!one_row_each_) {
    before_ += '[';
    after_.insert(0, 1, ']');
  }
  check_json(kRecordOption, record);
}

/// A body of one row of zeros must be JSON.
void BodyWriter::check_json(std::string const& option, std::string const& text) const {
  auto trial = *this;
  trial.start();
  std::vector<double> const zeros(columns_.columns.size(), 0.0);
  std::vector<std::vector<std::string>> texts(columns_.columns.size());
  for (std::size_t c = 0; c < texts.size(); ++c) {
    if (columns_.columns[c].text) texts[c] = {"text"};
  }
  trial.add({zeros.data(), 1, static_cast<std::int32_t>(zeros.size()), texts}, 0);
  JsonValue parsed;
  auto const body = trial.finish();
  auto const fault = parse_json(body, parsed);
  if (!fault) return;
  throw Error("usage.template", fmt::format("{} '{}' makes a body that is no JSON: {}", option, text, fault->message),
              fmt::format("body: {}", body.substr(0, 200)),
              "the placeholders stand without quotes, but for \"${NAME}\"");
}

void BodyWriter::start() {
  body_ = before_;
  if (kind_ == BodyKind::kCsv && header_) append_csv_header(columns_, body_);
  last_ = body_.size();
  rows_ = 0;
}

void BodyWriter::append_value(PredictorRows const& rows, std::int64_t row, std::int32_t column) {
  if (columns_.columns[static_cast<std::size_t>(column)].text) {
    append_json_string(rows.text(row, column), body_);
  } else {
    append_number_text(rows.values[row * rows.columns + column], "null", body_);
  }
}

void BodyWriter::append_names() {
  body_ += '[';
  for (std::size_t c = 0; c < quoted_names_.size(); ++c) body_ += (c > 0 ? ", " : "") + quoted_names_[c];
  body_ += ']';
}

void BodyWriter::append(BodyTemplate const& from, PredictorRows const& rows, std::int64_t row) {
  for (auto const& piece : from.pieces) {
    if (piece.part == Part::kText) body_ += piece.text;
    if (piece.part == Part::kNames) append_names();
    if (piece.part == Part::kColumn) append_value(rows, row, piece.column);
    bool const pairs = piece.part == Part::kPairs;
    if (!pairs && piece.part != Part::kFeatures) continue;
    body_ += pairs ? '{' : '[';
    for (std::int32_t c = 0; c < rows.columns; ++c) {
      if (c > 0) body_ += ", ";
      if (pairs) body_ += quoted_names_[static_cast<std::size_t>(c)] + ": ";
      append_value(rows, row, c);
    }
    body_ += pairs ? '}' : ']';
  }
}

/// Texts are quoted whether they must be or not: "7" stays a text.
void BodyWriter::append_quoted_csv(PredictorRows const& rows, std::int64_t row) {
  auto const begin = body_.size();
  for (std::int32_t c = 0; c < rows.columns; ++c) {
    if (c > 0) body_ += ',';
    if (!columns_.columns[static_cast<std::size_t>(c)].text) {
      append_number_text(rows.values[row * rows.columns + c], "", body_);
      continue;
    }
    body_ += '"';
    for (char const letter : rows.text(row, c)) body_.append(letter == '"' ? 2 : 1, letter);
    body_ += '"';
  }
  if (body_.size() == begin) body_ += "\"\"";
  body_ += '\n';
}

void BodyWriter::add(PredictorRows const& rows, std::int64_t row) {
  last_ = body_.size();
  ++rows_;
  if (kind_ == BodyKind::kCsv) return append_quoted_csv(rows, row);
  if (kind_ == BodyKind::kJson && rows_ > 1) body_ += ", ";
  append(record_, rows, row);
  if (kind_ == BodyKind::kJsonLines) body_ += '\n';
}

void BodyWriter::drop_last() {
  body_.resize(last_);
  --rows_;
}

std::size_t BodyWriter::bytes() const noexcept { return body_.size() + after_.size(); }

std::string BodyWriter::finish() {
  auto out = std::move(body_);
  out += after_;
  start();
  return out;
}

}  // namespace limpid
