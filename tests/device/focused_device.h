/// A focused case on a device.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "device/bytes.h"
#include "device/device_lattice.h"
#include "kernels/focused_case.h"

namespace limpid::tests {

/// Plays the case on the CPU, where its answer stays, and on the device in blocks of the background.
inline void expect_equal_focus(FocusedCase& made, std::int64_t block = 1 << 20) {
  device::Exec const exec(0);
  DeviceLattice const game(exec, made.game);
  device::Buffer<double> const sums(exec, made.sums);
  device::Buffer<double> const changes(exec, made.changes);
  device::Buffer<std::int32_t> const estimated(exec, made.estimated);
  FocusedGameArgs args = made.args;
  LatticeGameArgs const& host = made.args.lattice;
  std::int64_t const total = host.background_rows;
  for (std::int64_t begin = 0; begin < total; begin += block) {
    args.lattice = game.args(host);
    args.lattice.background_total = total;
    args.lattice.background_begin = begin;
    args.lattice.background_rows = std::min(block, total - begin);
    args.lattice.background_bytes += begin * args.lattice.byte_stride;
    args.lattice.background_words += begin * args.lattice.long_paths.leaves;
    args.sums = sums.data();
    args.changes = changes.data();
    args.estimated = estimated.data();
    focused_game_cuda(exec, args);
  }
  made.play();
  std::int64_t const stride = std::max<std::int64_t>(host.value_stride, 1);
  EXPECT_EQ(copy_back(exec, estimated), made.estimated);
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, sums), stride, host.rows),
                        without_padding(made.sums, stride, host.rows)));
  EXPECT_TRUE(same_bits(without_padding(copy_back(exec, changes), stride, host.rows),
                        without_padding(made.changes, stride, host.rows)));
}

}  // namespace limpid::tests
