#include "io/row_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "io/byte_source.h"
#include "io/cell.h"
#include "io/columns.h"
#include "io/csv_batches.h"
#include "io/utf8.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kStrideRows = 64;

/// Text in a message: cut when long, line ends and other control characters shown.
std::string shown(std::string_view text) {
  static constexpr std::size_t kLongest = 40;
  std::string out;
  for (char const c : text.substr(0, kLongest)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20U) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  if (!is_utf8(out)) return fmt::format("{} bytes that are not UTF-8", text.size());
  return text.size() > kLongest ? fmt::format("'{}'...", out) : fmt::format("'{}'", out);
}

class CsvRowSource final : public RowSource {
 public:
  CsvRowSource(ReadOptions options, Ensemble const& ensemble);

  [[nodiscard]] DataSchema const& schema() const override { return plan_.schema; }
  [[nodiscard]] bool next(std::int64_t max_rows, RowChunk& chunk) override;
  [[nodiscard]] std::string sha256() override { return batches_.sha256(); }

 private:
  void open(Ensemble const& ensemble);
  [[nodiscard]] DataHead read_head(std::size_t& skip) const;
  void take(std::int64_t count, RowChunk& chunk) const;
  [[noreturn]] void fail_cell(std::size_t feature, std::int64_t row, Cell cell, std::string_view text) const;
  [[nodiscard]] std::string place(std::int32_t column, std::int64_t row) const;

  ReadOptions options_;
  CellParser parser_;
  CsvBatches batches_;
  ColumnPlan plan_;
  std::vector<FeatureKind> kinds_;  ///< [M]
  std::vector<std::size_t> slots_;  ///< [M] index of the feature's column among those that are read
  std::size_t id_slot_ = 0;
  std::int64_t next_row_ = 0;
  std::int64_t used_ = 0;  ///< rows of the batch that were handed out
  std::int64_t left_ = 0;  ///< rows of the batch that were not
};

CsvRowSource::CsvRowSource(ReadOptions options, Ensemble const& ensemble)
    : options_(std::move(options)),
      parser_(options_.missing, ensemble.input_cast),
      batches_({options_.path, options_.role, options_.delimiter, options_.block_bytes, options_.stop}) {
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

std::string CsvRowSource::place(std::int32_t column, std::int64_t row) const {
  auto const& name = plan_.column_names[static_cast<std::size_t>(column)];
  auto const text = name == std::to_string(column) ? name : fmt::format("'{}'", name);
  return fmt::format("{} {}, line {}, column {}", options_.role, options_.path, batches_.line_of(row), text);
}

void CsvRowSource::fail_cell(std::size_t feature, std::int64_t row, Cell cell, std::string_view text) const {
  std::string message;
  std::string hint;
  auto const missing = fmt::format("if it means that the value is missing: --missing {}", shown(text));
  if (cell.kind == CellKind::kInfinite) {
    message = fmt::format("{} is infinite, a finite number is needed", shown(text));
    hint = missing;
  } else if (cell.kind == CellKind::kOverflow) {
    message = fmt::format("{} is too large for the model's numbers", shown(text));
    hint = missing;
  } else if (kinds_[feature] == FeatureKind::kCategorical) {
    message = fmt::format("{} is text, the model's categories are given by their codes", shown(text));
    hint = "write the integer code the model was trained with (pandas: column.cat.codes); " + missing;
  } else {
    message = fmt::format("{} is not a number", shown(text));
    hint = missing;
    if (text.find(',') != std::string_view::npos) hint = "numbers have a decimal point and no separators of thousands";
  }
  throw Error("data.value", message, place(plan_.column_of_feature[feature], row), hint);
}

/// Appends the batch's next `count` rows to the chunk.
void CsvRowSource::take(std::int64_t count, RowChunk& chunk) const {
  std::int64_t first_bad = std::numeric_limits<std::int64_t>::max();
  std::size_t bad_feature = 0;
  for (std::size_t f = 0; f < slots_.size(); ++f) {
    auto const column = batches_.column(slots_[f]);
    double* const out = chunk.values.data() + static_cast<std::int64_t>(f) * chunk.stride + chunk.rows;
    for (std::int64_t r = 0; r < count; ++r) {
      auto const cell = parser_.parse(column[used_ + r]);
      if (cell.kind > CellKind::kMissing) {
        if (r < first_bad) bad_feature = f;
        first_bad = std::min(first_bad, r);
        break;
      }
      out[r] = cell.value;
    }
  }
  if (first_bad < count) {  // of several bad cells, the one of the first row is told
    auto const text = batches_.column(slots_[bad_feature])[used_ + first_bad];
    fail_cell(bad_feature, next_row_ + first_bad, parser_.parse(text), text);
  }
  if (!plan_.id_column) return;
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
