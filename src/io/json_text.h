/// Text as a JSON string, quotes included: UTF-8 stays as it is, control characters are escaped.
#pragma once

#include <string>
#include <string_view>

namespace limpid {

/// Bytes that are not UTF-8 become U+FFFD, so that the document stays valid; the reader refuses such ids and names
/// before they get here.
void append_json_string(std::string_view text, std::string& out);

}  // namespace limpid
