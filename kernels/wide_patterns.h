/// wide_patterns: bins -> the pattern of every wide leaf path (more players than a word has bits, compile/layout.h) for
/// every row, rows outermost, as the games of pairs read them. Integers: same bits everywhere. Of the CPU alone, where
/// games with such leaves are played.
#pragma once

#include <cstdint>

#include "compile/layout.h"
#include "limpid/platform.h"

namespace limpid {

/// Player q is bit q % 64 of word q / 64; unused bits are 1. Operators as those of one word.
struct WidePattern {
  std::uint64_t word[kMaxPatternWords] = {};

  friend LIMPID_HD constexpr WidePattern operator|(WidePattern a, WidePattern const& b) noexcept {
    for (std::int32_t w = 0; w < kMaxPatternWords; ++w) a.word[w] |= b.word[w];
    return a;
  }
  friend LIMPID_HD constexpr WidePattern operator~(WidePattern a) noexcept {
    for (std::int32_t w = 0; w < kMaxPatternWords; ++w) a.word[w] = ~a.word[w];
    return a;
  }
  friend LIMPID_HD constexpr bool operator==(WidePattern const& a, WidePattern const& b) noexcept {
    std::uint64_t differs = 0;
    for (std::int32_t w = 0; w < kMaxPatternWords; ++w) differs |= a.word[w] ^ b.word[w];
    return differs == 0;
  }
};

struct WidePatternsArgs {
  PathsView paths;
  BinsView bins;
  WidePattern* patterns = nullptr;  ///< [R x leaves] out
};

void wide_patterns_cpu(WidePatternsArgs const& args);

}  // namespace limpid
