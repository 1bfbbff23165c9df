/// A random model with rows, on the host and on the device.
#pragma once

#include <vector>

#include "compile/compiled_model.h"
#include "device/bytes.h"
#include "explain/device_model.h"
#include "kernels/bin_rows.h"
#include "reference/random_model.h"

namespace limpid {

struct DeviceCase {
  Ensemble ensemble;
  CompiledModel model;
  reference::Rows rows;
  std::vector<std::uint8_t> bins;  ///< [C x stride] and 64 more
  device::Exec exec;
  DeviceModel on_device;
  device::Buffer<std::uint8_t> device_bins;

  DeviceCase(reference::ModelShape const& shape, std::int64_t count, reference::Random& random)
      : ensemble(reference::random_ensemble(shape, random)),
        model(compile(ensemble)),
        rows(reference::random_rows(ensemble, count, random)),
        bins(model.columns.size() * static_cast<std::size_t>(rows.stride) + 64),
        exec(0),
        on_device(exec, model) {
    bin_rows_cpu({model.columns_view(), rows.values.data(), rows.stride, rows.rows, bins.data(), rows.stride});
    device_bins = device::Buffer<std::uint8_t>(exec, bins);
    exec.wait();
  }

  [[nodiscard]] BinsView host_view() const { return {bins.data(), rows.rows, rows.stride}; }
  [[nodiscard]] BinsView device_view() const { return {device_bins.data(), rows.rows, rows.stride}; }
};

/// Row counts around the sizes of lanes, warps, tiles and blocks.
inline constexpr std::int64_t kRowCounts[] = {0, 1, 31, 32, 33, 63, 64, 65, 127, 129, 257};

}  // namespace limpid
