// perturb and coalition_mean: the device gives the CPU's bytes.
#include "device/bytes.h"
#include "device_fixture.h"
#include "kernels/coalition_mean_case.h"
#include "kernels/perturb.h"
#include "kernels/perturb_case.h"

namespace limpid {
namespace {

class BlackBoxKernels : public DeviceTest {};

/// Makes means of the batch's sums on the device, of scores in float (`narrow`) or in double.
void mean_on_device(device::Exec const& exec, std::int32_t outputs, bool narrow, MeanBatch& batch) {
  std::vector<double> const wide(batch.scores.begin(), batch.scores.end());
  device::Buffer<float> const narrow_scores(exec, batch.scores);
  device::Buffer<double> const scores(exec, wide);
  std::vector<device::Buffer<double>> weights;
  auto pieces = batch.pieces;
  for (auto& piece : pieces) {
    if (piece.weights == nullptr) continue;
    weights.emplace_back(exec, std::span(piece.weights, static_cast<std::size_t>(piece.backgrounds)));
    piece.weights = weights.back().data();
  }
  device::Buffer<CoalitionMeanPiece> const of_batch(exec, pieces);
  device::Buffer<double> const means(exec, batch.means);
  auto args = mean_args(batch, outputs);
  args.scores = narrow ? nullptr : scores.data();
  args.narrow_scores = narrow ? narrow_scores.data() : nullptr;
  args.pieces = of_batch.data();
  args.means = means.data();
  coalition_mean_cuda(exec, args);
  exec.wait();
  batch.means = copy_back(exec, means);
}

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
  for (std::int32_t const outputs : {1, 3}) {
    CoalitionMeanCase const games(outputs, 40, random);
    for (std::int64_t const most : {1, 17, 10000}) {
      SCOPED_TRACE(std::to_string(outputs) + " outputs, batches of " + std::to_string(most));
      for (bool const narrow : {false, true}) {
        auto const found =
            games.in_batches(most, [&](MeanBatch& batch) { mean_on_device(exec, outputs, narrow, batch); });
        EXPECT_TRUE(same_bits(found, games.naive()));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, BlackBoxKernels, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
