#include "explain/engine_cuda_interactions.h"

#include <algorithm>

#include "explain/device_buffers.h"
#include "kernels/build_interaction_tables.h"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_long_interactions.h"

namespace limpid {

CudaInteractions::CudaInteractions(device::Exec const& exec, CudaShared const& shared, BinsView const& background,
                                   BinsView const& on_host, std::uint64_t const* units)
    : on_host_(plan_interaction_tables(shared.model)) {
  build_tables(exec, shared, background, units);
  paths_.emplace(exec, on_host_.pairs.paths);
  beyond_.emplace(exec, on_host_.beyond);
  beyond_groups_ = long_groups(exec, shared, on_host_.beyond.view(), beyond_->view(), on_host);
  exec.wait();
}

/// The leaves' tables on the device, slice by slice, their folds on the host, as for values.
void CudaInteractions::build_tables(device::Exec const& exec, CudaShared const& shared, BinsView const& background,
                                    std::uint64_t const* units) {
  std::vector<std::uint64_t> const begin = pair_table_begin(on_host_.leaves);
  std::vector<float> leaf_tables(begin.back());
  DevicePaths const leaves(exec, on_host_.leaves);
  device::Buffer<std::uint64_t> const device_begin(exec, begin);
  device::Buffer<float> on_device;
  reserve(exec, on_device, leaf_tables.size(), "interaction tables");
  BuildLeafTablesArgs args;
  args.paths = leaves.view();
  args.paths.table_begin = device_begin.data();
  args.kind = table_kind(shared.question);
  args.background = background;
  args.weights = {units, shared.weights().units().total};
  args.leaf_end = on_host_.leaves.leaves();
  args.tables = on_device.data();
  build_interaction_tables_cuda(exec, args);
  exec.copy_out(leaf_tables.data(), on_device.data(), leaf_tables.size() * sizeof(float));
  exec.wait();
  on_device = {};
  fold_interaction_tables(begin, leaf_tables, on_host_);
  reserve(exec, tables_, on_host_.tables.size(), "folded interaction tables");
  exec.copy_in(tables_.data(), on_host_.tables.data(), on_host_.tables.size() * sizeof(float));
  exec.wait();
  on_host_.tables = {};
}

void CudaInteractions::add(device::Exec const& exec, CudaShared const& shared, BinsView const& bins,
                           double* interactions, std::int64_t stride) const {
  SumLeafTablesArgs tables;
  tables.paths = paths_->view();
  tables.tables = tables_.data();
  tables.bins = bins;
  tables.players = static_cast<std::int32_t>(pair_count(shared.model.players));
  tables.outputs = shared.model.outputs();
  tables.values = interactions;
  tables.value_stride = stride;
  sum_leaf_tables_cuda(exec, tables);
  for (auto const* groups : {&beyond_groups_, &shared.long_groups()}) {
    for (DeviceLongGroup const& group : *groups) {
      SumLongPathsArgs args;
      args.paths = group.paths;
      args.kind = table_kind(shared.question);
      args.background = group.view();
      args.background_total = shared.weights().units().total;
      args.bins = bins;
      args.players = shared.model.players;
      args.outputs = shared.model.outputs();
      args.values = interactions;
      args.value_stride = stride;
      sum_long_interactions_cuda(exec, args);
    }
  }
}

}  // namespace limpid
