/// The fixture of tests/device on the emulator; the one of a GPU is tests/device/gpu/device_fixture.h. The include
/// directory chooses.
#pragma once

#include "simt/sanitizers.h"
#include "simt/tests/emulated.h"

namespace limpid {

using DeviceTest = EmulatedTest;

/// Minutes under the thread sanitizer, where BarrierCase runs all kernels.
inline constexpr bool kRunsLongTests = !simt::kTsan;

/// Where the device's cuSOLVER and cuBLAS are: LIMPID_CUDA_LIBRARIES.
inline constexpr char const* kDeviceLibraries = LIMPID_SIMT_LIBRARIES;

[[nodiscard]] inline testing::internal::ParamGenerator<simt::Settings> every_device() {
  return every_order_and_profile();
}

[[nodiscard]] inline std::string name_of_device(testing::TestParamInfo<simt::Settings> const& info) {
  return setting_name(info);
}

}  // namespace limpid
