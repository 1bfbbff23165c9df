#include "gputreeshap.h"

#include <GPUTreeShap/gpu_treeshap.h>
#include <thrust/device_vector.h>

namespace limpid::bench {
namespace {

using Element = gpu_treeshap::PathElement<gpu_treeshap::XgboostSplitCondition>;

/// Rows on the device, as GPUTreeShap reads them.
struct View {
  float const* values;
  std::size_t rows;
  std::size_t features;

  __device__ float GetElement(std::size_t row, std::size_t column) const { return values[row * features + column]; }
  __host__ __device__ std::size_t NumRows() const { return rows; }
  __host__ __device__ std::size_t NumCols() const { return features; }
};

class DeviceRows {
 public:
  explicit DeviceRows(FloatRows const& host) : values_(host.values.begin(), host.values.end()), host_(host) {}
  View view() const {
    return {values_.data().get(), static_cast<std::size_t>(host_.rows), static_cast<std::size_t>(host_.features)};
  }

 private:
  thrust::device_vector<float> values_;
  FloatRows const& host_;
};

}  // namespace

struct GpuTreeShap::Paths {
  std::vector<Element> elements;
  std::size_t outputs = 1;

  void make_room(FloatRows const& rows, std::size_t entries_per_output, std::vector<double>& values) const {
    values.resize(static_cast<std::size_t>(rows.rows) * outputs * entries_per_output);
  }
};

GpuTreeShap::GpuTreeShap(std::span<PathElement const> elements, std::int32_t outputs)
    : paths_(std::make_unique<Paths>()) {
  paths_->outputs = static_cast<std::size_t>(outputs);
  paths_->elements.reserve(elements.size());
  for (PathElement const& e : elements) {
    paths_->elements.emplace_back(static_cast<std::size_t>(e.path), e.feature, e.output,
                                  gpu_treeshap::XgboostSplitCondition(e.low, e.high, e.missing), e.zero_fraction,
                                  e.value);
  }
}

GpuTreeShap::~GpuTreeShap() = default;

void GpuTreeShap::path_dependent(FloatRows const& rows, std::vector<double>& values) const {
  paths_->make_room(rows, static_cast<std::size_t>(rows.features) + 1, values);
  DeviceRows const on_device(rows);
  gpu_treeshap::GPUTreeShap(on_device.view(), paths_->elements.begin(), paths_->elements.end(), paths_->outputs,
                            values.begin(), values.end());
}

void GpuTreeShap::interventional(FloatRows const& rows, FloatRows const& background,
                                 std::vector<double>& values) const {
  paths_->make_room(rows, static_cast<std::size_t>(rows.features) + 1, values);
  DeviceRows const on_device(rows);
  DeviceRows const reference(background);
  gpu_treeshap::GPUTreeShapInterventional(on_device.view(), reference.view(), paths_->elements.begin(),
                                          paths_->elements.end(), paths_->outputs, values.begin(), values.end());
}

void GpuTreeShap::interactions(FloatRows const& rows, std::vector<double>& values) const {
  auto const columns = static_cast<std::size_t>(rows.features) + 1;
  paths_->make_room(rows, columns * columns, values);
  DeviceRows const on_device(rows);
  gpu_treeshap::GPUTreeShapInteractions(on_device.view(), paths_->elements.begin(), paths_->elements.end(),
                                        paths_->outputs, values.begin(), values.end());
}

}  // namespace limpid::bench
