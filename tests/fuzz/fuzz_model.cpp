/// libFuzzer over one loader (LIMPID_FUZZ_FORMAT; "archive": whatever the content is): for any bytes an ensemble or an
/// Error, and nothing else. `make fuzz` builds and runs all of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "limpid/error.h"
#include "model/read_model.h"

namespace {

/// What the rest of limpid takes for granted (include/limpid/ensemble.h).
void check(limpid::Ensemble const& ensemble) {
  for (auto const& tree : ensemble.trees) {
    std::size_t const nodes = tree.left.size();
    for (std::size_t n = 0; n < nodes; ++n) {
      if (tree.left[n] == -1) continue;
      auto const left = static_cast<std::size_t>(tree.left[n]);
      auto const right = static_cast<std::size_t>(tree.right[n]);
      bool const ordered = left > n && right > n && left < nodes && right < nodes;
      auto const feature = static_cast<std::size_t>(tree.feature[n]);
      bool const has_set = tree.category_set[n] < static_cast<std::int32_t>(tree.sets.size());
      if (!ordered || feature >= ensemble.features.size() || !has_set) std::abort();
    }
    if (tree.output < 0 || tree.output >= ensemble.outputs() || tree.round >= ensemble.rounds) std::abort();
  }
}

}  // namespace

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const format = LIMPID_FUZZ_FORMAT;
  limpid::LoadOptions options;
  if (format != "archive") options.format = format;
  try {
    auto const model = limpid::model::read_models({reinterpret_cast<char const*>(data), size}, "fuzz", options);
    for (auto const& member : model.members) check(member);
  } catch (limpid::Error const& error) {
    if (error.code().compare(0, 6, "model.") != 0) std::abort();
  }
  return 0;
}
