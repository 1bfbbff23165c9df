/// Runs this test program again, on some of its tests, in another environment.
#pragma once

#include <map>
#include <string>

namespace limpid {

struct Outcome {
  int exit_code = 0;   ///< 128 + signal when it was killed
  std::string output;  ///< standard output and error
};

[[nodiscard]] Outcome run_again(std::string const& gtest_filter, std::map<std::string, std::string> const& environment);

/// What the thread sanitizer ends a process with under kHaltAtFirstRace, its TSAN_OPTIONS.
inline constexpr int kRaceExit = 66;
inline constexpr char const* kHaltAtFirstRace = "halt_on_error=1:exitcode=66";

}  // namespace limpid
