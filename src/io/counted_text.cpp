#include "io/counted_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace limpid {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Error open_quote(LineIndex const& lines, std::string const& where) {
  return {"data.value", "a quote is opened and never closed", fmt::format("{}, line {}", where, lines.last_row_line()),
          "a quote inside a quoted field is written twice"};
}

CountedText::CountedText(std::shared_ptr<TextInput> input, std::shared_ptr<ReadState> state)
    : input_(std::move(input)), state_(std::move(state)) {}

std::size_t CountedText::pull(char* out, std::size_t size) {
  // Arrow drops a byte order mark at its start, which here is the first row: it gets one of ours to drop.
  auto const mark = kByteOrderMark.substr(std::min(position(), kByteOrderMark.size()), size);
  auto* const bytes = std::copy(mark.begin(), mark.end(), out);
  auto const room = size - mark.size();
  auto const got = input_->read(bytes, room);
  std::lock_guard const lock(state_->mutex);
  state_->lines->feed({bytes, got});
  // Arrow takes the end of the file for the end of a quote, which would swallow rows in silence.
  if (got < room && state_->lines->inside_quotes()) throw open_quote(*state_->lines, input_->where());
  return mark.size() + got;
}

void CountedText::keep(Error const& error) {
  std::lock_guard const lock(state_->mutex);
  state_->failure = error;
}

}  // namespace limpid
