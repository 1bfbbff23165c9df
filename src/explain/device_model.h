/// A compiled model in device memory: the views that kernels read. Uploaded once per device and shared by its streams.
#pragma once

#include <vector>

#include "compile/compiled_model.h"
#include "kernels/device.h"

namespace limpid {

/// One class of leaf paths in device memory.
class DevicePaths {
 public:
  DevicePaths(device::Exec const& exec, LeafPaths const& paths);
  [[nodiscard]] PathsView const& view() const noexcept { return view_; }

 private:
  device::Buffer<Test> tests_;
  device::Buffer<std::uint32_t> test_begin_;
  device::Buffer<std::uint32_t> players_;
  device::Buffer<std::uint32_t> player_begin_;
  device::Buffer<std::uint64_t> table_begin_;
  device::Buffer<double> value_;
  device::Buffer<std::int64_t> fixed_;
  device::Buffer<double> cover_ratio_;
  device::Buffer<std::uint32_t> output_;
  device::Buffer<LeafBlock> blocks_;
  device::Buffer<std::uint32_t> block_players_;
  PathsView view_;
};

/// Thread safety: constant after construction.
class DeviceModel {
 public:
  /// Returns when everything is on the device.
  DeviceModel(device::Exec const& exec, CompiledModel const& model);

  [[nodiscard]] ColumnsView const& columns() const noexcept { return columns_view_; }
  [[nodiscard]] PathsView const& short_paths() const noexcept { return short_paths_.view(); }
  [[nodiscard]] PathsView const& long_paths() const noexcept { return long_paths_.view(); }
  [[nodiscard]] TreesView const& trees() const noexcept { return trees_view_; }
  [[nodiscard]] double const* path_base() const noexcept { return path_base_.data(); }
  [[nodiscard]] double const* step() const noexcept { return step_.data(); }

 private:
  device::Buffer<Column> columns_;
  device::Buffer<double> entries_;
  DevicePaths short_paths_;
  DevicePaths long_paths_;
  device::Buffer<Node> nodes_;
  device::Buffer<Test> node_tests_;
  device::Buffer<std::uint32_t> roots_;
  device::Buffer<std::uint32_t> tree_output_;
  device::Buffer<double> base_margin_;
  device::Buffer<double> path_base_;
  device::Buffer<double> step_;
  ColumnsView columns_view_;
  TreesView trees_view_;
};

}  // namespace limpid
