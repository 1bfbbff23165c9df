// From lines to values.
#include "io/json_row_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kStrideRows = 64;

}  // namespace

void JsonRowSource::fail_columns(std::string const& message, std::string hint) const {
  throw Error("data.columns", message, lines_.where(), std::move(hint));
}

void JsonRowSource::fail_cell(std::size_t feature, std::string const& message, std::string hint) const {
  auto const column = columns_[feature];
  auto const name = named_ ? fmt::format("'{}'", column_names_[column]) : std::to_string(column);
  throw Error("data.value", message, fmt::format("{}, column {}", lines_.where(), name), std::move(hint));
}

JmespathResult JsonRowSource::features_of_line(JsonValue const& line) const {
  return path_ ? path_->search(line) : JmespathResult(line);
}

/// The members of an object, in the columns' order: mostly that of the line.
void JsonRowSource::take_members(JsonValue const& features) {
  auto const& members = *features.object();
  for (std::size_t c = 0; c < column_names_.size(); ++c) {
    bool const in_place = c < members.size() && members[c].name == column_names_[c];
    cells_[c] = in_place ? &members[c].value : find_member(features, column_names_[c]);
    if (cells_[c] == nullptr) {
      fail_columns(fmt::format("the line has no '{}'", column_names_[c]), "write null for a missing value");
    }
  }
  if (members.size() == column_names_.size()) return;
  for (auto const& member : members) {
    if (std::find(column_names_.begin(), column_names_.end(), member.name) == column_names_.end()) {
      fail_columns(fmt::format("the line has a '{}' that the first line lacks", member.name),
                   "every line needs the same names");
    }
  }
}

/// Reads a line and finds its cells; false at the end.
bool JsonRowSource::next_cells() {
  if (!lines_.next(line_)) return false;
  found_ = features_of_line(line_);
  if (by_name_ && found_->object() != nullptr) {
    take_members(*found_);
    return true;
  }
  auto const* const items = found_->array();
  if (by_name_ || items == nullptr) {
    fail_columns(fmt::format("the features are {}, the first line's are {}", shown_json(*found_),
                             by_name_ ? "an object" : "a list"),
                 "--features is the JMESPath from a line to its features");
  }
  if (items->size() != column_names_.size()) {
    fail_columns(fmt::format("the line has {} features, {}", items->size(),
                             options_.headers.empty() ? fmt::format("the first line has {}", column_names_.size())
                                                      : fmt::format("--headers has {}", column_names_.size())),
                 {});
  }
  for (std::size_t c = 0; c < items->size(); ++c) cells_[c] = &(*items)[c];
  return true;
}

double JsonRowSource::number_of(std::size_t feature, JsonValue const& cell) const {
  if (cell.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (auto const* const truth = cell.boolean()) return *truth ? 1.0 : 0.0;
  if (auto const* const number = cell.number()) return parser_.parse(number->text).value;  // or --missing -999
  auto const* const text = cell.string();
  if (text == nullptr)
    fail_cell(feature, fmt::format("{} is no number, text, true, false or null", shown_json(cell)), {});
  auto const parsed = parser_.parse(*text);
  if (parsed.kind == CellKind::kMissing) return parsed.value;
  fail_cell(feature, fmt::format("{} is a text, and the column held numbers up to here", shown_json(cell)),
            fmt::format("a column of texts is declared: --text-columns {}", schema_.feature_names[feature]));
}

/// The number, or the code of the text.
double JsonRowSource::value_of(std::size_t feature) {
  auto const& cell = *cells_[columns_[feature]];
  if (schema_.kinds[feature] != FeatureKind::kText) return number_of(feature, cell);
  auto& texts = texts_[feature];
  if (cell.is_null()) return static_cast<double>(texts.code(""));
  if (auto const* const truth = cell.boolean()) return static_cast<double>(texts.code(*truth ? "true" : "false"));
  if (auto const* const number = cell.number()) return static_cast<double>(texts.code(number->text));
  if (auto const* const text = cell.string()) return static_cast<double>(texts.code(*text));
  fail_cell(feature, fmt::format("{} is no number, text, true, false or null", shown_json(cell)), {});
}

std::string JsonRowSource::id_of_line() const {
  auto const found = id_path_ ? id_path_->search(line_) : JmespathResult(*cells_[*id_column_]);
  if (auto const* const text = found->string()) return *text;
  if (auto const* const number = found->number()) return number->text;
  throw Error("data.value", fmt::format("the id is {}, neither a text nor a number", shown_json(*found)),
              lines_.where(), fmt::format("--id '{}' must be in every line", *options_.id));
}

bool JsonRowSource::next(std::int64_t max_rows, RowChunk& chunk) {
  chunk.first_row = next_row_;
  chunk.rows = 0;
  chunk.stride = (max_rows + kStrideRows - 1) / kStrideRows * kStrideRows;
  chunk.values.resize(columns_.size() * static_cast<std::size_t>(chunk.stride));
  chunk.ids.clear();
  chunk.texts.clear();
  for (; chunk.rows < max_rows && next_cells(); ++chunk.rows) {
    for (std::size_t f = 0; f < columns_.size(); ++f) {
      chunk.values[f * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(chunk.rows)] = value_of(f);
    }
    if (id_column_ || id_path_) chunk.ids.push_back(id_of_line());
  }
  next_row_ += chunk.rows;
  auto const& kinds = schema_.kinds;
  if (std::find(kinds.begin(), kinds.end(), FeatureKind::kText) != kinds.end()) {
    for (auto& dictionary : texts_) chunk.texts.push_back(dictionary.take());
  }
  return chunk.rows > 0;
}

}  // namespace limpid
