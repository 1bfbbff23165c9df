/// An operator case on a device.
#pragma once

#include <gtest/gtest.h>

#include "device/bytes.h"
#include "kernels/operator_case.h"

namespace limpid::tests {

/// The case's arrays on the device; `host` keeps its own.
struct DeviceOperator {
  device::Buffer<std::uint64_t> coalitions;
  device::Buffer<double> weights, share, size_share, factor, freedom, left, check_weights, check_share;
  device::Buffer<double> differences, values, variances, doubts, checks;
  device::Buffer<std::int32_t> slot;
  ApplyOperatorArgs args;

  DeviceOperator(device::Exec const& exec, OperatorCase const& host)
      : coalitions(exec, host.coalitions),
        weights(exec, host.weights),
        share(exec, host.share),
        size_share(exec, host.size_share),
        factor(exec, host.factor),
        freedom(exec, host.freedom),
        left(exec, host.left),
        check_weights(exec, host.check_weights),
        check_share(exec, host.check_share),
        differences(exec, host.differences),
        values(exec, host.values),
        variances(exec, host.variances),
        doubts(exec, host.doubts),
        checks(exec, host.checks),
        slot(exec, host.slot),
        args(host.args) {
    exec.wait();
    point_at(*this, args);
  }
};

/// Applies a random operator on the CPU and on the device.
inline void expect_equal_operators(OperatorShape const& shape) {
  OperatorCase host(shape);
  device::Exec const exec(0);
  DeviceOperator const on_device(exec, host);
  apply_operator_cuda(exec, on_device.args);
  apply_operator_cpu(host.args);
  EXPECT_TRUE(same_bits(copy_back(exec, on_device.values), host.values));
  EXPECT_TRUE(same_bits(copy_back(exec, on_device.variances), host.variances));
  EXPECT_TRUE(same_bits(copy_back(exec, on_device.doubts), host.doubts));
}

}  // namespace limpid::tests
