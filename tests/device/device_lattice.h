/// A lattice case on a device.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "device/bytes.h"
#include "explain/device_model.h"
#include "kernels/lattice_case.h"

namespace limpid::tests {

/// A case's inputs on the device, and its outputs as the case has them before it is played.
struct DeviceLattice {
  DevicePaths short_paths;
  DevicePaths long_paths;
  device::Buffer<std::uint8_t> row_bytes;
  device::Buffer<std::uint64_t> row_words;
  device::Buffer<std::uint8_t> background_bytes;
  device::Buffer<std::uint64_t> background_words;
  device::Buffer<double> base_margin;
  device::Buffer<double> step;
  device::Buffer<double> values;
  device::Buffer<std::int32_t> largest;

  DeviceLattice(device::Exec const& exec, LatticeCase const& game)
      : short_paths(exec, game.short_paths),
        long_paths(exec, game.long_paths),
        row_bytes(exec, game.row_bytes),
        row_words(exec, game.row_words),
        background_bytes(exec, game.background_bytes),
        background_words(exec, game.background_words),
        base_margin(exec, game.base_margin),
        step(exec, game.step),
        values(exec, game.values),
        largest(exec, game.largest) {
    exec.wait();
  }

  [[nodiscard]] LatticeGameArgs args(LatticeGameArgs const& host) const {
    LatticeGameArgs args = host;
    args.short_paths = short_paths.view();
    args.long_paths = long_paths.view();
    args.row_bytes = row_bytes.data();
    args.row_words = row_words.data();
    args.background_bytes = background_bytes.data();
    args.background_words = background_words.data();
    args.base_margin = base_margin.data();
    args.step = step.data();
    args.values = values.data();
    args.largest = largest.data();
    return args;
  }
};

/// What the device left is, bit for bit, what the CPU left in the case.
inline void expect_same_answer(device::Exec const& exec, DeviceLattice const& on_device, LatticeCase const& game) {
  EXPECT_EQ(copy_back(exec, on_device.largest), game.largest);
  std::int64_t const stride = std::max<std::int64_t>(game.args.value_stride, 1);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, on_device.values), stride, game.args.rows),
                        without_padding(game.values, stride, game.args.rows)));
}

[[nodiscard]] inline std::string text_of(LatticeShape const& shape) {
  return std::to_string(shape.rows) + " rows, background of " + std::to_string(shape.background) + ", " +
         std::to_string(shape.players) + " players, link " + name_of(shape.link) + (shape.wide ? ", wide" : "");
}

/// Plays the case on the CPU, where its answer stays, and on the device.
inline void expect_equal_games(LatticeCase& game) {
  device::Exec const exec(0);
  DeviceLattice const on_device(exec, game);
  lattice_game_cpu(game.args);
  lattice_game_cuda(exec, on_device.args(game.args));
  expect_same_answer(exec, on_device, game);
}

}  // namespace limpid::tests
