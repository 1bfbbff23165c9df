// The cubes of one output of a pair of sampled_game on the CPU, equal ones merged. Included once per SIMD target.
#if defined(LIMPID_KERNELS_SAMPLED_GAME_CUBES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_SAMPLED_GAME_CUBES_INL_H_
#undef LIMPID_KERNELS_SAMPLED_GAME_CUBES_INL_H_
#else
#define LIMPID_KERNELS_SAMPLED_GAME_CUBES_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// Cubes of one output. Where sets are one word, equal cubes are one, with the sum of their values: boosters ask for
/// the same few players in tree after tree.
class CubeList {
 public:
  /// `expected`: about how many cubes will come.
  void start(std::size_t words, std::size_t expected) {
    words_ = words;
    inside_.clear();
    outside_.clear();
    values_.clear();
    if (words != 1) return;
    if (2 * expected > slots_.size()) {
      slots_.resize(std::bit_ceil(2 * expected));
      reserve();
    }
    std::fill(slots_.begin(), slots_.end(), kEmpty);
  }

  /// REQUIRES: one word.
  HWY_INLINE void merge(std::uint64_t inside, std::uint64_t outside, std::uint64_t value) {
    if (2 * (values_.size() + 1) > slots_.size()) grow();
    std::uint32_t& slot = slot_of(inside, outside);
    if (slot != kEmpty) {
      values_[slot] += value;
      return;
    }
    slot = static_cast<std::uint32_t>(values_.size());
    inside_.push_back(inside);
    outside_.push_back(outside);
    values_.push_back(value);
  }

  /// One more cube: its sets [words], empty yet.
  std::pair<std::uint64_t*, std::uint64_t*> append(std::uint64_t value) {
    std::size_t const at = inside_.size();
    inside_.resize(at + words_, 0);
    outside_.resize(at + words_, 0);
    values_.push_back(value);
    return {inside_.data() + at, outside_.data() + at};
  }

  [[nodiscard]] std::size_t count() const noexcept { return values_.size(); }
  [[nodiscard]] std::uint64_t const* inside(std::size_t cube) const noexcept { return inside_.data() + cube * words_; }
  [[nodiscard]] std::uint64_t const* outside(std::size_t cube) const noexcept {
    return outside_.data() + cube * words_;
  }
  [[nodiscard]] std::uint64_t value(std::size_t cube) const noexcept { return values_[cube]; }
  /// [cubes]
  [[nodiscard]] std::uint64_t const* values() const noexcept { return values_.data(); }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};

  /// The slot of this cube, or the one where it goes. Multiplicative hashing; the second factor is the first of a
  /// splitmix64 round.
  std::uint32_t& slot_of(std::uint64_t inside, std::uint64_t outside) {
    std::uint64_t const hash = inside * 0x9E3779B97F4A7C15U + outside * 0xBF58476D1CE4E5B9U;
    std::size_t const most = slots_.size() - 1;
    auto at = static_cast<std::size_t>(hash >> 32U) & most;
    while (slots_[at] != kEmpty && (inside_[slots_[at]] != inside || outside_[slots_[at]] != outside)) {
      at = (at + 1) & most;
    }
    return slots_[at];
  }

  HWY_NOINLINE void grow() {
    constexpr std::size_t kLeast = 64;
    slots_.assign(std::max(kLeast, 2 * slots_.size()), kEmpty);
    reserve();
    for (std::size_t c = 0; c < values_.size(); ++c) {
      slot_of(inside_[c], outside_[c]) = static_cast<std::uint32_t>(c);
    }
  }

  void reserve() {
    inside_.reserve(slots_.size() / 2);
    outside_.reserve(slots_.size() / 2);
    values_.reserve(slots_.size() / 2);
  }

  std::size_t words_ = 1;
  std::vector<std::uint64_t> inside_;   ///< [cubes x words]
  std::vector<std::uint64_t> outside_;  ///< [cubes x words]
  std::vector<std::uint64_t> values_;   ///< [cubes] two's complement
  std::vector<std::uint32_t> slots_;    ///< a power of two: cube, or kEmpty
};

/// Integer margins of the empty and of the full coalition: the first meets the cubes without an inside, the second
/// those without an outside.
struct EndMargins {
  std::uint64_t empty = 0;
  std::uint64_t full = 0;
};
inline EndMargins ends_of(CubeList const& cubes, std::int32_t words) {
  auto const is_empty = [words](std::uint64_t const* set) {
    return std::all_of(set, set + words, [](std::uint64_t word) { return word == 0; });
  };
  EndMargins ends;
  for (std::size_t c = 0; c < cubes.count(); ++c) {
    if (is_empty(cubes.inside(c))) ends.empty += cubes.value(c);
    if (is_empty(cubes.outside(c))) ends.full += cubes.value(c);
  }
  return ends;
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
