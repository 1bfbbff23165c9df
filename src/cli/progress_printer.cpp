#include "cli/progress_printer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace limpid::cli {
namespace {

constexpr double kFirstSeconds = 2.0;
constexpr double kBarSeconds = 0.2;
constexpr double kJsonSeconds = 1.0;
constexpr double kPlainSeconds = 30.0;
constexpr double kSlowSeconds = 600.0;
constexpr double kUnknown = -1.0;
constexpr int kBarCells = 24;

std::string bar(double part) {
  auto const full = static_cast<int>(std::clamp(part, 0.0, 1.0) * kBarCells);
  std::string out;
  for (int i = 0; i < kBarCells; ++i) out += i < full ? "█" : "·";
  return out;
}

}  // namespace

std::string format_seconds(double seconds) {
  static constexpr double kMinute = 60.0;
  static constexpr double kHour = 3600.0;
  if (seconds < 10.0) return fmt::format("{:.1f} s", seconds);
  if (seconds < 2 * kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * kHour) return fmt::format("{:.0f} min", seconds / kMinute);
  return fmt::format("{:.1f} h", seconds / kHour);
}

std::string format_count(std::int64_t count) {
  static constexpr std::size_t kGroup = 3;
  auto text = fmt::format("{}", count);
  for (auto i = text.size(); i > kGroup; i -= kGroup) text.insert(i - kGroup, 1, ',');
  return text;
}

std::int64_t estimate_rows(std::string const& path) {
  static constexpr std::size_t kHead = std::size_t{1} << 20;
  std::error_code status;
  auto const bytes = std::filesystem::file_size(path, status);
  if (status) return 0;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> head(std::min<std::uintmax_t>(kHead, bytes));
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  bool const gzip = head.size() > 1 && head[0] == '\x1f' && head[1] == '\x8b';
  auto const lines = std::count(head.begin(), head.end(), '\n');
  if (!file || gzip || lines == 0) return 0;
  return static_cast<std::int64_t>(static_cast<double>(lines) * static_cast<double>(bytes) /
                                   static_cast<double>(head.size()));
}

ProgressPrinter::ProgressPrinter(Console const& console, std::string const& mode, std::int64_t total,
                                 std::string slow_hint)
    : console_(console), total_(total), slow_hint_(std::move(slow_hint)), next_(kFirstSeconds) {
  if (mode == "auto") form_ = console.terminal() ? Form::kBar : Form::kPlain;
  if (mode == "plain") form_ = Form::kPlain;
  if (mode == "json") form_ = Form::kJson;
}

void ProgressPrinter::update(std::int64_t rows) {
  if (form_ == Form::kNone || rows == 0) return;
  auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (seconds < next_) return;
  auto const per_row = seconds / static_cast<double>(rows);
  auto const left = total_ > 0 ? per_row * static_cast<double>(std::max<std::int64_t>(total_ - rows, 0)) : kUnknown;
  hint(left);
  show(rows, seconds, left);
  next_ = seconds + (form_ == Form::kBar ? kBarSeconds : form_ == Form::kJson ? kJsonSeconds : kPlainSeconds);
}

void ProgressPrinter::show(std::int64_t rows, double seconds, double left) {
  auto const rate = static_cast<double>(rows) / seconds;
  if (form_ == Form::kJson) {
    auto line = fmt::format("{{\"rows\":{},\"seconds\":{:.1f},\"rows_per_second\":{:.1f}", rows, seconds, rate);
    if (left >= 0.0) line += fmt::format(",\"rows_total\":{},\"seconds_left\":{:.1f}", std::max(total_, rows), left);
    console_.raw(line + "}\n");
    return;
  }
  auto line = fmt::format("{} rows, {} rows/s", format_count(rows), format_count(std::llround(rate)));
  if (left >= 0.0) line += fmt::format(", about {} left", format_seconds(left));
  if (form_ == Form::kPlain) {
    console_.raw(line + '\n');
    return;
  }
  auto const part = total_ > 0 ? bar(static_cast<double>(rows) / static_cast<double>(total_)) + "  " : std::string();
  console_.raw("\r\x1b[K" + part + line);
  bar_shown_ = true;
}

void ProgressPrinter::hint(double left) {
  if (hinted_ || left <= kSlowSeconds || form_ == Form::kJson || slow_hint_.empty()) return;
  finish();
  console_.raw(fmt::format("hint: about {} left; {}\n", format_seconds(left), slow_hint_));
  hinted_ = true;
}

void ProgressPrinter::finish() {
  if (bar_shown_) console_.raw("\r\x1b[K");
  bar_shown_ = false;
}

}  // namespace limpid::cli
