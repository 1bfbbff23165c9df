/// The shape of a kernel launch and the check against a device's limits: shared by CUDA and the emulator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid {

/// Blocks of a grid or threads of a block.
struct Extent {
  std::int64_t x = 1;
  std::int64_t y = 1;
  std::int64_t z = 1;

  // NOLINTNEXTLINE(google-explicit-constructor): a number is an extent along x, as in CUDA's dim3
  constexpr Extent(std::int64_t along_x = 1, std::int64_t along_y = 1, std::int64_t along_z = 1)
      : x(along_x), y(along_y), z(along_z) {}
  [[nodiscard]] constexpr std::int64_t volume() const { return x * y * z; }
};

/// {blocks, threads per block, bytes of dynamic shared memory}.
struct LaunchShape {
  Extent blocks;
  Extent threads;
  std::size_t shared_bytes = 0;
};

/// Throws Error device.launch with the device's limit when `shape` does not fit it.
inline void check_launch(char const* name, LaunchShape const& shape, device::Profile const& profile) {
  constexpr std::int64_t kMaxBlocksX = 2147483647;
  constexpr std::int64_t kMaxBlocksYZ = 65535;
  auto const fail = [&](std::string const& found, std::string const& limit) {
    throw Error("device.launch",
                std::string("kernel '") + name + "' needs " + found + ", " + profile.name + " has " + limit);
  };
  auto const& threads = shape.threads;
  auto const& blocks = shape.blocks;
  if (threads.volume() < 1 || threads.volume() > profile.max_threads_per_block) {
    fail(std::to_string(threads.volume()) + " threads per block",
         "at most " + std::to_string(profile.max_threads_per_block));
  }
  if (blocks.x > kMaxBlocksX || blocks.y > kMaxBlocksYZ || blocks.z > kMaxBlocksYZ) {
    fail(std::to_string(blocks.x) + " x " + std::to_string(blocks.y) + " x " + std::to_string(blocks.z) + " blocks",
         "at most 2147483647 x 65535 x 65535");
  }
  if (shape.shared_bytes > profile.shared_per_block) {
    fail(std::to_string(shape.shared_bytes) + " bytes of shared memory per block",
         "at most " + std::to_string(profile.shared_per_block));
  }
}

}  // namespace limpid
