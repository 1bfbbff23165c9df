#include "io/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10U;
constexpr std::size_t kLongestLine = std::size_t{64} << 20U;

bool is_blank(std::string const& text) noexcept { return text.find_first_not_of(" \t\r") == std::string::npos; }

}  // namespace

JsonLines::JsonLines(std::string const& path, std::string const& role, std::function<bool()> stop)
    : input_(path, role, std::move(stop), TextInput::Json::kTaken) {}

std::string JsonLines::where() const { return fmt::format("{}, line {}", input_.where(), line_); }

void JsonLines::rewind() noexcept {
  at_ = 0;
  line_ = 0;
}

void JsonLines::read_again() noexcept {
  rewind();
  remembered_bytes_ = 0;
}

/// The next physical line without its end.
bool JsonLines::next_text(std::string& out) {
  while (true) {
    auto const end = buffer_.find('\n', at_);
    if (end != std::string::npos || (at_end_ && at_ < buffer_.size())) {
      out = buffer_.substr(at_, end == std::string::npos ? end : end - at_);
      at_ = end == std::string::npos ? buffer_.size() : end + 1;
      ++line_;
      return true;
    }
    if (at_end_) return false;
    if (buffer_.size() - at_ > kLongestLine) {
      throw Error("data.value", fmt::format("the line is longer than {} bytes", kLongestLine),
                  fmt::format("{}, line {}", input_.where(), line_ + 1), "JSON Lines has one row per line");
    }
    if (remembered_bytes_ == 0) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    auto const old_size = buffer_.size();
    buffer_.resize(old_size + kBlockBytes);
    auto const got = input_.read(buffer_.data() + old_size, kBlockBytes);
    buffer_.resize(old_size + got);
    at_end_ = got < kBlockBytes;
  }
}

bool JsonLines::next(JsonValue& out) {
  std::string text;
  do {
    if (remembered_bytes_ > 0 && at_ > remembered_bytes_) return false;
    if (!next_text(text)) return false;
  } while (is_blank(text));
  if (auto const fault = parse_json(text, out)) {
    bool const nan = text.find("NaN") != std::string::npos;
    throw Error("data.value", fmt::format("the line is no JSON: {}", fault->message),
                fmt::format("{}, character {}", where(), fault->offset),
                nan ? "JSON has no NaN: write null for a missing value" : "JSON Lines has one row per line");
  }
  return true;
}

}  // namespace limpid
