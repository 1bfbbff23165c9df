/// A model that limpid cannot look into: rows in, scores out. No predictor knows a game, a coalition or a background.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blackbox/http_options.h"

namespace limpid {

/// One input of the predictor.
struct PredictorColumn {
  std::string name;   ///< as the data's header has it; f0, f1, ... without one
  bool text = false;  ///< its values are texts, sent byte for byte; else numbers
};

struct PredictorColumns {
  std::vector<PredictorColumn> columns;  ///< [M] in the order in which they are sent: that of the data
  bool named = false;                    ///< the data has a header
};

/// Rows to be scored. Nothing of it is kept after the call.
struct PredictorRows {
  double const* values = nullptr;  ///< [n x M] row-major; NaN: missing; a text column: index into its texts
  std::int64_t rows = 0;           ///< n
  std::int32_t columns = 0;        ///< M
  /// [M] texts of text columns, an empty vector for a column of numbers; an empty span: no column is text. A text is
  /// never missing: an empty cell is the empty text.
  std::span<std::vector<std::string> const> texts{};

  [[nodiscard]] bool is_text(std::int32_t column) const noexcept;
  /// REQUIRES: is_text(column).
  [[nodiscard]] std::string const& text(std::int64_t row, std::int32_t column) const noexcept;
};

/// Rows in the memory of a GPU, written and ready. Numbers alone.
struct DeviceRows {
  double const* values = nullptr;  ///< [n x M] row-major, columns as Predictor::device_columns() has them; NaN: missing
  std::int64_t rows = 0;
  std::int32_t columns = 0;
  std::int32_t device = 0;  ///< CUDA's index
};

/// What was asked of the predictor so far.
struct PredictorCosts {
  std::int64_t requests = 0;  ///< calls of a library, HTTP requests, blocks of rows to a command; repeated ones count
  std::int64_t rows = 0;      ///< rows in them
  std::int64_t bytes = 0;     ///< of the rows as text, http
};

/// What the documents say of a predictor. No credentials.
struct PredictorFacts {
  std::string kind;     ///< "xgboost", "http", "command"
  std::string target;   ///< model file's name, URL without user and query, command
  std::string version;  ///< of the library; empty: not known
};

/// Thread safety: one call at a time.
class Predictor {
 public:
  virtual ~Predictor() = default;

  /// Scores [n x G] row-major, every one finite, in the order of the rows; the vector is resized. The same row has the
  /// same scores in every call, whatever its neighbours (the caller relies on it and sends a row once). Rows are sent
  /// in as many requests as suits the predictor. Throws Error endpoint.* (no answer, a wrong number of scores, no
  /// numbers, not finite), usage.*, model.*, and what poll() throws.
  virtual void predict(PredictorRows const& rows, std::vector<double>& scores) = 0;

  /// G; 0: not known before the first answer. After it the same for ever.
  [[nodiscard]] virtual std::int32_t outputs() const noexcept = 0;
  /// Rows of a call that keep the predictor busy; the caller sends fewer where its memory says so.
  [[nodiscard]] virtual std::int64_t preferred_rows() const noexcept = 0;
  [[nodiscard]] virtual PredictorCosts costs() const noexcept = 0;
  [[nodiscard]] virtual PredictorFacts facts() const = 0;
  /// What the user should know of how it went, one sentence; mostly nothing.
  [[nodiscard]] virtual std::string remark() const { return {}; }
  /// [G] names of the outputs, or empty.
  [[nodiscard]] virtual std::vector<std::string> labels() const { return {}; }
  /// Whether it reads rows in the memory of a GPU, where it then predicts all it is asked for.
  [[nodiscard]] virtual bool reads_device() const noexcept { return false; }
  /// [M] the data's column at each place of such a row; empty: the data's order.
  [[nodiscard]] virtual std::vector<std::int32_t> device_columns() const { return {}; }
  /// Scores [n x G] in the same memory, ready to be read; the predictor's own until its next call of any kind. Unlike
  /// predict() it leaves it to the caller to find scores that are not finite. REQUIRES: reads_device(), outputs() > 0.
  [[nodiscard]] virtual float const* predict_on_device(DeviceRows const& rows);

  /// To be called at least every tenth of a second while waiting, in predict(); may throw, which ends it. May be empty.
  std::function<void()> poll;
};

enum class PredictorKind : std::uint8_t { kXgboost, kHttp, kCommand };

/// Of `--predictor xgboost`.
struct XgboostOptions {
  std::string library;        ///< empty: looked for
  std::string model;          ///< file
  bool margin = false;        ///< before the link
  int threads = 1;            ///< of the library's predictor
  bool rounds_given = false;  ///< else up to the best one, where training stopped early
  std::int32_t rounds_begin = 0;
  std::int32_t rounds_end = 0;  ///< 0: all
  std::int32_t device = -1;     ///< CUDA's index of the GPU that predicts; -1: the CPU does
};

/// `--predictor` and the options that belong to it. Each predictor's options stand in its own block.
struct PredictorOptions {
  PredictorKind kind = PredictorKind::kCommand;
  std::string text;     ///< as it was given
  std::string address;  ///< URL, or the command

  double timeout_seconds = 60.0;  ///< without an answer (http: to a request; command: to any row)

  bool header = false;  ///< command, http CSV: the columns' names go first
  XgboostOptions xgboost;
  HttpOptions http;
};

/// What `--predictor` means: "xgboost", "http://..." or "https://...", "cmd:...". Throws Error usage.predictor.
[[nodiscard]] PredictorOptions parse_predictor(std::string const& text);

/// Throws Error usage.*, model.*, endpoint.*.
[[nodiscard]] std::unique_ptr<Predictor> make_predictor(PredictorOptions const& options, PredictorColumns columns);

inline float const* Predictor::predict_on_device(DeviceRows const& /*rows*/) { return nullptr; }

inline bool PredictorRows::is_text(std::int32_t column) const noexcept {
  return !texts.empty() && !texts[static_cast<std::size_t>(column)].empty();
}

inline std::string const& PredictorRows::text(std::int64_t row, std::int32_t column) const noexcept {
  return texts[static_cast<std::size_t>(column)][static_cast<std::size_t>(values[row * columns + column])];
}

}  // namespace limpid
