/// libFuzzer over the reader of JSON Lines. Any bytes as the data of a black box: the reader either throws an Error of
/// its own, or reads the same values whatever the sizes of blocks and chunks, and again from the schema it found.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/row_source.h"
#include "limpid/error.h"
#include "memory_file.h"

/// Arrow's library is not instrumented, so that containers that cross its border look overflowed.
extern "C" char const* __asan_default_options() { return "detect_container_overflow=0"; }

namespace {

[[noreturn]] void fail(char const* what) {
  std::fprintf(stderr, "fuzz_json_rows: %s\n", what);
  std::abort();
}

/// Every value as text, row by row; nothing where the data is refused.
std::optional<std::vector<std::string>> values(limpid::RowSource& source, std::int64_t chunk_rows) {
  std::vector<std::string> out;
  limpid::RowChunk chunk;
  try {
    while (source.next(chunk_rows, chunk)) {
      for (std::int64_t r = 0; r < chunk.rows; ++r) {
        for (std::size_t f = 0; f < source.schema().kinds.size(); ++f) {
          double const value = chunk.values[f * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(r)];
          bool const text = source.schema().kinds[f] == limpid::FeatureKind::kText;
          out.push_back(text ? chunk.texts.at(f).at(static_cast<std::size_t>(value)) : std::to_string(value));
        }
      }
    }
  } catch (limpid::Error const& error) {
    if (error.exit_code() != 3) fail(error.what());
    return std::nullopt;
  }
  return out;
}

}  // namespace

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 2) return 0;
  limpid::fuzz::MemoryFile const file({reinterpret_cast<char const*>(data) + 2, size - 2});
  limpid::ReadOptions options;
  options.path = file.path();
  options.format = limpid::DataFormat::kJsonLines;
  options.may_be_text = true;
  options.block_bytes = 1 + data[0] * 8;
  try {
    auto const source = limpid::open_table(options, {});
    auto const features = limpid::features_of(source->schema());
    auto const once = values(*source, 1 + data[1] % 70);
    auto const again = values(*limpid::open_rows(options, features), 4096);
    if (once.has_value() != again.has_value() || (once && *once != *again)) fail("other values");
  } catch (limpid::Error const& error) {
    if (error.exit_code() != 3 && error.exit_code() != 2) fail(error.what());
  }
  return 0;
}
