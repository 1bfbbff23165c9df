// Bytes flow: TextInput -> CountedText -> Arrow's StreamingReader.
#include "io/csv_batches.h"

#include <arrow/array/array_binary.h>
#include <arrow/csv/options.h>
#include <arrow/csv/reader.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "io/byte_source.h"
#include "io/counted_text.h"
#include "io/text_input.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::size_t kLongestRecord = 256 * 1024 * 1024;

}  // namespace

struct CsvBatches::Impl {
  Options options;
  std::shared_ptr<ReadState> shared = std::make_shared<ReadState>();
  std::shared_ptr<TextInput> input;
  std::vector<CsvRecord> head;
  std::shared_ptr<arrow::csv::StreamingReader> reader;
  std::shared_ptr<arrow::RecordBatch> batch;
  std::int32_t column_count = 0;
  std::int64_t block_bytes = 0;
  std::int64_t first_row = 0;

  [[nodiscard]] std::string where() const { return fmt::format("{} {}", options.role, options.path); }
  [[noreturn]] void fail(arrow::Status const& status) const;
  void peek_records();
  [[nodiscard]] std::int64_t choose_block_bytes() const;
  [[nodiscard]] arrow::csv::ReadOptions read_options() const;
  [[nodiscard]] arrow::csv::ParseOptions parse_options() const;
};

/// Turns Arrow's refusal into ours: what the streams and the row handler noted says more than its text.
void CsvBatches::Impl::fail(arrow::Status const& status) const {
  std::lock_guard const lock(shared->mutex);
  auto const name = display_name(options.path);
  if (shared->failure) throw Error(*shared->failure);
  if (auto const& ragged = shared->ragged; ragged && shared->lines) {
    throw Error("data.value",
                fmt::format("a row has {} field{}, the others have {}", ragged->fields, ragged->fields == 1 ? "" : "s",
                            column_count),
                fmt::format("{}, line {}", where(), shared->lines->line_of(ragged->number)),
                "a field that holds the delimiter or a line end must be quoted; --delimiter names another delimiter");
  }
  if (shared->lines && shared->lines->inside_quotes()) throw open_quote(*shared->lines, where());
  if (status.message().find("straddling") != std::string::npos && shared->lines) {
    throw Error("data.value", fmt::format("a row is longer than {} bytes", block_bytes),
                fmt::format("{}, near line {}", where(), shared->lines->last_row_line()), "is a quote left open?");
  }
  throw Error("data.value", fmt::format("{} cannot be read as CSV: {}", name, status.message()), where());
}

void CsvBatches::Impl::peek_records() {
  std::size_t used = 0;
  std::size_t filled = 0;
  while (filled < kHeadRecords) {
    auto record = parse_record(input->peeked().substr(used), options.delimiter, input->peeked_all());
    if (record) {
      used += record->bytes;
      filled += record->blank() ? 0 : 1;
      head.push_back(std::move(*record));
    } else if (input->peeked_all()) {
      break;  // the end of the file, or a quote that never closes: Arrow will meet it too
    } else {
      if (input->peeked().size() >= kLongestRecord) break;
      input->peek_more();
    }
  }
  if (head.empty()) {
    throw Error("data.format", fmt::format("the first line of {} does not end", display_name(options.path)),
                fmt::format("{}, line 1", where()), "is a quote left open?");
  }
}

CsvBatches::CsvBatches(Options options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->input = std::make_shared<TextInput>(impl_->options.path, impl_->options.role, impl_->options.stop);
  impl_->peek_records();
}

CsvBatches::~CsvBatches() = default;

std::vector<CsvRecord> const& CsvBatches::head() const noexcept { return impl_->head; }

std::int64_t CsvBatches::Impl::choose_block_bytes() const {
  static constexpr std::int64_t kRecordsPerBlock = 16;
  static constexpr std::int64_t kSmallestBlock = 16;
  std::int64_t bytes = std::max(kSmallestBlock, options.block_bytes);
  for (auto const& record : head) {
    bytes = std::max(
        bytes, std::min<std::int64_t>(kRecordsPerBlock * static_cast<std::int64_t>(record.bytes), kLongestRecord));
  }
  return bytes;
}

