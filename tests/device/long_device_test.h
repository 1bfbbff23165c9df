/// Tests on a device that take minutes under the thread sanitizer, where they are left out.
#pragma once

#include "device_fixture.h"

namespace limpid {

class LongDeviceTest : public DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    if (!kRunsLongTests) GTEST_SKIP() << "minutes under the thread sanitizer";
  }
};

}  // namespace limpid
