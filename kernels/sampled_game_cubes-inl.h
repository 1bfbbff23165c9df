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

/// A cube as sets of players or bits, one word each. `value`: two's complement.
struct OneWordCube {
  std::uint64_t inside, outside, value;
};

/// Cubes of one output. Where sets are one word, equal cubes are one, with the sum of their values: boosters ask for
/// the same few players in tree after tree.
class CubeList {
 public:
  /// `expected`: about how many cubes will come.
  void start(std::size_t words, std::size_t expected) {
    words_ = words;
    count_ = 0;
    inside_.clear();
    outside_.clear();
    values_.clear();
    if (words != 1) return;
    make_room(expected);
    std::fill(slots_.begin(), slots_.end(), kEmpty);
  }

  /// REQUIRES: one word. No branch depends on whether the cube is new: half of them are, which no processor foresees.
  HWY_INLINE void merge(std::uint64_t inside, std::uint64_t outside, std::uint64_t value) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    OneWordCube* const HWY_RESTRICT cubes = cubes_.data();
    std::uint32_t* const HWY_RESTRICT slots = slots_.data();
    std::size_t const most = slots_.size() - 1;
    auto const next = static_cast<std::uint32_t>(count_);
    cubes[next] = {inside, outside, 0};
    std::size_t at = hash_of(inside, outside) & most;
    std::uint32_t cube = std::min(slots[at], next);  // kEmpty is above all numbers
    while (((cubes[cube].inside ^ inside) | (cubes[cube].outside ^ outside)) != 0) {
      at = (at + 1) & most;
      cube = std::min(slots[at], next);
    }
    slots[at] = cube;
    cubes[cube].value += value;
    count_ += cube == next ? 1 : 0;
  }
  /// Puts other sets in place of all: bits for players. REQUIRES: one word, `of` has an inverse.
  template <class Of>
  void replace_sets(Of const& of) {
    for (std::size_t c = 0; c < count_; ++c) {
      cubes_[c].inside = of(cubes_[c].inside);
      cubes_[c].outside = of(cubes_[c].outside);
    }
  }
  /// [cubes] REQUIRES: one word.
  [[nodiscard]] OneWordCube const* one_word() const noexcept { return cubes_.data(); }

  /// One more cube: its sets [words], empty yet. REQUIRES: several words.
  std::pair<std::uint64_t*, std::uint64_t*> append(std::uint64_t value) {
    std::size_t const at = inside_.size();
    inside_.resize(at + words_, 0);
    outside_.resize(at + words_, 0);
    values_.push_back(value);
    ++count_;
    return {inside_.data() + at, outside_.data() + at};
  }
  /// [cubes x words] and [cubes]. REQUIRES: several words.
  [[nodiscard]] std::uint64_t const* inside() const noexcept { return inside_.data(); }
  [[nodiscard]] std::uint64_t const* outside() const noexcept { return outside_.data(); }
  [[nodiscard]] std::uint64_t const* values() const noexcept { return values_.data(); }

  [[nodiscard]] std::size_t words() const noexcept { return words_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};

  /// Multiplicative hashing; the second factor is the first of a splitmix64 round.
  static std::size_t hash_of(std::uint64_t inside, std::uint64_t outside) {
    return static_cast<std::size_t>((inside * 0x9E3779B97F4A7C15U + outside * 0xBF58476D1CE4E5B9U) >> 32U);
  }

  /// So that `cubes` fill at most half of the slots.
  void make_room(std::size_t cubes) {
    constexpr std::size_t kLeast = 64;
    std::size_t const slots = std::bit_ceil(std::max(kLeast, 2 * cubes));
    if (slots > slots_.size()) slots_.resize(slots);
    cubes_.resize(slots_.size() / 2 + 1);
  }

  HWY_NOINLINE void grow() {
    make_room(slots_.size());
    std::fill(slots_.begin(), slots_.end(), kEmpty);
    std::size_t const most = slots_.size() - 1;
    for (std::size_t c = 0; c < count_; ++c) {
      std::size_t at = hash_of(cubes_[c].inside, cubes_[c].outside) & most;
      while (slots_[at] != kEmpty) at = (at + 1) & most;
      slots_[at] = static_cast<std::uint32_t>(c);
    }
  }

  std::size_t words_ = 1;
  std::size_t count_ = 0;
  std::vector<OneWordCube> cubes_;      ///< one word: the first count_, and room for those that fill half of the slots
  std::vector<std::uint32_t> slots_;    ///< one word: a power of two: cube, or kEmpty
  std::vector<std::uint64_t> inside_;   ///< [cubes x words]
  std::vector<std::uint64_t> outside_;  ///< [cubes x words]
  std::vector<std::uint64_t> values_;   ///< [cubes]
};

/// Integer margins of the empty and of the full coalition: the first meets the cubes without an inside, the second
/// those without an outside.
struct EndMargins {
  std::uint64_t empty = 0;
  std::uint64_t full = 0;

  void add(bool no_inside, bool no_outside, std::uint64_t value) noexcept {
    empty += value & (std::uint64_t{0} - static_cast<std::uint64_t>(no_inside));
    full += value & (std::uint64_t{0} - static_cast<std::uint64_t>(no_outside));
  }
};
inline EndMargins ends_of(CubeList const& cubes) {
  EndMargins ends;
  std::size_t const words = cubes.words();
  if (words == 1) {
    OneWordCube const* const all = cubes.one_word();
    for (std::size_t c = 0; c < cubes.count(); ++c) ends.add(all[c].inside == 0, all[c].outside == 0, all[c].value);
    return ends;
  }
  auto const is_empty = [words](std::uint64_t const* set) {
    return std::all_of(set, set + words, [](std::uint64_t word) { return word == 0; });
  };
  for (std::size_t c = 0; c < cubes.count(); ++c) {
    ends.add(is_empty(cubes.inside() + c * words), is_empty(cubes.outside() + c * words), cubes.values()[c]);
  }
  return ends;
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
