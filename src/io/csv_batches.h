/// A CSV file as batches of text columns. Arrow's StreamingReader cuts rows and fields; numbers are read
/// elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_record.h"

namespace limpid {

/// A column of one batch: the text of row r is data[offsets[r]] up to data[offsets[r + 1]].
struct TextColumn {
  std::int32_t const* offsets = nullptr;  ///< [rows + 1]
  char const* data = nullptr;
  [[nodiscard]] std::string_view operator[](std::int64_t row) const noexcept {
    return {data + offsets[row], static_cast<std::size_t>(offsets[row + 1] - offsets[row])};
  }
};

/// Thread safety: one thread at a time.
class CsvBatches {
 public:
  struct Options {
    std::string path;  ///< "-": standard input
    std::string role;  ///< for messages
    char delimiter = ',';
    std::int64_t block_bytes = 512 * 1024;  ///< read at a time; grows with the length of the first records
    std::function<bool()> stop;             ///< asked before every read
  };

  /// Opens the file and looks at its first records. Throws Error data.open, data.format, data.empty.
  explicit CsvBatches(Options options);
  ~CsvBatches();
  CsvBatches(CsvBatches const&) = delete;
  CsvBatches& operator=(CsvBatches const&) = delete;

  /// The first records, blank lines too: all of a short file, otherwise at least kHeadRecords that are not blank.
  static constexpr std::size_t kHeadRecords = 8;
  [[nodiscard]] std::vector<CsvRecord> const& head() const noexcept;

  /// Starts reading after the first `skip_records` records; `columns` (0-based, ascending) of `column_count`.
  void start(std::size_t skip_records, std::int32_t column_count, std::vector<std::int32_t> columns);

  /// Moves to the next batch; false at the end. Throws Error data.value (rows with other counts of fields, an open
  /// quote), data.format (damaged gzip), data.open. REQUIRES: start() was called.
  [[nodiscard]] bool next();

  [[nodiscard]] std::int64_t rows() const noexcept;                   ///< of this batch
  [[nodiscard]] std::int64_t first_row() const noexcept;              ///< of this batch
  [[nodiscard]] TextColumn column(std::size_t index) const noexcept;  ///< columns[index] of start()
  [[nodiscard]] std::int64_t line_of(std::int64_t row) const;         ///< of this batch; 1-based, physical

  /// SHA-256 of the file as it is stored, hex; reads what is left of it.
  [[nodiscard]] std::string sha256();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace limpid
