#include "cli/simd_target.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <vector>

#include "limpid/error.h"

namespace limpid::cli {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text == "emu128" ? "scalar" : text;
}

}  // namespace

void select_simd_target() {
  auto const* const wanted = std::getenv("LIMPID_SIMD");
  if (wanted == nullptr || *wanted == '\0') return;
  std::vector<std::string> known;
  for (auto const target : hwy::SupportedAndGeneratedTargets()) {
    known.push_back(lower(hwy::TargetName(target)));
    if (known.back() == lower(wanted)) {
      hwy::SetSupportedTargetsForTest(target);
      return;
    }
  }
  throw Error("usage.value", fmt::format("LIMPID_SIMD '{}' is not a target of this build and processor", wanted), {},
              fmt::format("LIMPID_SIMD takes {}", fmt::join(known, ", ")));
}

std::string simd_target() {
  auto const targets = hwy::SupportedAndGeneratedTargets();
  return targets.empty() ? "none" : hwy::TargetName(targets.front());  // best first: the lowest bit
}

}  // namespace limpid::cli
