#include "io/line_index.h"

#include <algorithm>
#include <cstring>

namespace limpid {

LineIndex::LineIndex(std::int64_t first_line, char delimiter, bool blank_is_row)
    : delimiter_(delimiter), blank_is_row_(blank_is_row), line_(first_line), shifts_{{0, first_line}} {}

void LineIndex::begin_row() {
  if (line_ - row_ != shifts_.back().lines) shifts_.push_back({row_, line_ - row_});
  ++row_;
}

/// The newline of CR LF ends no second line.
void LineIndex::end_line(char c) {
  if (state_ == State::kRowStart && blank_is_row_) begin_row();
  if (state_ != State::kQuoted) state_ = State::kRowStart;
  after_cr_ = c == '\r';
  ++line_;
}

void LineIndex::step(char c) {
  bool const second_half = after_cr_ && c == '\n';
  after_cr_ = false;
  if (second_half) return;
  if ((c == '\n' || c == '\r')) return end_line(c);
  if (state_ == State::kRowStart) {
    begin_row();
    state_ = State::kFieldStart;
  }
  if (state_ == State::kQuoted) {
    if (c == '"') state_ = State::kQuoteSeen;
  } else if (c == '"' && (state_ == State::kFieldStart || state_ == State::kQuoteSeen)) {
    state_ = State::kQuoted;
  } else {
    state_ = c == delimiter_ ? State::kFieldStart : State::kField;
  }
}

/// Takes one whole line at once when it starts a row and holds no quote and no lone CR; returns the bytes taken.
std::size_t LineIndex::skip_plain_line(std::string_view bytes) {
  auto const* const newline = static_cast<char const*>(std::memchr(bytes.data(), '\n', bytes.size()));
  if (newline == nullptr) return 0;
  auto const size = static_cast<std::size_t>(newline - bytes.data());
  if (size == 0 || std::memchr(bytes.data(), '"', size) != nullptr) return 0;
  auto const* const cr = static_cast<char const*>(std::memchr(bytes.data(), '\r', size));
  if (cr != nullptr && (cr != newline - 1 || size == 1)) return 0;
  begin_row();
  ++line_;
  return size + 1;
}

void LineIndex::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (state_ == State::kRowStart && !after_cr_) {
      if (auto const taken = skip_plain_line(bytes); taken > 0) {
        bytes.remove_prefix(taken);
        continue;
      }
    }
    step(bytes.front());
    bytes.remove_prefix(1);
  }
}

std::int64_t LineIndex::line_of(std::int64_t row) const noexcept {
  auto const after = std::upper_bound(shifts_.begin(), shifts_.end(), row,
                                      [](std::int64_t r, Shift const& shift) { return r < shift.row; });
  return row + (after == shifts_.begin() ? shifts_.front().lines : std::prev(after)->lines);
}

std::int64_t LineIndex::last_row_line() const noexcept { return line_of(std::max<std::int64_t>(row_ - 1, 0)); }

void LineIndex::forget_before(std::int64_t row) {
  while (shifts_.size() > 1 && shifts_[1].row <= row) shifts_.pop_front();
}

}  // namespace limpid
