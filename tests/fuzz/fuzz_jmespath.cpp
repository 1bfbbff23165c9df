/// libFuzzer over JMESPath and the JSON reader: an expression up to the first line end, then a document. Either may be
/// refused; otherwise something is found.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "io/jmespath.h"
#include "io/json_value.h"
#include "limpid/error.h"

/// Arrow's library is not instrumented, so that containers that cross its border look overflowed.
extern "C" char const* __asan_default_options() { return "detect_container_overflow=0"; }

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const end = std::min(text.find('\n'), text.size());
  limpid::JsonValue document;
  if (end < text.size() && limpid::parse_json(text.substr(end + 1), document)) document = {};
  if (!limpid::equal_json(document, document)) std::abort();
  try {
    limpid::Jmespath const expression("--score", std::string(text.substr(0, end)));
    auto const found = expression.search(document);
    if (limpid::shown_json(*found).empty()) std::abort();
  } catch (limpid::Error const& error) {
    if (error.code() != "usage.jmespath") std::abort();
  }
  return 0;
}
