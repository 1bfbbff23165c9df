/// Trees of the quadrature in device memory.
#pragma once

#include <span>
#include <vector>

#include "explain/quadrature_trees.h"
#include "kernels/device.h"

namespace limpid {

/// Thread safety: constant after construction.
class DeviceQuadrature {
 public:
  /// Returns when everything is on the device. `tests`: of the model's trees, on the device.
  DeviceQuadrature(device::Exec const& exec, QuadratureTrees const& trees, Test const* tests);
  [[nodiscard]] QuadratureView const& view() const noexcept { return view_; }

 private:
  device::Buffer<QuadratureTree> trees_;
  device::Buffer<QuadratureSplit> splits_;
  device::Buffer<QuadratureStep> steps_;
  device::Buffer<std::uint32_t> players_;
  device::Buffer<float> floats_;
  device::Buffer<double> doubles_;
  QuadratureView view_;
};

}  // namespace limpid
