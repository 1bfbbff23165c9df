// Opening a CSV file: head, columns, kinds, categories.
#include "io/row_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/byte_source.h"
#include "io/category_file.h"
#include "io/csv_row_source.h"
#include "io/first_rows.h"
#include "io/json_row_source.h"
#include "io/utf8.h"
#include "limpid/error.h"

namespace limpid {

CsvRowSource::CsvRowSource(ReadOptions options, Ensemble const& ensemble)
    : options_(std::move(options)),
      parser_(options_.missing, ensemble.input_cast),
      batches_({options_.path, options_.role, options_.delimiter, options_.block_bytes, options_.stop}),
      worst_(ensemble.refuses_missing ? CellKind::kNumber : CellKind::kMissing) {
  std::size_t skip = 0;
  auto const head = read_head(skip);
  plan_ = plan_columns(head, options_, ensemble);
  for (auto const& feature : ensemble.features) plan_.schema.kinds.push_back(feature.kind);
  plan_categories(ensemble);
  start(skip, head.column_count);
}

CsvRowSource::CsvRowSource(ReadOptions options, std::vector<std::string> const& text_columns)
    : options_(std::move(options)),
      parser_(options_.missing, InputCast::kFloat64),
      batches_({options_.path, options_.role, options_.delimiter, options_.block_bytes, options_.stop}),
      worst_(CellKind::kMissing) {
  std::size_t skip = 0;
  auto const head = read_head(skip);
  plan_ = plan_all_columns(head, options_);
  categories_.resize(plan_.column_of_feature.size());
  plan_.schema.category_texts.resize(plan_.column_of_feature.size());
  plan_.schema.kinds.resize(plan_.column_of_feature.size(), FeatureKind::kNumeric);
  std::vector<std::int32_t> texts;
  texts.reserve(text_columns.size());
  for (auto const& name : text_columns) texts.push_back(find_column(head, options_, "--text-columns", name));
  plan_.schema.named = options_.header;
  start(skip, head.column_count);
  choose_kinds(texts);
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

void CsvRowSource::start(std::size_t skip, std::int32_t column_count) {
  std::vector<std::int32_t> columns = plan_.column_of_feature;
  if (plan_.id_column) columns.push_back(*plan_.id_column);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  auto const slot_of = [&](std::int32_t column) {
    return static_cast<std::size_t>(std::lower_bound(columns.begin(), columns.end(), column) - columns.begin());
  };
  for (auto const column : plan_.column_of_feature) slots_.push_back(slot_of(column));
  if (plan_.id_column) id_slot_ = slot_of(*plan_.id_column);
  batches_.start(skip, column_count, std::move(columns));
  if (!batches_.next()) {
    throw Error("data.empty", fmt::format("{} has a header but no rows", display_name(options_.path)),
                fmt::format("{} {}", options_.role, options_.path));
  }
  left_ = batches_.rows();
}

/// By the options, else by the first batch, which is what the file's first block holds.
void CsvRowSource::choose_kinds(std::vector<std::int32_t> const& text_columns) {
  for (std::size_t f = 0; f < slots_.size(); ++f) {
    auto const chosen = std::find(text_columns.begin(), text_columns.end(), plan_.column_of_feature[f]);
    if (chosen != text_columns.end() || has_text(f)) plan_.schema.kinds[f] = FeatureKind::kText;
  }
}

/// Whether a cell of the batch is neither a number nor missing.
bool CsvRowSource::has_text(std::size_t feature) const {
  auto const column = batches_.column(slots_[feature]);
  for (std::int64_t r = 0; r < batches_.rows(); ++r) {
    if (parser_.parse(column[r]).kind == CellKind::kText) return true;
  }
  return false;
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

std::unique_ptr<RowSource> open_rows(ReadOptions const& options, Ensemble const& ensemble) {
  if (options.may_be_text && is_json_lines(options)) return std::make_unique<JsonRowSource>(options, ensemble);
  auto rows = std::make_unique<CsvRowSource>(options, ensemble);
  if (options.most_rows == 0) return rows;
  return first_rows(std::move(rows), options.most_rows);
}

std::unique_ptr<RowSource> open_table(ReadOptions const& options, std::vector<std::string> const& text_columns) {
  if (is_json_lines(options)) return std::make_unique<JsonRowSource>(options, text_columns);
  return std::make_unique<CsvRowSource>(options, text_columns);
}

Ensemble features_of(DataSchema const& schema) {
  Ensemble out;
  out.input_cast = InputCast::kFloat64;
  out.named_features = schema.named;
  for (std::size_t f = 0; f < schema.feature_names.size(); ++f) {
    out.features.push_back({schema.feature_names[f], schema.kinds[f], {}, false});
  }
  return out;
}

}  // namespace limpid
