/// How far a run is, on standard error: nothing for the first 2 s, then a bar on a terminal, otherwise a line every
/// 30 s, or JSON lines. One hint when more than 10 minutes are left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/console.h"

namespace limpid::cli {

class ProgressPrinter {
 public:
  /// `mode`: auto, none, plain, json. `total`: rows of the data (or an estimate); 0: unknown.
  ProgressPrinter(Console const& console, std::string const& mode, std::int64_t total, std::string slow_hint);
  /// Thread safety: one call at a time.
  void update(std::int64_t rows);
  void finish();  ///< takes the bar away

 private:
  enum class Form : std::uint8_t { kNone, kBar, kPlain, kJson };
  void show(std::int64_t rows, double seconds, double left);
  void hint(double left);

  Console const& console_;
  Form form_ = Form::kNone;
  std::int64_t total_;
  std::string slow_hint_;
  bool hinted_ = false;
  bool bar_shown_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double next_ = 0.0;  ///< seconds at which something is shown again
};

/// Rows of a file, from its size and the length of its first lines; 0 when that says nothing (a pipe, gzip).
[[nodiscard]] std::int64_t estimate_rows(std::string const& path);

[[nodiscard]] std::string format_seconds(double seconds);    ///< "42 s", "12 min", "3.5 h"
[[nodiscard]] std::string format_count(std::int64_t count);  ///< "1,000,000"

}  // namespace limpid::cli
