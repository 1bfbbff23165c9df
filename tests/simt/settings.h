/// How the emulator runs kernels: the device it pretends to be, the order of threads, the seed of what is shuffled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/device.h"

namespace limpid::simt {

/// A kernel, or the host code around it, broke a rule of the device: always a bug of ours.
class Failure : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

enum class Order : std::uint8_t { kForward, kReverse, kShuffled };

/// A place in a kernel's source.
struct Site {
  char const* file = "";
  int line = 0;

  /// As a default argument: the caller's line.
  static constexpr Site here(char const* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }
  [[nodiscard]] std::string text() const;  ///< "bin_rows_cuda.cu:31"
  friend bool operator==(Site const& a, Site const& b);
};

struct Settings {
  std::string profile = "t4";  ///< t4, l4, a100, h100; small: a t4 of one multiprocessor
  Order order = Order::kForward;
  std::uint64_t seed = 1;
  std::string skipped_barrier;   ///< Site::text() of a barrier that does nothing: mutation tests
  std::size_t memory_limit = 0;  ///< bytes of memory per device; 0: the profile's
  std::int32_t devices = 1;      ///< how many there are, all of the same profile, at most kMostDevices
};

inline constexpr std::int32_t kMostDevices = 8;

/// The settings in force. At first LIMPID_SIMT=profile,order,seed,devices and LIMPID_SIMT_SKIP_BARRIER=file:line from
/// the environment, e.g. LIMPID_SIMT=h100,shuffled,7,2; every part may be left out.
[[nodiscard]] Settings const& settings();
/// REQUIRES: no device work is under way. Throws std::invalid_argument for an unknown profile.
void configure(Settings const& settings);
[[nodiscard]] Settings parse_settings(std::string const& text);

[[nodiscard]] device::Profile profile_named(std::string const& name);
[[nodiscard]] std::vector<std::string> profile_names();
[[nodiscard]] char const* name_of(Order order);

/// Barriers (__syncthreads and its kin, __syncwarp) that kernels have met since the process began, sorted.
[[nodiscard]] std::vector<std::string> barriers_seen();
void clear_barriers_seen();
void note_barrier(Site site);

/// What undefined shared memory holds: 0xCD; 0 in a mutation test under the thread sanitizer, since an index of 0xCDCD
/// would end the process before the race on it is complete.
[[nodiscard]] unsigned char shared_fill();

/// The next number of the shuffling sequence, from the seed: the same for the same sequence of calls on this thread.
[[nodiscard]] std::uint64_t next_random();
void restart_random();

}  // namespace limpid::simt
