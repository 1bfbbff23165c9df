// Sums of a pair's cubes over the coalitions of a design, which are the lanes. Included once per SIMD target.
//
// Counted for AVX-512 and 32 bits, per cube and 16 coalitions with their complements: an and, two compares to masks,
// two masked additions; four broadcasts from memory are shared by four vectors.
#if defined(LIMPID_KERNELS_SAMPLED_GAME_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_SAMPLED_GAME_SUMS_INL_H_
#undef LIMPID_KERNELS_SAMPLED_GAME_SUMS_INL_H_
#else
#define LIMPID_KERNELS_SAMPLED_GAME_SUMS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/apply_operator.h"
#include "kernels/lattice_game_fold-inl.h"
#include "kernels/sampled_game.task.h"
#include "kernels/sampled_game_cubes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// A cube in the lanes' own type, masks of up to 32 or 64 players.
template <class Mask>
struct LaneCube {
  Mask both, inside, outside, value;
};

/// sum + value in the lanes that are equal.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V add_where_equal([[maybe_unused]] D d, V a, V b, V value, V sum) {
#if HWY_TARGET == HWY_AVX3
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    return V{_mm512_mask_add_epi32(sum.raw, _mm512_cmpeq_epi32_mask(a.raw, b.raw), sum.raw, value.raw)};
  } else {
    return V{_mm512_mask_add_epi64(sum.raw, _mm512_cmpeq_epi64_mask(a.raw, b.raw), sum.raw, value.raw)};
  }
#else
  return hn::Add(sum, hn::IfThenElseZero(hn::Eq(a, b), value));
#endif
}

/// Vectors of coalitions at a time: sets, two sums each, a cube's four broadcasts and a temporary fill the registers.
#if HWY_TARGET == HWY_AVX3
constexpr std::size_t kCoalitionVectors = 4;
#else
constexpr std::size_t kCoalitionVectors = 2;
#endif

/// Sums of the cubes over each coalition and its complement: S is in (A, B) iff what it holds of A | B is A, and its
/// complement iff that is B. All arrays [padded], a multiple of kCoalitionVectors vectors.
template <class Mask>
void sum_cubes(std::vector<LaneCube<Mask>> const& cubes, Mask const* HWY_RESTRICT coalitions, std::size_t padded,
               Mask* HWY_RESTRICT sums, Mask* HWY_RESTRICT complements) {
  hn::ScalableTag<Mask> const d;
  using V = hn::Vec<decltype(d)>;
  std::size_t const lanes = hn::Lanes(d);
  for (std::size_t p = 0; p < padded; p += kCoalitionVectors * lanes) {
    V set[kCoalitionVectors];
    V sum[kCoalitionVectors];
    V other[kCoalitionVectors];
    for (std::size_t i = 0; i < kCoalitionVectors; ++i) {
      set[i] = hn::Load(d, coalitions + p + i * lanes);
      sum[i] = hn::Zero(d);
      other[i] = hn::Zero(d);
    }
    for (LaneCube<Mask> const& cube : cubes) {
      auto const both = hn::Set(d, cube.both);
      auto const inside = hn::Set(d, cube.inside);
      auto const outside = hn::Set(d, cube.outside);
      auto const value = hn::Set(d, cube.value);
      for (std::size_t i = 0; i < kCoalitionVectors; ++i) {
        auto const held = hn::And(set[i], both);
        sum[i] = add_where_equal(d, held, inside, value, sum[i]);
        other[i] = add_where_equal(d, held, outside, value, other[i]);
      }
    }
    for (std::size_t i = 0; i < kCoalitionVectors; ++i) {
      hn::Store(sum[i], d, sums + p + i * lanes);
      hn::Store(other[i], d, complements + p + i * lanes);
    }
  }
}

/// The integers of one output on a design, coalitions [q] and complements [q], as 64-bit numbers: narrow ones with
/// their sign. Both have room for a multiple of a vector of them.
class DesignSums {
 public:
  void evaluate(EstimatorView const& design, CubeList const& cubes, bool wide) {
    auto const room = (static_cast<std::size_t>(design.pairs) + kRoom - 1) / kRoom * kRoom;
    (void)coalitions_.reserve(room);
    (void)complements_.reserve(room);
    if (design.words > 1) {
      evaluate_words(design, cubes, wide, room);
    } else if (design.players <= 32 && !wide) {
      evaluate_lanes(design, cubes, wide, room, narrow_);
    } else {
      evaluate_lanes(design, cubes, wide, room, wide_);
    }
  }
  [[nodiscard]] std::uint64_t const* coalitions() const noexcept { return coalitions_.data(); }
  [[nodiscard]] std::uint64_t const* complements() const noexcept { return complements_.data(); }

 private:
  /// A multiple of kCoalitionVectors vectors on every target.
  static constexpr std::size_t kRoom = 64;

  template <class Mask>
  struct Lanes {
    std::vector<LaneCube<Mask>> cubes;
    Scratch<Mask> sets, sums, complements;
  };

  static std::uint64_t with_sign(std::uint64_t sum, bool wide) noexcept {
    if (wide) return sum;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(sum)));
  }

  template <class Mask>
  void evaluate_lanes(EstimatorView const& design, CubeList const& cubes, bool wide, std::size_t room,
                      Lanes<Mask>& lanes) {
    lanes.cubes.resize(cubes.count());
    for (std::size_t c = 0; c < cubes.count(); ++c) {
      OneWordCube const& cube = cubes.one_word()[c];
      lanes.cubes[c] = {static_cast<Mask>(cube.inside | cube.outside), static_cast<Mask>(cube.inside),
                        static_cast<Mask>(cube.outside), static_cast<Mask>(cube.value)};
    }
    Mask* const sets = lanes.sets.reserve(room);
    Mask* const sums = lanes.sums.reserve(room);
    Mask* const complements = lanes.complements.reserve(room);
    auto const count = static_cast<std::size_t>(design.pairs);
    for (std::size_t p = 0; p < count; ++p) sets[p] = static_cast<Mask>(design.coalitions[p]);
    std::fill(sets + count, sets + room, Mask{0});
    sum_cubes(lanes.cubes, sets, room, sums, complements);
    for (std::size_t p = 0; p < room; ++p) {
      coalitions_.data()[p] = with_sign(sums[p], wide);
      complements_.data()[p] = with_sign(complements[p], wide);
    }
  }

  void evaluate_words(EstimatorView const& design, CubeList const& cubes, bool wide, std::size_t room) {
    auto const words = static_cast<std::size_t>(design.words);
    both_.resize(cubes.count() * words);
    for (std::size_t i = 0; i < both_.size(); ++i) both_[i] = cubes.inside()[i] | cubes.outside()[i];
    for (std::int64_t p = 0; p < design.pairs; ++p) {
      auto const sums =
          sampled::margins_of(design.coalitions + p * design.words, cubes.inside(), cubes.outside(), both_.data(),
                              cubes.values(), static_cast<std::int64_t>(cubes.count()), design.words);
      coalitions_.data()[p] = with_sign(sums.coalition, wide);
      complements_.data()[p] = with_sign(sums.complement, wide);
    }
    std::fill(coalitions_.data() + design.pairs, coalitions_.data() + room, std::uint64_t{0});
    std::fill(complements_.data() + design.pairs, complements_.data() + room, std::uint64_t{0});
  }

  Lanes<std::uint32_t> narrow_;
  Lanes<std::uint64_t> wide_;
  std::vector<std::uint64_t> both_;     ///< [cubes x words] A | B
  Scratch<std::uint64_t> coalitions_;   ///< [q]
  Scratch<std::uint64_t> complements_;  ///< [q]
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
