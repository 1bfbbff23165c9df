#include "kernels/wide_patterns.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/path_pattern.h"
#include "kernels/random_paths.h"
#include "kernels/sum_long_paths.task.h"

namespace limpid {
namespace {

using reference::Random;

TEST(WidePattern, OperatorsAreThoseOfOneWord) {
  WidePattern const a{{0xF0U, 0, ~std::uint64_t{0}, 1}};
  WidePattern const b{{0x0FU, 0, 0, 2}};
  EXPECT_TRUE((a | b) == (WidePattern{{0xFFU, 0, ~std::uint64_t{0}, 3}}));
  EXPECT_TRUE(~b == (WidePattern{{~std::uint64_t{0x0F}, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{2}}}));
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a == a);
}

TEST(WidePatterns, AreThoseOfMarginValuesWithUnusedBitsSet) {
  Random random(7);
  for (std::int32_t const k : {65, 127, 128, 129, 256}) {
    PathShape const shape{.leaves = 3, .min_players = k, .max_players = k, .players = 256};
    LeafPaths const paths = wide_paths(shape, random);
    RandomBins const rows(512, 5, random);
    std::vector<WidePattern> patterns(15);
    wide_patterns_cpu({paths.view(), rows.view(), patterns.data()});
    for (std::int64_t r = 0; r < 5; ++r) {
      for (std::int64_t leaf = 0; leaf < 3; ++leaf) {
        for (std::int32_t w = 0; w < kMaxPatternWords; ++w) {
          std::uint64_t const used = path_pattern_word(paths.view(), leaf, rows.view(), r, w);
          EXPECT_EQ(patterns[static_cast<std::size_t>(r * 3 + leaf)].word[w], used | ~full_word(k, w));
        }
      }
    }
  }
}

}  // namespace
}  // namespace limpid
