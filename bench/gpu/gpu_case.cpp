#include "gpu_case.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "reference/random_model.h"

namespace limpid::bench {

Ensemble example_ensemble(std::int32_t features, Link link) {
  reference::Random random(1);
  reference::ModelShape shape;
  shape.trees = 500;
  shape.depth = 6;
  shape.features = features;
  shape.leaf_early = 0.05;
  shape.leaf_scale = 0.05;
  shape.link = link;
  return reference::random_ensemble(shape, random);
}

double median_seconds(std::function<void()> const& work) {
  std::array<double, 5> seconds{};
  work();
  for (double& each : seconds) {
    auto const start = std::chrono::steady_clock::now();
    work();
    each = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[2];
}

}  // namespace limpid::bench
