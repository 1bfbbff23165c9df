#include "tests/simt/settings.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <sstream>

#include "tests/simt/memory.h"
#include "tests/simt/sanitizers.h"

namespace limpid::simt {
namespace {

constexpr std::size_t kGiB = std::size_t{1} << 30;

/// Shared memory per block: with the opt-in attribute, CUDA C++ Programming Guide, table "Technical specifications
/// per compute capability".
std::array<device::Profile, 5> const& profiles() {
  static std::array<device::Profile, 5> const all{{
      {"t4", 0, 40, 1024, std::size_t{64} << 10, 16 * kGiB, 75},
      {"l4", 0, 58, 1024, std::size_t{99} << 10, 24 * kGiB, 89},
      {"a100", 0, 108, 1024, std::size_t{163} << 10, 40 * kGiB, 80},
      {"h100", 0, 132, 1024, std::size_t{227} << 10, 80 * kGiB, 90},
      {"small", 0, 1, 1024, std::size_t{64} << 10, 16 * kGiB, 75},  // blocks and warps get more than one piece of work
  }};
  return all;
}

Settings from_environment() {
  char const* const text = std::getenv("LIMPID_SIMT");
  Settings result = parse_settings(text != nullptr ? text : "");
  if (char const* const site = std::getenv("LIMPID_SIMT_SKIP_BARRIER"); site != nullptr) result.skipped_barrier = site;
  return result;
}

Settings& current() {
  static Settings value = from_environment();
  return value;
}

struct Seen {
  std::mutex mutex;
  std::set<std::string> barriers;
};

Seen& seen() {
  static Seen value;
  return value;
}

struct Sequence {
  std::uint64_t state = 0;
  bool started = false;
};
thread_local Sequence sequence;

}  // namespace

std::string Site::text() const {
  char const* const slash = std::strrchr(file, '/');
  return std::string(slash != nullptr ? slash + 1 : file) + ":" + std::to_string(line);
}

bool operator==(Site const& a, Site const& b) {
  return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

Settings const& settings() { return current(); }

void configure(Settings const& settings) {
  static_cast<void>(profile_named(settings.profile));
  current() = settings;
  restart_random();
}

Settings parse_settings(std::string const& text) {
  Settings result;
  std::istringstream parts(text);
  std::string part;
  if (std::getline(parts, part, ',') && !part.empty()) result.profile = profile_named(part).name;
  if (std::getline(parts, part, ',') && !part.empty()) {
    if (part == "forward") {
      result.order = Order::kForward;
    } else if (part == "reverse") {
      result.order = Order::kReverse;
    } else if (part == "shuffled") {
      result.order = Order::kShuffled;
    } else {
      throw std::invalid_argument("LIMPID_SIMT: unknown order '" + part + "' (forward, reverse, shuffled)");
    }
  }
  if (std::getline(parts, part, ',') && !part.empty()) result.seed = std::stoull(part);
  if (std::getline(parts, part, ',') && !part.empty()) {
    result.devices = std::stoi(part);
    if (result.devices < 1 || result.devices > kMostDevices) {
      throw std::invalid_argument("LIMPID_SIMT: '" + part + "' devices, expected 1 to " + std::to_string(kMostDevices));
    }
  }
  return result;
}

device::Profile profile_named(std::string const& name) {
  for (auto const& profile : profiles()) {
    if (profile.name == name) return profile;
  }
  throw std::invalid_argument("LIMPID_SIMT: unknown device profile '" + name + "' (t4, l4, a100, h100, small)");
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (auto const& profile : profiles()) names.push_back(profile.name);
  return names;
}

char const* name_of(Order order) {
  switch (order) {
    case Order::kForward:
      return "forward";
    case Order::kReverse:
      return "reverse";
    case Order::kShuffled:
      return "shuffled";
  }
  return "";
}

std::vector<std::string> barriers_seen() {
  std::lock_guard const lock(seen().mutex);
  return {seen().barriers.begin(), seen().barriers.end()};
}

void clear_barriers_seen() {
  std::lock_guard const lock(seen().mutex);
  seen().barriers.clear();
}

void note_barrier(Site site) {
  std::lock_guard const lock(seen().mutex);
  seen().barriers.insert(site.text());
}

unsigned char shared_fill() { return kTsan && !current().skipped_barrier.empty() ? 0 : kUndefined; }

void restart_random() { sequence.started = false; }

/// splitmix64 (Steele, Lea & Flood 2014).
std::uint64_t next_random() {
  if (!sequence.started) sequence = {current().seed, true};
  sequence.state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = sequence.state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

}  // namespace limpid::simt