arrow::csv::ReadOptions CsvBatches::Impl::read_options() const {
  auto read = arrow::csv::ReadOptions::Defaults();
  read.use_threads = false;
  read.block_size = static_cast<std::int32_t>(block_bytes);
  for (std::int32_t c = 0; c < column_count; ++c) read.column_names.push_back(std::to_string(c));
  return read;
}

arrow::csv::ParseOptions CsvBatches::Impl::parse_options() const {
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = options.delimiter;
  parse.newlines_in_values = true;
  parse.ignore_empty_lines = column_count != 1;
  parse.invalid_row_handler = [state = shared](arrow::csv::InvalidRow const& row) {
    std::lock_guard const lock(state->mutex);
    if (!state->ragged) state->ragged = RaggedRow{row.number - 1, row.actual_columns};
    return arrow::csv::InvalidRowResult::Error;
  };
  return parse;
}

void CsvBatches::start(std::size_t skip_records, std::int32_t column_count, std::vector<std::int32_t> columns) {
  std::size_t skip_bytes = 0;
  std::int64_t first_line = 1;
  for (std::size_t i = 0; i < skip_records; ++i) {
    skip_bytes += impl_->head[i].bytes;
    first_line += static_cast<std::int64_t>(impl_->head[i].lines);
  }
  impl_->column_count = column_count;
  impl_->block_bytes = impl_->choose_block_bytes();
  impl_->shared->lines.emplace(first_line, impl_->options.delimiter, column_count == 1);
  impl_->input->skip_peeked(skip_bytes);
  if (impl_->input->peeked().empty() && impl_->input->peeked_all()) return;  // Arrow refuses empty files

  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.check_utf8 = false;
  if (columns.empty()) columns.push_back(0);  // no column is needed, but rows are still counted
  for (auto const c : columns) {
    convert.include_columns.push_back(std::to_string(c));
    convert.column_types[std::to_string(c)] = arrow::binary();
  }
  auto text = std::make_shared<CountedText>(impl_->input, impl_->shared);
  auto made = arrow::csv::StreamingReader::Make(arrow::io::default_io_context(), text, impl_->read_options(),
                                                impl_->parse_options(), convert);
  if (!made.ok()) impl_->fail(made.status());
  impl_->reader = *made;
}

bool CsvBatches::next() {
  if (!impl_->reader) return false;
  if (impl_->batch) impl_->first_row += impl_->batch->num_rows();
  do {
    auto const status = impl_->reader->ReadNext(&impl_->batch);
    if (!status.ok()) impl_->fail(status);
  } while (impl_->batch && impl_->batch->num_rows() == 0);
  if (!impl_->batch) return false;
  std::lock_guard const lock(impl_->shared->mutex);
  impl_->shared->lines->forget_before(impl_->first_row);
  return true;
}

std::int64_t CsvBatches::rows() const noexcept { return impl_->batch->num_rows(); }
std::int64_t CsvBatches::first_row() const noexcept { return impl_->first_row; }

TextColumn CsvBatches::column(std::size_t index) const noexcept {
  auto const array = std::static_pointer_cast<arrow::BinaryArray>(impl_->batch->column(static_cast<int>(index)));
  return {array->raw_value_offsets(), reinterpret_cast<char const*>(array->raw_data())};  // the batch keeps them
}

std::int64_t CsvBatches::line_of(std::int64_t row) const {
  std::lock_guard const lock(impl_->shared->mutex);
  return impl_->shared->lines->line_of(row);
}

std::string CsvBatches::sha256() {
  while (impl_->reader && impl_->batch) static_cast<void>(next());  // Arrow's thread must be done with the input
  return impl_->input->sha256();
}

}  // namespace limpid
