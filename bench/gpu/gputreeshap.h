/// GPUTreeShap's entry points over plain arrays, so that its header meets no other file of ours.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace limpid::bench {

/// One test of a path from the root to a leaf: low <= x < high, or missing where `missing` says so.
struct PathElement {
  std::int64_t path = 0;
  std::int32_t feature = -1;  ///< -1: the root, once a path
  std::int32_t output = 0;
  float low = 0.0F;
  float high = 0.0F;
  bool missing = true;
  double zero_fraction = 1.0;  ///< cover of the child over the cover of its parent
  float value = 0.0F;          ///< of the path's leaf
};

/// [rows x features], a row after the other, on the host.
struct FloatRows {
  std::vector<float> values;
  std::int64_t rows = 0;
  std::int32_t features = 0;
};

/// Explains rows from host memory to host memory on GPU 0, as its functions are called; throws std::exception.
class GpuTreeShap {
 public:
  GpuTreeShap(std::span<PathElement const> elements, std::int32_t outputs);
  ~GpuTreeShap();
  GpuTreeShap(GpuTreeShap const&) = delete;
  GpuTreeShap& operator=(GpuTreeShap const&) = delete;

  /// values [R x G x (M + 1)], the last a bias.
  void path_dependent(FloatRows const& rows, std::vector<double>& values) const;
  void interventional(FloatRows const& rows, FloatRows const& background, std::vector<double>& values) const;
  /// [R x G x (M + 1) x (M + 1)]
  void interactions(FloatRows const& rows, std::vector<double>& values) const;

 private:
  struct Paths;
  std::unique_ptr<Paths> paths_;
};

}  // namespace limpid::bench
