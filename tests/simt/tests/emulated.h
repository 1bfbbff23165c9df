/// A test fixture that runs under the emulator's settings, one test per setting.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "device/bytes.h"
#include "kernels/device.h"
#include "simt/sanitizers.h"
#include "simt/settings.h"

namespace limpid::simt {

/// How GoogleTest names the setting of a test that failed.
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
inline void PrintTo(Settings const& settings, std::ostream* out) {
  *out << settings.profile << ", " << name_of(settings.order) << ", seed " << settings.seed;
}

}  // namespace limpid::simt

namespace limpid {

class EmulatedTest : public testing::TestWithParam<simt::Settings> {
 protected:
  void SetUp() override {
    before_ = simt::settings();
    simt::Settings wanted = GetParam();
    wanted.skipped_barrier = before_.skipped_barrier;
    simt::configure(wanted);
  }
  void TearDown() override { simt::configure(before_); }

 private:
  simt::Settings before_;
};

/// Thread orders on one device: forward, reverse, two shuffles.
[[nodiscard]] inline testing::internal::ParamGenerator<simt::Settings> every_order() {
  using simt::Order;
  if constexpr (simt::kAsan) {  // what is wrong with an address is wrong in every order
    return testing::Values(simt::Settings{"t4", Order::kShuffled, 1, {}, 0},
                           simt::Settings{"h100", Order::kForward, 1, {}, 0});
  }
  return testing::Values(
      simt::Settings{"t4", Order::kForward, 1, {}, 0}, simt::Settings{"t4", Order::kReverse, 1, {}, 0},
      simt::Settings{"t4", Order::kShuffled, 1, {}, 0}, simt::Settings{"t4", Order::kShuffled, 2, {}, 0});
}

/// Every device profile, and every order on one of them.
[[nodiscard]] inline testing::internal::ParamGenerator<simt::Settings> every_order_and_profile() {
  using simt::Order;
  if constexpr (simt::kAsan) {  // what is wrong with an address is wrong in every order
    return testing::Values(simt::Settings{"t4", Order::kShuffled, 1, {}, 0},
                           simt::Settings{"h100", Order::kForward, 1, {}, 0});
  }
  return testing::Values(
      simt::Settings{"t4", Order::kForward, 1, {}, 0}, simt::Settings{"t4", Order::kReverse, 1, {}, 0},
      simt::Settings{"t4", Order::kShuffled, 1, {}, 0}, simt::Settings{"l4", Order::kShuffled, 2, {}, 0},
      simt::Settings{"a100", Order::kShuffled, 3, {}, 0}, simt::Settings{"a100", Order::kReverse, 1, {}, 0},
      simt::Settings{"h100", Order::kForward, 1, {}, 0}, simt::Settings{"h100", Order::kShuffled, 4, {}, 0});
}

[[nodiscard]] inline std::string setting_name(testing::TestParamInfo<simt::Settings> const& info) {
  return info.param.profile + "_" + simt::name_of(info.param.order) + std::to_string(info.param.seed);
}

}  // namespace limpid
