/// libFuzzer over the reader. Any bytes as a data file: the reader either throws an Error with a code of its own, or
/// reads what the slow record parser reads, whatever the sizes of blocks and chunks.
///     build/fuzz/tests/fuzz/fuzz_csv -max_total_time=180 -max_len=2000 corpus/
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "io/cell.h"
#include "io/csv_record.h"
#include "io/row_source.h"
#include "limpid/error.h"
#include "memory_file.h"

/// Arrow's library is not instrumented, so that containers that cross its border look overflowed.
extern "C" char const* __asan_default_options() { return "detect_container_overflow=0"; }

namespace {

[[noreturn]] void fail(char const* what) {
  std::fprintf(stderr, "fuzz_csv: %s\n", what);
  std::abort();
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Walks over the rows of the text, one record at a time.
class SlowRows {
 public:
  SlowRows(std::string_view text, bool header) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    if (!header) return;
    while (auto const record = take()) {
      if (!record->blank()) break;
    }
  }
  /// The next row; blank lines are rows only where there is one column.
  [[nodiscard]] limpid::CsvRecord next(std::size_t columns) {
    while (auto record = take()) {
      if (!record->blank() || columns == 1) return *record;
    }
    fail("more rows than records");
  }
  void expect_end(std::size_t columns) {
    while (auto const record = take()) {
      if (!record->blank() || columns == 1) fail("fewer rows than records");
    }
  }

 private:
  std::optional<limpid::CsvRecord> take() {
    auto record = limpid::parse_record(text_, ',', true);
    if (record) text_.remove_prefix(record->bytes);
    return record;
  }
  std::string_view text_;
};

std::vector<std::string> const kTexts{"a", "1", "", "NA", " b", "\xC3\xA9"};

/// The last column's categories, as docs/contract.md has them: the list, then missing spellings, then what is unseen.
double slow_code(std::string_view text) {
  for (std::size_t code = 0; code < kTexts.size(); ++code) {
    if (text == kTexts[code]) return static_cast<double>(code);
  }
  return limpid::is_missing_text(limpid::trim(text)) ? std::nan("") : -1.0;
}

void compare(limpid::RowSource& source, std::string_view text, limpid::ReadOptions const& options, std::size_t columns,
             std::int64_t chunk_rows) {
  limpid::CellParser const parser(options.missing, limpid::InputCast::kFloat32);
  SlowRows slow(text, options.header);
  limpid::RowChunk chunk;
  std::int64_t unseen = 0;
  while (source.next(chunk_rows, chunk)) {
    for (std::int64_t r = 0; r < chunk.rows; ++r) {
      auto const record = slow.next(columns);
      if (record.fields.size() != columns) fail("a ragged row was read");
      if (record.fields[0] != chunk.ids[static_cast<std::size_t>(r)]) fail("another id");
      for (std::size_t f = 1; f < columns; ++f) {
        auto const value = chunk.values[(f - 1) * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(r)];
        auto const& field = record.fields[f];
        bool const category = f + 1 == columns;
        if (!same(category ? slow_code(field) : parser.parse(field).value, value)) fail("another value");
        if (category && value < 0.0) ++unseen;
      }
    }
  }
  slow.expect_end(columns);
  auto const counted = source.unseen();
  if ((counted.empty() ? 0 : counted[0].count) != unseen) fail("another count of unseen categories");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view const text(reinterpret_cast<char const*>(data) + 2, size - 2);
  limpid::ReadOptions options;
  options.header = (data[0] & 1U) != 0;
  options.block_bytes = 1 + (data[0] >> 1U);
  options.id = "0";
  limpid::fuzz::MemoryFile const file(text);
  options.path = file.path();
  std::string_view start = text;
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  std::size_t columns = 1;
  while (auto const record = limpid::parse_record(start, ',', true)) {
    columns = record->fields.size();
    for (std::size_t c = 1; c < columns; ++c) {
      if (record->fields[c] == "0") return 0;  // then --id 0 is the column of that name
    }
    if (!record->blank()) break;
    start.remove_prefix(record->bytes);
  }
  limpid::Ensemble model;
  model.features.resize(columns - 1);
  model.unseen_category = limpid::UnseenCategory::kOther;
  if (columns > 1) {
    model.features.back().kind = limpid::FeatureKind::kCategorical;
    model.features.back().categories = kTexts;
  }
  try {
    auto const source = limpid::open_rows(options, model);
    compare(*source, text, options, columns, 1 + data[1] % 70);
  } catch (limpid::Error const& error) {
    if (error.exit_code() != 3 && error.exit_code() != 2) fail(error.what());
  }
  return 0;
}
