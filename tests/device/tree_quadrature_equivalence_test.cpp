// tree_quadrature on random deep trees: the device gives the CPU's bytes.
#include <string>
#include <vector>

#include "device/bytes.h"
#include "device_fixture.h"
#include "explain/device_model.h"
#include "explain/device_quadrature.h"
#include "kernels/quadrature_case.h"

namespace limpid {
namespace {

using reference::Random;

class TreeQuadratureEquivalence : public DeviceTest {};

void expect_equal_values(QuadratureCase const& it) {
  device::Exec const exec(0);
  std::vector<double> expected = it.zeros();
  for (double& value : expected) value = 0.125;
  device::Buffer<double> const found(exec, expected);
  DeviceModel const model(exec, it.model);
  DeviceQuadrature const trees(exec, it.trees, model.trees().tests);
  device::Buffer<std::uint8_t> const bins(exec, it.bins);
  exec.wait();
  TreeQuadratureArgs args = it.args(expected);
  tree_quadrature_cpu(args);
  args.trees = trees.view();
  args.bins.data = bins.data();
  args.values = found.data();
  tree_quadrature_cuda(exec, args);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, found), it.rows.stride, it.rows.rows),
                        without_padding(expected, it.rows.stride, it.rows.rows)));
}

TEST_P(TreeQuadratureEquivalence, RandomTrees) {
  Random random(81);
  for (auto shape : quadrature_shapes()) {
    shape.trees = 3;
    for (std::int64_t const rows : {0, 1, 33, 65}) {
      SCOPED_TRACE(std::to_string(shape.depth) + " levels, " + std::to_string(rows) + " rows");
      expect_equal_values(QuadratureCase(shape, rows, random));
    }
  }
}

/// A tree too large for a block's shared memory, on every device.
TEST_P(TreeQuadratureEquivalence, GlobalMemory) {
  Random random(82);
  reference::ModelShape shape;
  shape.trees = 1;
  shape.depth = 60;
  shape.features = 90;
  shape.leaf_early = 0.46;
  QuadratureCase it(shape, 5, random);
  for (int draw = 0; it.trees.view(nullptr).most_lane_bytes < 2048 && draw < 50; ++draw) {
    it = QuadratureCase(shape, 5, random);
  }
  ASSERT_GE(it.trees.view(nullptr).most_lane_bytes, 2048u);
  expect_equal_values(it);
}

INSTANTIATE_TEST_SUITE_P(Devices, TreeQuadratureEquivalence, every_device(), name_of_device);

}  // namespace
}  // namespace limpid
