#include "io/csv_record.h"

namespace limpid {
namespace {

/// Copies one field from `at` on; stops at the delimiter or line end that ends it, or at the end of `bytes`.
/// Returns false when a quote is still open there.
bool take_field(std::string_view bytes, char delimiter, std::size_t& at, CsvRecord& record) {
  std::string& field = record.fields.emplace_back();
  if (at < bytes.size() && bytes[at] == '"') {
    record.quoted = true;
    for (++at;; ++at) {
      if (at == bytes.size()) return false;
      if (bytes[at] == '"') {
        if (at + 1 == bytes.size() || bytes[at + 1] != '"') break;
        ++at;
      }
      bool const second_half = bytes[at] == '\n' && bytes[at - 1] == '\r';
      record.lines += (bytes[at] == '\n' || bytes[at] == '\r') && !second_half ? 1 : 0;
      field += bytes[at];
    }
    ++at;
  }
  for (; at < bytes.size() && bytes[at] != delimiter && bytes[at] != '\n' && bytes[at] != '\r'; ++at) {
    field += bytes[at];
  }
  return true;
}

}  // namespace

std::optional<CsvRecord> parse_record(std::string_view bytes, char delimiter, bool at_end) {
  if (bytes.empty()) return std::nullopt;
  CsvRecord record;
  std::size_t at = 0;
  while (true) {
    if (!take_field(bytes, delimiter, at, record)) return std::nullopt;
    if (at == bytes.size() || bytes[at] != delimiter) break;
    ++at;
  }
  if (at == bytes.size()) {
    if (!at_end) return std::nullopt;
    record.bytes = at;
    return record;
  }
  bool const cr = bytes[at] == '\r';
  if (cr && at + 1 == bytes.size() && !at_end) return std::nullopt;  // its newline may follow
  record.bytes = at + (cr && at + 1 < bytes.size() && bytes[at + 1] == '\n' ? 2 : 1);
  return record;
}

void append_csv_field(std::string_view text, char delimiter, std::string& out) {
  if (text.find_first_of("\"\r\n") == std::string_view::npos && text.find(delimiter) == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char const c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace limpid
