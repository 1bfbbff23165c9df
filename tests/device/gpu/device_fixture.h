/// The fixture of tests/device on a GPU; the one of the emulator is tests/simt/tests/device_fixture.h. The include
/// directory chooses.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "kernels/device.h"

namespace limpid {

/// The parameter is the device's index.
class DeviceTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (device::profiles().empty()) GTEST_SKIP() << "no cuda device: " << device::unavailable_reason();
  }
};

/// Whether tests that take long under an emulator run.
inline constexpr bool kRunsLongTests = true;

/// Where the device's cuSOLVER and cuBLAS are: LIMPID_CUDA_LIBRARIES, where it is set from outside.
inline char const* const kDeviceLibraries = std::getenv("LIMPID_CUDA_LIBRARIES");

[[nodiscard]] inline testing::internal::ParamGenerator<int> every_device() { return testing::Values(0); }

[[nodiscard]] inline std::string name_of_device(testing::TestParamInfo<int> const& info) {
  return "gpu" + std::to_string(info.param);
}

}  // namespace limpid
