#include "kernels/summarise.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/summarise.task.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

TEST(Summarise, HandWorkedBlocks) {
  std::int64_t const stride = 320;
  std::vector<double> values(static_cast<std::size_t>(2 * stride), 1000.0);  // padding must not count
  for (std::size_t r = 0; r < 258; ++r) {
    values[r] = r % 2 == 0 ? 1.0 : -1.0;
    values[static_cast<std::size_t>(stride) + r] = -0.5;
  }
  std::vector<double> sums(4, -1.0);
  summarise_cpu({values.data(), stride, 258, 2, sums.data()});
  EXPECT_EQ(sums, (std::vector<double>{256.0, 128.0, 2.0, 1.0}));
}

TEST(Summarise, EqualsTheTask) {
  reference::Random random(7);
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1000}) {
    for (std::int64_t const vectors : {1, 7, 8, 9, 30}) {
      std::int64_t const stride = (rows + 63) / 64 * 64;
      std::vector<double> values(static_cast<std::size_t>(vectors * stride));
      for (double& value : values) value = random.uniform() - 0.5;
      auto const blocks = (rows + kSummaryRows - 1) / kSummaryRows;
      std::vector<double> sums(static_cast<std::size_t>(blocks * vectors), -1.0);
      std::vector<double> expected = sums;
      summarise_cpu({values.data(), stride, rows, vectors, sums.data()});
      SummariseTask const task{{values.data(), stride, rows, vectors, expected.data()}};
      for (std::int64_t block = 0; block < blocks; ++block) {
        for (std::int64_t n = 0; n < vectors; ++n) task(block, n);
      }
      EXPECT_EQ(sums, expected) << rows << " rows, " << vectors << " vectors";
    }
  }
}

}  // namespace
}  // namespace limpid
