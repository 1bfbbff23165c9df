#include "explain/device_quadrature.h"

namespace limpid {

DeviceQuadrature::DeviceQuadrature(device::Exec const& exec, QuadratureTrees const& trees, Test const* tests)
    : trees_(exec, std::span<QuadratureTree const>(trees.trees)),
      splits_(exec, std::span<QuadratureSplit const>(trees.splits)),
      steps_(exec, std::span<QuadratureStep const>(trees.steps)),
      players_(exec, std::span<std::uint32_t const>(trees.players)),
      floats_(exec, std::span<float const>(trees.floats)),
      doubles_(exec, std::span<double const>(trees.doubles)),
      view_(trees.view(tests)) {
  view_.trees = trees_.data();
  view_.splits = splits_.data();
  view_.steps = steps_.data();
  view_.players = players_.data();
  view_.floats = floats_.data();
  view_.doubles = doubles_.data();
  exec.wait();
}

}  // namespace limpid
