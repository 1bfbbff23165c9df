#include "kernels/perturb.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/perturb_case.h"

namespace limpid {
namespace {

TEST(Perturb, HandWorkedPair) {
  // Columns 0 and 2 are player 0, column 1 is player 1, column 3 is player 2, which does not differ. The design has
  // {bit 0} and its complement; player 1 has bit 0, player 0 bit 1.
  std::vector<double> const x{1, 2, 3, 9};
  std::vector<double> const z{10, 20, 30, 9};
  std::vector<std::int32_t> const player{0, 1, 0, 2};
  std::vector<std::int32_t> const bits{1, 0, -1};
  std::vector<std::uint64_t> const coalitions{1};
  PerturbPiece piece;
  piece.coalitions = coalitions.data();
  std::vector<double> out(8, -1.0);
  perturb_cpu({4, 3, player.data(), x.data(), z.data(), &piece, 1, bits.data(), 2, out.data()});
  EXPECT_EQ(out, (std::vector<double>{10, 2, 30, 9, 1, 20, 3, 9}));
}

TEST(Perturb, HandWorkedRangeOfAGameOverTheBackground) {
  // Two pairs of coalitions on two players, three background rows: positions 4 to 8 are the complement of pair 0 with
  // z = 1 and 2, then pair 1 with all three.
  std::vector<double> const x{1, 2};
  std::vector<double> const background{0, 0, 10, 20, 11, 21, 12, 22};
  std::vector<std::int32_t> const player{0, 1};
  std::vector<std::int32_t> const bits{0, 1};
  std::vector<std::uint64_t> const coalitions{1, 2};
  PerturbPiece piece;
  piece.begin = 4;
  piece.background = 1;
  piece.backgrounds = 3;
  piece.coalitions = coalitions.data();
  std::vector<double> out(10, -1.0);
  perturb_cpu({2, 2, player.data(), x.data(), background.data(), &piece, 1, bits.data(), 5, out.data()});
  EXPECT_EQ(out, (std::vector<double>{11, 2, 12, 2, 10, 2, 11, 2, 12, 2}));
}

TEST(Perturb, EqualsItsNaiveReference) {
  reference::Random random(3);
  for (std::int32_t const players : {1, 2, 5, 31, 64, 65, 200}) {
    for (std::int64_t const pieces : {1, 2, 7, 40}) {
      SCOPED_TRACE(std::to_string(players) + " players, " + std::to_string(pieces) + " pieces");
      PerturbCase const it(players, pieces, random);
      std::vector<double> out(it.size(), -1.0);
      perturb_cpu(it.args(out.data()));
      EXPECT_EQ(out, it.naive());
    }
  }
}

}  // namespace
}  // namespace limpid
