/// Who solves a CUDA run's estimators, while an object of it lives.
#pragma once

#include <cstdlib>

#include "device_fixture.h"

namespace limpid {

class SolvedBy {
 public:
  enum Who { kHost, kDevice };
  explicit SolvedBy(Who who) { set(who == kHost ? "none" : kDeviceLibraries); }
  SolvedBy(SolvedBy const&) = delete;
  SolvedBy& operator=(SolvedBy const&) = delete;
  ~SolvedBy() { set(kDeviceLibraries); }

 private:
  static void set(char const* folder) {
    folder != nullptr ? setenv("LIMPID_CUDA_LIBRARIES", folder, 1) : unsetenv("LIMPID_CUDA_LIBRARIES");
  }
};

}  // namespace limpid
