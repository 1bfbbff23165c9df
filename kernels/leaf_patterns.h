/// leaf_patterns: bins -> the pattern of every leaf path for every row (compile/layout.h, Patterns), rows outermost,
/// as the lattice reads them. Integers only: same bytes on every device.
#pragma once

#include "compile/layout.h"
#include "kernels/device.h"

namespace limpid {

struct LeafPatternsArgs {
  PathsView short_paths;
  PathsView long_paths;
  BinsView bins;
  std::uint8_t* bytes = nullptr;   ///< [R x byte_stride] out: short paths; padding leaves are written as 0
  std::int64_t byte_stride = 0;    ///< multiple of 64, >= short leaves
  std::uint64_t* words = nullptr;  ///< [R x long leaves] out
};

void leaf_patterns_cpu(LeafPatternsArgs const& args);
void leaf_patterns_cuda(device::Exec const& exec, LeafPatternsArgs const& args);

}  // namespace limpid
