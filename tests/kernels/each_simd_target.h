/// Runs a test body on every SIMD target that this program was compiled for and this machine has.
#pragma once

#include "kernels/simd_targets.h"
// after it: Highway's target list
#include <gtest/gtest.h>
#include <hwy/highway.h>

namespace limpid {

template <class Body>
void on_each_simd_target(Body const& body) {
  int ran = 0;
  for (std::int64_t const target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    body();
    ++ran;
  }
  hwy::SetSupportedTargetsForTest(0);
  EXPECT_GE(ran, 1);
}

}  // namespace limpid
