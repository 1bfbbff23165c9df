#include <fmt/core.h>

#include "cli/program.h"
#include "cli/simd_target.h"
#include "io/arrow_version.h"
#include "kernels/device.h"

namespace limpid::cli {
namespace {

std::string gpu_text() {
  auto const profiles = device::profiles();
  if (profiles.empty()) return "none: " + device::unavailable_reason();
  std::string out;
  for (auto const& profile : profiles) {
    static constexpr int kMajor = 10;  // compute capability 9.0 is 90
    out += fmt::format("{}{} (compute capability {}.{})", out.empty() ? "" : "; ", profile.name,
                       profile.compute_capability / kMajor, profile.compute_capability % kMajor);
  }
  return out;
}

}  // namespace

std::string version_text() {
  return fmt::format(
      "limpid {}\n"
      "cuda toolkit {}\n"
      "cuda driver {}\n"
      "gpu {}\n"
      "arrow {}\n"
      "simd {}\n"
      "compiler {}\n",
      LIMPID_VERSION, device::toolkit_version(), device::driver_version(), gpu_text(), arrow_version(), simd_target(),
      LIMPID_COMPILER);
}

}  // namespace limpid::cli
