/// What all workers of the CUDA engine share, in device memory: the model, and the background in the form that the
/// question needs (leaf tables and counted long patterns, or patterns of the background rows).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "explain/device_model.h"
#include "explain/device_quadrature.h"
#include "explain/engine.h"
#include "explain/engine_common.h"
#include "explain/host_games.h"
#include "explain/tree_routes.h"
#include "kernels/build_leaf_tables.h"
#include "kernels/sum_long_paths.h"

namespace limpid {

[[nodiscard]] TableKind table_kind(Question const& question) noexcept;

/// Bins of rows in device memory, streamed there chunk by chunk: [C x stride] and 64 more bytes.
struct DeviceRows {
  std::int64_t rows = 0;
  std::int64_t stride = 0;
  device::Buffer<std::uint8_t> bins;

  [[nodiscard]] BinsView view() const noexcept { return {bins.data(), rows, stride}; }
};

/// Patterns of rows in device memory, as the lattice reads them.
struct DevicePatterns {
  std::int64_t byte_stride = 0;
  device::Buffer<std::uint8_t> bytes;
  device::Buffer<std::uint64_t> words;
};
/// Sizes `patterns` for `rows` rows.
void reserve_patterns(device::Exec const& exec, CompiledModel const& model, std::int64_t rows,
                      DevicePatterns& patterns);
/// Fills `patterns` with those of `bins`; asynchronous.
void make_patterns(device::Exec const& exec, DeviceModel const& model, BinsView const& bins,
                   DevicePatterns const& patterns);

/// A group of long leaves with the counted background patterns, in device memory.
struct DeviceLongGroup {
  PathsView paths;
  device::Buffer<std::uint64_t> patterns;
  device::Buffer<std::uint64_t> counts;
  device::Buffer<std::uint64_t> begin;

  std::int32_t words = 1;

  [[nodiscard]] PatternCountsView view() const noexcept {
    return {patterns.data(), counts.data(), begin.data(), words};
  }
};

class CudaShared;
class CudaInteractions;

/// The groups of `paths`, leaves in the recurrence's class, in their order: path-dependent questions have one, without
/// patterns. `on_device`: the same paths; `background`: on the host, interventional.
[[nodiscard]] std::vector<DeviceLongGroup> long_groups(device::Exec const& exec, CudaShared const& shared,
                                                       PathsView const& paths, PathsView const& on_device,
                                                       BinsView const& background);

/// Thread safety: constant after construction.
class CudaShared {
 public:
  CudaShared(CompiledModel const& compiled, Question const& asked, Background const& background,
             std::int32_t device_index);
  ~CudaShared();
  CudaShared(CudaShared const&) = delete;
  CudaShared& operator=(CudaShared const&) = delete;

  CompiledModel const& model;
  Question const question;
  std::int32_t const device;
  std::int64_t const background_rows;
  std::vector<double> expected;  ///< [G]

  [[nodiscard]] DeviceModel const& on_device() const noexcept { return on_device_; }
  /// The folded short paths (compile/fold_leaves.h) and their tables. REQUIRES: the question is by leaf tables.
  [[nodiscard]] PathsView const& table_paths() const noexcept { return table_paths_->view(); }
  [[nodiscard]] float const* tables() const noexcept { return tables_.data(); }
  /// Groups of all long leaves in their order, then those of wide ones; path-dependent questions have one group of
  /// long ones and, with interactions, one of wide ones, without patterns.
  [[nodiscard]] std::vector<DeviceLongGroup> const& long_groups() const noexcept { return long_groups_; }
  /// The same, without the leaves of trees that are walked.
  [[nodiscard]] std::vector<DeviceLongGroup> const& groups_beside_walks() const noexcept {
    return quadrature_.empty() ? long_groups_ : rest_groups_;
  }
  /// REQUIRES: the question is by leaf tables, with interactions.
  [[nodiscard]] CudaInteractions const& interactions() const noexcept { return *interactions_; }
  /// Trees that are walked, group by group in their order.
  [[nodiscard]] std::vector<DeviceQuadrature> const& quadrature() const noexcept { return quadrature_; }
  [[nodiscard]] BackgroundWeights const& weights() const noexcept { return weights_; }
  /// [B] on the device; nullptr: all equal.
  [[nodiscard]] double const* weight_values() const noexcept { return weight_values_.data(); }
  [[nodiscard]] DevicePatterns const& background() const noexcept { return background_; }
  /// Asks for what every chunk reads again, and chunks in between would push out: leaf tables, or patterns.
  void keep_in_l2(device::Exec const& exec) const;
  /// What estimates games over the whole background. REQUIRES: those, and an estimator.
  [[nodiscard]] LargeGames const* host_games() const noexcept { return &host_games_->games(); }

 private:
  void bin_background(RowsView background, DeviceRows& binned) const;
  [[nodiscard]] std::vector<double> mean_prediction(DeviceRows const& background) const;
  void build_tables(DeviceRows const& background);
  void build_short_tables(LeafPaths const& paths, PathsView const& on_device, DeviceRows const& background);
  void build_long_groups(MarginParts const& parts, DeviceRows const& background);
  void upload_trees(MarginParts const& parts);
  void upload_weights();

  BackgroundWeights weights_;
  device::Exec exec_;
  DeviceModel on_device_;
  device::Buffer<double> weight_values_;        ///< [B], or empty
  device::Buffer<std::uint64_t> weight_units_;  ///< [B], or empty
  std::optional<DevicePaths> table_paths_;
  device::Buffer<float> tables_;
  std::optional<DevicePaths> wide_paths_;  ///< interventional or for interactions, where there are any
  std::vector<DeviceLongGroup> long_groups_;
  std::unique_ptr<CudaInteractions> interactions_;  ///< or nullptr
  std::optional<DevicePaths> rest_;                 ///< where trees are walked: the long paths of the others
  std::vector<DeviceLongGroup> rest_groups_;
  std::vector<DeviceQuadrature> quadrature_;
  DevicePatterns background_;
  std::unique_ptr<HostGames> host_games_;  ///< or nullptr
};

}  // namespace limpid
