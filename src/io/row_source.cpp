#include "io/row_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/byte_source.h"
#include "io/category_encoder.h"
#include "io/category_file.h"
#include "io/cell.h"
#include "io/columns.h"
#include "io/csv_batches.h"
#include "io/utf8.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kStrideRows = 64;

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

  [[nodiscard]] DataSchema const& schema() const override { return plan_.schema; }
  [[nodiscard]] bool next(std::int64_t max_rows, RowChunk& chunk) override;
  [[nodiscard]] std::vector<UnseenTexts> unseen() const override;
  [[nodiscard]] std::string sha256() override { return batches_.sha256(); }

 private:
  void open(Ensemble const& ensemble);
  [[nodiscard]] DataHead read_head(std::size_t& skip) const;
  void plan_categories(Ensemble const& ensemble);
  void take(std::int64_t count, RowChunk& chunk);
  [[nodiscard]] std::int64_t take_numbers(std::size_t feature, std::int64_t count, double* out) const;
  [[nodiscard]] std::int64_t take_categories(std::size_t feature, std::int64_t count, double* out);
  void take_ids(std::int64_t count, RowChunk& chunk) const;
  [[noreturn]] void fail_cell(std::size_t feature, std::int64_t bad) const;
  [[nodiscard]] std::string place(std::int32_t column, std::int64_t row) const;

  ReadOptions options_;
  CellParser parser_;
  CsvBatches batches_;
  ColumnPlan plan_;
  std::vector<FeatureKind> kinds_;  ///< [M]
  CellKind worst_;                  ///< of the cells that are values
  std::vector<std::size_t> slots_;  ///< [M] index of the feature's column among those that are read
  std::vector<std::optional<CategoryColumn>> categories_;  ///< [M] of features whose categories have texts
  std::size_t id_slot_ = 0;
  std::int64_t next_row_ = 0;
  std::int64_t used_ = 0;  ///< rows of the batch that were handed out
  std::int64_t left_ = 0;  ///< rows of the batch that were not
};

CsvRowSource::CsvRowSource(ReadOptions options, Ensemble const& ensemble)
    : options_(std::move(options)),
      parser_(options_.missing, ensemble.input_cast),
      batches_({options_.path, options_.role, options_.delimiter, options_.block_bytes, options_.stop}),
      worst_(ensemble.refuses_missing ? CellKind::kNumber : CellKind::kMissing) {
  open(ensemble);
}

/// Names and first rows; `skip`: records before the first row.
DataHead CsvRowSource::read_head(std::size_t& skip) const {
  auto const& records = batches_.head();
  auto const first = std::find_if(records.begin(), records.end(), [](CsvRecord const& r) { return !r.blank(); });
  if (first == records.end()) {
    throw Error("data.empty", fmt::format("{} has no rows", display_name(options_.path)),
                fmt::format("{} {}", options_.role, options_.path));
  }
  DataHead head;
  head.column_count = static_cast<std::int32_t>(first->fields.size());
  skip = 0;
  if (options_.header) {
    head.names = first->fields;
    skip = static_cast<std::size_t>(first - records.begin()) + 1;
    for (auto const& name : head.names) {
      if (is_utf8(name)) continue;
      throw Error("data.format", "the header is not UTF-8 text", fmt::format("{} {}", options_.role, options_.path),
                  "convert the file: iconv -f LATIN1 -t UTF-8");
    }
  }
  for (std::size_t i = skip; i < records.size(); ++i) {
    if (!records[i].blank()) head.rows.push_back(records[i]);
  }
  return head;
}

void CsvRowSource::open(Ensemble const& ensemble) {
  std::size_t skip = 0;
  auto const head = read_head(skip);
  plan_ = plan_columns(head, options_, ensemble);
  for (auto const& feature : ensemble.features) kinds_.push_back(feature.kind);
  plan_categories(ensemble);
  std::vector<std::int32_t> columns = plan_.column_of_feature;
  if (plan_.id_column) columns.push_back(*plan_.id_column);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  auto const slot_of = [&](std::int32_t column) {
    return static_cast<std::size_t>(std::lower_bound(columns.begin(), columns.end(), column) - columns.begin());
  };
  for (auto const column : plan_.column_of_feature) slots_.push_back(slot_of(column));
  if (plan_.id_column) id_slot_ = slot_of(*plan_.id_column);
  batches_.start(skip, head.column_count, std::move(columns));
  if (!batches_.next()) {
    throw Error("data.empty", fmt::format("{} has a header but no rows", display_name(options_.path)),
                fmt::format("{} {}", options_.role, options_.path));
  }
  left_ = batches_.rows();
}

void CsvRowSource::plan_categories(Ensemble const& ensemble) {
  auto file = options_.categories.empty() ? CategoryFile{} : read_category_file(options_.categories, ensemble);
  plan_.schema.notes.insert(plan_.schema.notes.end(), file.notes.begin(), file.notes.end());
  categories_.resize(ensemble.features.size());
  plan_.schema.category_texts.resize(ensemble.features.size());
  for (std::size_t f = 0; f < ensemble.features.size(); ++f) {
    auto const given = file.lists.find(static_cast<std::int32_t>(f));
    bool const in_file = given != file.lists.end();
    if (!in_file && ensemble.features[f].categories.empty()) continue;
    auto list = in_file ? std::move(given->second) : own_categories(ensemble.features[f], ensemble.unseen_category);
    for (auto const& [text, code] : list.codes) plan_.schema.category_texts[f].emplace(code, text);
    categories_[f].emplace(CategoryColumn{CategoryEncoder(std::move(list), options_.missing), 0, 0, {}});
  }
}

std::string CsvRowSource::place(std::int32_t column, std::int64_t row) const {
  auto const& name = plan_.column_names[static_cast<std::size_t>(column)];
  auto const text = name == std::to_string(column) ? name : fmt::format("'{}'", name);
  return fmt::format("{} {}, line {}, column {}", options_.role, options_.path, batches_.line_of(row), text);
}

/// The bad cell is that of the batch's `bad`-th row that was not handed out.
void CsvRowSource::fail_cell(std::size_t feature, std::int64_t bad) const {
  auto const text = batches_.column(slots_[feature])[used_ + bad];
  auto const& category = categories_[feature];
  auto const complaint =
      category ? complain_of_category(text, category->encoder.list())
               : complain_of_number(parser_.parse(text), text, kinds_[feature] == FeatureKind::kCategorical);
  throw Error("data.value", complaint.message, place(plan_.column_of_feature[feature], next_row_ + bad),
              complaint.hint);
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
    auto const bad = categories_[f] ? take_categories(f, count, out) : take_numbers(f, count, out);
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
  return chunk.rows > 0;
}

}  // namespace

std::unique_ptr<RowSource> open_rows(ReadOptions const& options, Ensemble const& ensemble) {
  return std::make_unique<CsvRowSource>(options, ensemble);
}

}  // namespace limpid
