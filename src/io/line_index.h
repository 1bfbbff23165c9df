/// Which physical line of a CSV file a row begins on: quoted newlines and skipped blank lines move rows and lines
/// apart. Fed with the bytes on their way to the parser; remembers only the rows where the distance changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace limpid {

/// Not thread-safe.
class LineIndex {
 public:
  /// `first_line`: 1-based line of the first byte that will be fed. `blank_is_row`: a blank line is a row (files of
  /// one column), not skipped.
  LineIndex(std::int64_t first_line, char delimiter, bool blank_is_row);

  void feed(std::string_view bytes);

  /// REQUIRES: the first byte of `row` was fed, and `row` was not forgotten.
  [[nodiscard]] std::int64_t line_of(std::int64_t row) const noexcept;
  void forget_before(std::int64_t row);

  [[nodiscard]] bool inside_quotes() const noexcept { return state_ == State::kQuoted; }
  [[nodiscard]] std::int64_t rows() const noexcept { return row_; }  ///< rows that have begun
  [[nodiscard]] std::int64_t last_row_line() const noexcept;         ///< line on which the newest row begins

 private:
  enum class State : std::uint8_t { kRowStart, kFieldStart, kField, kQuoted, kQuoteSeen };
  struct Shift {
    std::int64_t row;    ///< from this row on
    std::int64_t lines;  ///< line = row + lines
  };

  void begin_row();
  void end_line(char c);
  void step(char c);
  [[nodiscard]] std::size_t skip_plain_line(std::string_view bytes);

  char delimiter_;
  bool blank_is_row_;
  bool after_cr_ = false;
  State state_ = State::kRowStart;
  std::int64_t line_;
  std::int64_t row_ = 0;
  std::deque<Shift> shifts_;
};

}  // namespace limpid
