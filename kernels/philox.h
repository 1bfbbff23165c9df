/// Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011): random numbers that are a function of a key and a counter, so that no draw depends on how many were made
/// before it, by whom, or on which device.
#pragma once

#include <array>
#include <cstdint>

#include "limpid/platform.h"

namespace limpid {

struct PhiloxCounter {
  std::uint32_t x = 0, y = 0, z = 0, w = 0;
  bool operator==(PhiloxCounter const&) const = default;
};
struct PhiloxKey {
  std::uint32_t x = 0, y = 0;
};

[[nodiscard]] LIMPID_HD constexpr PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) noexcept {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
  constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    std::uint64_t const product0 = kMultiplier0 * counter.x;
    std::uint64_t const product1 = kMultiplier1 * counter.z;
    counter = {static_cast<std::uint32_t>(product1 >> 32U) ^ counter.y ^ key.x, static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32U) ^ counter.w ^ key.y, static_cast<std::uint32_t>(product0)};
    key = {key.x + kWeyl0, key.y + kWeyl1};
  }
  return counter;
}

/// The draws of one stream, in order: `stream` picks one of 2^64 independent ones of the seed.
class PhiloxStream {
 public:
  PhiloxStream(std::uint64_t seed, std::uint64_t stream) noexcept
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
        counter_{0, 0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32U)} {}

  [[nodiscard]] std::uint64_t next() noexcept {
    if (at_ == kPerBlock) {
      auto const drawn = philox(counter_, key_);
      block_ = {drawn.x, drawn.y, drawn.z, drawn.w};
      if (++counter_.x == 0) ++counter_.y;
      at_ = 0;
    }
    std::uint64_t const low = block_[2 * at_];
    std::uint64_t const high = block_[2 * at_ + 1];
    ++at_;
    return high << 32U | low;
  }

  /// Uniform over [0, n). REQUIRES: n > 0. Unbiased: draws that would favour some results are thrown away.
  [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept {
    std::uint64_t const unfair = (0 - n) % n;  // 2^64 mod n
    while (true) {
      std::uint64_t const draw = next();
      if (draw >= unfair) return draw % n;
    }
  }

 private:
  static constexpr std::size_t kPerBlock = 2;
  PhiloxKey key_;
  PhiloxCounter counter_;
  std::array<std::uint32_t, 2 * kPerBlock> block_{};
  std::size_t at_ = kPerBlock;
};

}  // namespace limpid
