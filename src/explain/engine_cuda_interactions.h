/// Interactions of the margin in device memory: what the CPU's engine has in InteractionTables and LongBackground.
#pragma once

#include <optional>
#include <vector>

#include "explain/engine_cuda_shared.h"
#include "explain/interaction_tables.h"

namespace limpid {

/// Thread safety: constant after construction.
class CudaInteractions {
 public:
  /// `background` on the device, `on_host` the same bins on the host; `units` on the device, or nullptr. Interventional
  /// only. Returns when everything is on the device.
  CudaInteractions(device::Exec const& exec, CudaShared const& shared, BinsView const& background,
                   BinsView const& on_host, std::uint64_t const* units);

  /// Adds to `interactions` [G x T x stride] on the device; asynchronous.
  void add(device::Exec const& exec, CudaShared const& shared, BinsView const& bins, double* interactions,
           std::int64_t stride) const;

 private:
  void build_tables(device::Exec const& exec, CudaShared const& shared, BinsView const& background,
                    std::uint64_t const* units);

  InteractionTables on_host_;
  std::optional<DevicePaths> paths_;
  device::Buffer<float> tables_;
  std::optional<DevicePaths> beyond_;
  std::vector<DeviceLongGroup> beyond_groups_;
};

}  // namespace limpid
