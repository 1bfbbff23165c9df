#include "kernels/coalition_mean.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "reference/random_model.h"

namespace limpid {
namespace {

TEST(CoalitionMean, HandWorkedMeans) {
  // Two coalitions, three background rows, two outputs; weights 1, 2, 5.
  std::vector<double> const scores{1, 10, 2, 20, 4, 40, 3, 0, 3, 0, 3, 8};
  std::vector<double> const weights{1, 2, 5};
  std::vector<double> means(4, 0.0);
  coalition_mean_cpu({scores.data(), 0, 6, 2, 3, nullptr, 3.0, means.data()});
  EXPECT_EQ(means, (std::vector<double>{7.0 / 3.0, 70.0 / 3.0, 3.0, 8.0 / 3.0}));
  std::fill(means.begin(), means.end(), 0.0);
  coalition_mean_cpu({scores.data(), 0, 6, 2, 3, weights.data(), 8.0, means.data()});
  EXPECT_EQ(means, (std::vector<double>{25.0 / 8.0, 250.0 / 8.0, 3.0, 5.0}));
}

TEST(CoalitionMean, AMeanOfOneIsItself) {
  std::vector<double> const scores{0.1, 0.2, 0.3};
  std::vector<double> means(3, 0.0);
  coalition_mean_cpu({scores.data(), 0, 3, 1, 1, nullptr, 1.0, means.data()});
  EXPECT_EQ(means, scores);
}

TEST(CoalitionMean, TheCutIntoRangesChangesNoBit) {
  reference::Random random(9);
  constexpr std::int64_t kBackgrounds = 7;
  constexpr std::int64_t kCoalitions = 5;
  constexpr std::int32_t kOutputs = 3;
  std::vector<double> scores(kBackgrounds * kCoalitions * kOutputs);
  std::vector<double> weights(kBackgrounds);
  for (double& score : scores) score = random.uniform() - 0.5;
  for (double& weight : weights) weight = random.uniform();
  double total = 0.0;
  for (double const weight : weights) total += weight;
  std::vector<double> expected;  // naive: one coalition and output at a time
  for (std::size_t k = 0; k < kCoalitions; ++k) {
    for (std::size_t g = 0; g < kOutputs; ++g) {
      double sum = 0.0;
      for (std::size_t b = 0; b < kBackgrounds; ++b) sum += weights[b] * scores[(k * kBackgrounds + b) * kOutputs + g];
      expected.push_back(sum / total);
    }
  }
  for (std::int64_t const cut : {1, 2, 3, 7, 8, 34, 35}) {
    std::vector<double> means(kCoalitions * kOutputs, 0.0);
    for (std::int64_t begin = 0; begin < kBackgrounds * kCoalitions; begin += cut) {
      std::int64_t const count = std::min(cut, kBackgrounds * kCoalitions - begin);
      coalition_mean_cpu({scores.data() + begin * kOutputs, begin, count, kOutputs, kBackgrounds, weights.data(), total,
                          means.data()});
    }
    EXPECT_EQ(means, expected) << "ranges of " << cut;
  }
}

}  // namespace
}  // namespace limpid
