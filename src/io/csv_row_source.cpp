// From cells of text to values: numbers, categories, texts and ids.
#include "io/csv_row_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/utf8.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kStrideRows = 64;

}  // namespace

std::string CsvRowSource::place(std::int32_t column, std::int64_t row) const {
  auto const& name = plan_.column_names[static_cast<std::size_t>(column)];
  auto const text = name == std::to_string(column) ? name : fmt::format("'{}'", name);
  return fmt::format("{} {}, line {}, column {}", options_.role, options_.path, batches_.line_of(row), text);
}

/// The bad cell is that of the batch's `bad`-th row that was not handed out.
void CsvRowSource::fail_cell(std::size_t feature, std::int64_t bad) const {
  auto const text = batches_.column(slots_[feature])[used_ + bad];
  auto const& category = categories_[feature];
  auto const complaint = category ? complain_of_category(text, category->encoder.list())
                                  : complain_of_number(parser_.parse(text), text,
                                                       plan_.schema.kinds[feature] == FeatureKind::kCategorical);
  auto const where = place(plan_.column_of_feature[feature], next_row_ + bad);
  if (options_.may_be_text && parser_.parse(text).kind == CellKind::kText) {
    throw Error("data.value", complaint.message + ", and the column held numbers up to here", where,
                fmt::format("a column of texts is declared: --text-columns {}", plan_.schema.feature_names[feature]));
  }
  throw Error("data.value", complaint.message, where, complaint.hint);
}

/// Values of the next `count` rows; the first row whose cell cannot be read, or `count`.
std::int64_t CsvRowSource::take_numbers(std::size_t feature, std::int64_t count, double* out) const {
  auto const column = batches_.column(slots_[feature]);
  for (std::int64_t r = 0; r < count; ++r) {
    auto const cell = parser_.parse(column[used_ + r]);
    if (cell.kind > worst_) return r;
    out[r] = cell.value;
  }
  return count;
}

std::int64_t CsvRowSource::take_categories(std::size_t feature, std::int64_t count, double* out) {
  auto const column = batches_.column(slots_[feature]);
  auto& category = *categories_[feature];
  bool const refuses = category.encoder.list().unseen == UnseenCategory::kError;
  for (std::int64_t r = 0; r < count; ++r) {
    auto const text = column[used_ + r];
    auto const code = category.encoder.encode(text);
    out[r] = code.value;
    if (code.kind == CategoryEncoder::Kind::kMissing) continue;
    ++category.values;
    if (code.kind == CategoryEncoder::Kind::kKnown) continue;
    if (refuses) return r;
    if (category.unseen++ == 0) category.example = text;
  }
  return count;
}

std::int64_t CsvRowSource::take_texts(std::size_t feature, std::int64_t count, double* out) {
  auto const column = batches_.column(slots_[feature]);
  for (std::int64_t r = 0; r < count; ++r) {
    auto const text = column[used_ + r];
    if (!is_utf8(text)) {
      throw Error("data.value", "the text is not UTF-8", place(plan_.column_of_feature[feature], next_row_ + r),
                  "convert the file: iconv -f LATIN1 -t UTF-8");
    }
    out[r] = static_cast<double>(texts_[feature].code(text));
  }
  return count;
}

void CsvRowSource::take_ids(std::int64_t count, RowChunk& chunk) const {
  auto const ids = batches_.column(id_slot_);
  for (std::int64_t r = 0; r < count; ++r) {
    auto const id = ids[used_ + r];
    if (!is_utf8(id)) {
      throw Error("data.value", "the id is not UTF-8 text", place(*plan_.id_column, next_row_ + r),
                  "convert the file: iconv -f LATIN1 -t UTF-8");
    }
    chunk.ids.emplace_back(id);
  }
}

/// Appends the batch's next `count` rows to the chunk.
void CsvRowSource::take(std::int64_t count, RowChunk& chunk) {
  std::int64_t first_bad = count;
  std::size_t bad_feature = 0;
  for (std::size_t f = 0; f < slots_.size(); ++f) {
    double* const out = chunk.values.data() + static_cast<std::int64_t>(f) * chunk.stride + chunk.rows;
    bool const text = plan_.schema.kinds[f] == FeatureKind::kText;
    auto const bad = text             ? take_texts(f, count, out)
                     : categories_[f] ? take_categories(f, count, out)
                                      : take_numbers(f, count, out);
    if (bad < first_bad) {  // of several bad cells, the one of the first row is told
      first_bad = bad;
      bad_feature = f;
    }
  }
  if (first_bad < count) fail_cell(bad_feature, first_bad);
  if (plan_.id_column) take_ids(count, chunk);
}

std::vector<UnseenTexts> CsvRowSource::unseen() const {
  std::vector<UnseenTexts> out;
  for (auto const f : plan_.schema.feature_order) {
    auto const& category = categories_[static_cast<std::size_t>(f)];
    if (!category || category->unseen == 0) continue;
    out.push_back({plan_.schema.feature_names[static_cast<std::size_t>(f)], category->unseen, category->values,
                   category->example, category->encoder.list().unseen});
  }
  return out;
}

bool CsvRowSource::next(std::int64_t max_rows, RowChunk& chunk) {
  chunk.first_row = next_row_;
  chunk.rows = 0;
  chunk.stride = (max_rows + kStrideRows - 1) / kStrideRows * kStrideRows;
  chunk.values.resize(slots_.size() * static_cast<std::size_t>(chunk.stride));
  chunk.ids.clear();
  chunk.texts.clear();
  texts_.resize(slots_.size());
  while (chunk.rows < max_rows) {
    if (left_ == 0) {
      if (!batches_.next()) break;
      used_ = 0;
      left_ = batches_.rows();
    }
    auto const count = std::min(left_, max_rows - chunk.rows);
    take(count, chunk);
    chunk.rows += count;
    next_row_ += count;
    used_ += count;
    left_ -= count;
  }
  auto const& kinds = plan_.schema.kinds;
  if (std::find(kinds.begin(), kinds.end(), FeatureKind::kText) != kinds.end()) {
    for (auto& dictionary : texts_) chunk.texts.push_back(dictionary.take());
  }
  return chunk.rows > 0;
}

}  // namespace limpid
