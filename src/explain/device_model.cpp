#include "explain/device_model.h"

#include <span>

namespace limpid {
namespace {

template <class T>
device::Buffer<T> upload(device::Exec const& exec, std::vector<T> const& host) {
  return {exec, std::span<T const>(host)};
}

}  // namespace

DevicePaths::DevicePaths(device::Exec const& exec, LeafPaths const& paths)
    : tests_(upload(exec, paths.tests)),
      test_begin_(upload(exec, paths.test_begin)),
      players_(upload(exec, paths.players)),
      player_begin_(upload(exec, paths.player_begin)),
      table_begin_(upload(exec, paths.table_begin)),
      value_(upload(exec, paths.value)),
      fixed_(upload(exec, paths.fixed)),
      cover_ratio_(upload(exec, paths.cover_ratio)),
      output_(upload(exec, paths.output)),
      blocks_(upload(exec, paths.blocks)),
      block_players_(upload(exec, paths.block_players)),
      view_(paths.view()) {
  view_.tests = tests_.data();
  view_.test_begin = test_begin_.data();
  view_.players = players_.data();
  view_.player_begin = player_begin_.data();
  view_.table_begin = table_begin_.data();
  view_.value = value_.data();
  view_.fixed = fixed_.data();
  view_.cover_ratio = cover_ratio_.data();
  view_.output = output_.data();
  view_.blocks = blocks_.data();
  view_.block_players = block_players_.data();
}

DeviceModel::DeviceModel(device::Exec const& exec, CompiledModel const& model)
    : columns_(upload(exec, model.columns)),
      entries_(upload(exec, model.entries)),
      short_paths_(exec, model.short_paths),
      long_paths_(exec, model.long_paths),
      nodes_(upload(exec, model.nodes)),
      node_tests_(upload(exec, model.node_tests)),
      roots_(upload(exec, model.roots)),
      tree_output_(upload(exec, model.tree_output)),
      base_margin_(upload(exec, model.base_margin)),
      path_base_(upload(exec, model.path_base)),
      step_(upload(exec, model.fixed_point.step)),
      columns_view_(model.columns_view()),
      trees_view_(model.trees_view()) {
  columns_view_.columns = columns_.data();
  columns_view_.entries = entries_.data();
  trees_view_.nodes = nodes_.data();
  trees_view_.tests = node_tests_.data();
  trees_view_.root = roots_.data();
  trees_view_.output = tree_output_.data();
  trees_view_.base_margin = base_margin_.data();
  exec.wait();
}

}  // namespace limpid
