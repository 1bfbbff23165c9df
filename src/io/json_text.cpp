#include "io/json_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/utf8.h"

namespace limpid {
namespace {

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) < 0x20U) {
    out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  } else {
    out += c;
  }
}

bool is_plain(char c) noexcept { return static_cast<unsigned char>(c) >= 0x20U && c != '"' && c != '\\'; }

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  if (!is_utf8(text)) {
    while (!text.empty()) {
      std::size_t const length = utf8_length(text);
      if (length == 0) {
        out += "\xEF\xBF\xBD";
        text.remove_prefix(1);
        continue;
      }
      for (char const c : text.substr(0, length)) append_escaped(c, out);
      text.remove_prefix(length);
    }
  } else if (std::all_of(text.begin(), text.end(), is_plain)) {
    out += text;
  } else {
    for (char const c : text) append_escaped(c, out);
  }
  out += '"';
}

}  // namespace limpid
