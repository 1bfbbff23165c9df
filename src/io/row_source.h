/// Rows of a data file, matched to a model's features, chunk by chunk (docs/contract.md, Data). Arrow stays behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/cell_errors.h"
#include "limpid/ensemble.h"

namespace limpid {

enum class DataFormat : std::uint8_t { kAuto, kCsv, kJsonLines };

struct ReadOptions {
  std::string path;               ///< "-": standard input
  std::optional<std::string> id;  ///< column by name or 0-based index
  std::optional<std::string> label;
  std::vector<std::string> exclude;
  bool header = true;
  char delimiter = ',';
  std::vector<std::string> missing;       ///< spellings of a missing value beside the built-in ones
  std::string categories;                 ///< file of texts and codes (category_file.h); empty: the model's own alone
  bool may_be_text = false;               ///< the data of a black box: --text-columns can declare columns
  DataFormat format = DataFormat::kAuto;  ///< of a black box's data; auto: by the first bytes
  std::string features;                   ///< JSON Lines: JMESPath to the features; empty: see json_row_source.h
  std::vector<std::string> headers;       ///< JSON Lines: names of the features of a list; empty: none
  std::string role = "--data";            ///< "--data" or "--background", for messages
  std::int64_t most_rows = 0;             ///< open_rows: the file's first rows alone; 0: all
  std::int64_t block_bytes = 512 * 1024;  ///< read at a time; tests make it small
  std::function<bool()> stop;             ///< asked before every read, from any thread: true ends it
};

/// One chunk of rows.
struct RowChunk {
  std::int64_t first_row = 0;  ///< 0-based, header not counted
  std::int64_t rows = 0;
  std::int64_t stride = 0;       ///< multiple of 64, >= rows
  std::vector<double> values;    ///< [M x stride] in the model's feature order; NaN: missing
  std::vector<std::string> ids;  ///< [rows] byte for byte, or empty without --id
  /// [M] texts of the columns of text, whose values are indices into them; empty: no column is text.
  std::vector<std::vector<std::string>> texts;
};

/// How the file's columns meet the model's features.
struct DataSchema {
  std::vector<std::int32_t> feature_order;    ///< model feature indices in the data's column order (output order)
  std::vector<std::string> feature_names;     ///< [M] in the model's feature order: the names outputs use
  std::vector<std::int32_t> feature_columns;  ///< [M] 0-based column of the data
  std::string id_name;                        ///< header name of the id column, "id" without a header; empty: none
  std::vector<std::string> notes;             ///< e.g. matched by position because the model has no names
  /// [M] code -> its text in the data, of the features whose categories have texts.
  std::vector<std::map<std::int32_t, std::string>> category_texts;
  std::vector<FeatureKind> kinds;  ///< [M]
  bool named = false;              ///< the names are those of the data, not f0, f1, ...
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  [[nodiscard]] virtual DataSchema const& schema() const = 0;
  /// Reads the next rows, exactly `max_rows` of them except at the end; false when there are none left. Throws Error
  /// data.value with file, line, column and text, data.interrupted when options.stop() was true.
  [[nodiscard]] virtual bool next(std::int64_t max_rows, RowChunk& chunk) = 0;
  /// Category texts that were not known in the rows read so far: features that had any, in the data's column order.
  [[nodiscard]] virtual std::vector<UnseenTexts> unseen() const { return {}; }
  /// SHA-256 of the file as it is stored, hex, taken while it was read; skips the rows that are left. Empty: not a
  /// file.
  [[nodiscard]] virtual std::string sha256() { return {}; }
};

/// Opens a CSV file (plain or gzip), or JSON Lines where the data is a black box's (may_be_text). Throws Error
/// data.open, data.format (Parquet, JSON Lines, s3://: named, with what to do), data.empty, data.columns (missing,
/// unknown, count), usage.column.
[[nodiscard]] std::unique_ptr<RowSource> open_rows(ReadOptions const& options, Ensemble const& ensemble);

/// Opens the data of a black box, where no model says what the columns are: all but those of --id, --label and
/// --exclude are features. A column is text when it is among `text_columns` (names or 0-based indices), or when a cell
/// of the first block of the file (512 KiB) is neither a number nor missing; else it holds numbers. Throws as
/// open_rows, and usage.column.
[[nodiscard]] std::unique_ptr<RowSource> open_table(ReadOptions const& options,
                                                    std::vector<std::string> const& text_columns);

/// A model of these features that has no trees: what open_rows and sample_rows need to read such data again.
[[nodiscard]] Ensemble features_of(DataSchema const& schema);

}  // namespace limpid
