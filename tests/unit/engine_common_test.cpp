// Backgrounds too large to be kept: block by block and group by group, the same patterns.
#include "explain/engine_common.h"

#include <gtest/gtest.h>

#include <vector>

#include "reference/random_model.h"

namespace limpid {
namespace {

struct Binned {
  reference::Random random{11};
  CompiledModel model;
  BinnedRows background;

  Binned() {
    reference::ModelShape shape;
    shape.trees = 20;
    shape.depth = 11;
    shape.features = 12;
    Ensemble const ensemble = reference::random_ensemble(shape, random);
    model = compile(ensemble);
    auto const rows = reference::random_rows(ensemble, 200, random);
    bin_rows(model, rows.view(), serial_for, background);
  }
};

/// All patterns that for_each_block hands over, and how many blocks there were.
struct Collected {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint64_t> words;
  std::int64_t rows = 0;
  int blocks = 0;

  Collected(Binned const& binned, std::size_t budget) {
    LatticeBackground const background(binned.model, binned.background.view(), serial_for, budget);
    Patterns scratch;
    auto const long_leaves = static_cast<std::size_t>(binned.model.long_paths.leaves());
    background.for_each_block(scratch, [&](Patterns const& block, std::int64_t begin, std::int64_t count) {
      EXPECT_EQ(begin, rows);
      auto const size = static_cast<std::size_t>(count);
      EXPECT_LE(size * static_cast<std::size_t>(block.byte_stride), block.bytes.size());
      EXPECT_LE(size * long_leaves, block.words.size());
      bytes.insert(bytes.end(), block.bytes.begin(), block.bytes.end());
      words.insert(words.end(), block.words.begin(), block.words.end());
      rows += count;
      ++blocks;
    });
  }
};

TEST(LatticeBackground, BlocksAreSlicesOfTheWhole) {
  Binned const binned;
  auto const per_row = static_cast<std::size_t>(pattern_bytes_per_row(binned.model));
  Collected const whole(binned, 200 * per_row);
  EXPECT_EQ(whole.blocks, 1);
  EXPECT_EQ(whole.rows, 200);
  for (std::size_t const budget : {200 * per_row - 1, 130 * per_row, std::size_t{1}}) {
    Collected const cut(binned, budget);
    EXPECT_EQ(cut.blocks, budget == 1 ? 4 : 2);
    EXPECT_EQ(cut.rows, 200);
    EXPECT_EQ(cut.bytes, whole.bytes);
    EXPECT_EQ(cut.words, whole.words);
  }
}

TEST(LatticeBackground, KeepsARowCountThatIsNoMultipleOfSixtyFour) {
  Binned binned;
  binned.background.rows = 100;
  Collected const whole(binned, 199 * static_cast<std::size_t>(pattern_bytes_per_row(binned.model)));
  EXPECT_EQ(whole.blocks, 1);
  EXPECT_EQ(whole.rows, 100);
}

std::vector<std::uint64_t> patterns_and_counts(Binned const& binned, std::size_t budget) {
  LongBackground const background(binned.model.long_paths.view(), binned.background.view(), {}, serial_for, budget);
  std::vector<std::uint64_t> all;
  background.for_each_group([&](PathsView const& paths, PatternCountsView const& patterns) {
    for (std::uint64_t i = 0; i < patterns.begin[paths.leaves]; ++i) {
      all.push_back(patterns.patterns[i]);
      all.push_back(patterns.counts[i]);
    }
  });
  return all;
}

TEST(LongBackground, CountsAgainWhatItDoesNotKeep) {
  Binned const binned;
  ASSERT_GT(binned.model.long_paths.leaves(), 64);
  auto const kept = patterns_and_counts(binned, kPatternBudget);
  std::uint64_t rows = 0;
  for (std::size_t i = 1; i < kept.size(); i += 2) rows += kept[i];
  EXPECT_EQ(rows, 200U * static_cast<std::uint64_t>(binned.model.long_paths.leaves()));
  EXPECT_EQ(patterns_and_counts(binned, 100), kept);
}

}  // namespace
}  // namespace limpid
