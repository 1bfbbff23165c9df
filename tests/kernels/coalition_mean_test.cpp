#include "kernels/coalition_mean.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/coalition_mean_case.h"

namespace limpid {
namespace {

std::vector<double> means_of(std::vector<double> const& scores, std::int32_t outputs, CoalitionMeanPiece const& piece) {
  std::vector<double> means(static_cast<std::size_t>(touched_coalitions(piece) * outputs), 0.0);
  coalition_mean_cpu({scores.data(), nullptr, outputs, &piece, 1, touched_coalitions(piece), means.data()});
  return means;
}

TEST(CoalitionMean, HandWorkedMeans) {
  // Two coalitions, three background rows, two outputs; weights 1, 2, 5.
  std::vector<double> const scores{1, 10, 2, 20, 4, 40, 3, 0, 3, 0, 3, 8};
  std::vector<double> const weights{1, 2, 5};
  EXPECT_EQ(means_of(scores, 2, {0, 0, 6, 3, 0, nullptr, 3.0}),
            (std::vector<double>{7.0 / 3.0, 70.0 / 3.0, 3.0, 8.0 / 3.0}));
  EXPECT_EQ(means_of(scores, 2, {0, 0, 6, 3, 0, weights.data(), 8.0}),
            (std::vector<double>{25.0 / 8.0, 250.0 / 8.0, 3.0, 5.0}));
}

TEST(CoalitionMean, AMeanOfOneIsItself) {
  std::vector<double> const scores{0.1, 0.2, 0.3};
  EXPECT_EQ(means_of(scores, 1, {0, 0, 3, 1, 0, nullptr, 1.0}), scores);
}

TEST(CoalitionMean, CountsTheCoalitionsOfARange) {
  EXPECT_EQ(touched_coalitions({0, 0, 1, 3}), 1);
  EXPECT_EQ(touched_coalitions({0, 2, 1, 3}), 1);
  EXPECT_EQ(touched_coalitions({0, 2, 2, 3}), 2);
  EXPECT_EQ(touched_coalitions({0, 1, 6, 3}), 3);
}

TEST(CoalitionMean, NoCutIntoBatchesChangesABit) {
  reference::Random random(9);
  for (std::int32_t const outputs : {1, 3}) {
    CoalitionMeanCase const games(outputs, 9, random);
    auto const expected = games.naive();
    for (std::int64_t const most : {1, 2, 3, 7, 8, 34, 35, 10000}) {
      auto const found =
          games.in_batches(most, [&](MeanBatch& batch) { coalition_mean_cpu(mean_args(batch, outputs)); });
      EXPECT_EQ(found, expected) << "batches of " << most;
    }
  }
}

}  // namespace
}  // namespace limpid
