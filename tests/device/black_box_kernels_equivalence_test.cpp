// perturb and coalition_mean: the device gives the CPU's bytes.
#include "device/bytes.h"
#include "device_fixture.h"
#include "kernels/coalition_mean.h"
#include "kernels/perturb.h"
#include "kernels/perturb_case.h"

namespace limpid {
namespace {

class BlackBoxKernels : public DeviceTest {};

TEST_P(BlackBoxKernels, PerturbEqualsTheCpu) {
  reference::Random random(21);
  device::Exec const exec(0);
  for (std::int32_t const players : {1, 14, 65, 130}) {
    for (std::int64_t const pieces : {1, 2, 33}) {
      SCOPED_TRACE(std::to_string(players) + " players, " + std::to_string(pieces) + " pieces");
      PerturbCase const it(players, pieces, random);
      std::vector<double> expected(it.size());
      perturb_cpu(it.args(expected.data()));
      device::Buffer<std::int32_t> const player(exec, it.player);
      device::Buffer<double> const rows(exec, it.rows);
      device::Buffer<double> const background(exec, it.background);
      device::Buffer<std::uint64_t> const coalitions(exec, it.coalitions);
      device::Buffer<std::int32_t> const bits(exec, it.bits);
      auto on_device = it.pieces;
      for (auto& piece : on_device) piece.coalitions = coalitions.data();
      device::Buffer<PerturbPiece> const of_batch(exec, on_device);
      device::Buffer<double> const out(exec, expected.size());
      perturb_cuda(exec, {it.columns, it.players, player.data(), rows.data(), background.data(), of_batch.data(),
                          pieces, bits.data(), it.hybrids, out.data()});
      EXPECT_TRUE(same_bits(copy_back(exec, out), expected));
    }
  }
}

TEST_P(BlackBoxKernels, CoalitionMeanEqualsTheCpu) {
  reference::Random random(22);
  device::Exec const exec(0);
  for (std::int64_t const backgrounds : {1, 3, 32}) {
    for (std::int32_t const outputs : {1, 3}) {
      std::int64_t const positions = 41 * backgrounds;
      SCOPED_TRACE(std::to_string(backgrounds) + " background rows, " + std::to_string(outputs) + " outputs");
      std::vector<double> scores(static_cast<std::size_t>(positions * outputs));
      for (double& score : scores) score = random.uniform() - 0.5;
      std::vector<double> weights(static_cast<std::size_t>(backgrounds));
      for (double& weight : weights) weight = random.uniform();
      std::vector<double> expected(static_cast<std::size_t>(41 * outputs), 0.0);
      device::Buffer<double> const in(exec, scores);
      device::Buffer<double> const by(exec, weights);
      std::vector<double> const zeros(expected.size(), 0.0);  // copied in later than `expected` changes
      device::Buffer<double> const means(exec, zeros);
      for (std::int64_t begin = 0; begin < positions; begin += 17) {
        std::int64_t const count = std::min<std::int64_t>(17, positions - begin);
        coalition_mean_cpu({scores.data() + begin * outputs, begin, count, outputs, backgrounds, weights.data(), 2.5,
                            expected.data()});
        coalition_mean_cuda(
            exec, {in.data() + begin * outputs, begin, count, outputs, backgrounds, by.data(), 2.5, means.data()});
      }
      EXPECT_TRUE(same_bits(copy_back(exec, means), expected));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, BlackBoxKernels, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
