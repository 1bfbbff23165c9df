// The fold of lattice_game on SIMD lanes. Every function gives the bits of its namesake in lattice_game.task.h.
// Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_FOLD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_FOLD_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_FOLD_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_FOLD_INL_H_
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <bit>
#include <vector>

#include "kernels/lattice_game.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Aligned memory that only grows; contents are lost when it does.
template <class T>
class Scratch {
 public:
  T* reserve(std::size_t size) {
    if (size > size_) {
      data_ = hwy::AllocateAligned<T>(size);
      size_ = size;
    }
    return data_.get();
  }
  [[nodiscard]] T* data() const noexcept { return data_.get(); }

 private:
  std::size_t size_ = 0;
  hwy::AlignedFreeUniquePtr<T[]> data_;
};

/// sum_by_halving in place, size >= lanes.
template <class D, class Real = hn::TFromD<D>>
HWY_INLINE Real sum_by_halving(D d, Real* HWY_RESTRICT entries, std::size_t size) {
  std::size_t half = size / 2;
  for (; half >= hn::Lanes(d); half /= 2) {
    for (std::size_t i = 0; i < half; i += hn::Lanes(d)) {
      hn::Store(hn::Add(hn::Load(d, entries + i), hn::Load(d, entries + half + i)), d, entries + i);
    }
  }
  return lattice::sum_by_halving(entries, static_cast<std::uint32_t>(2 * half));
}

/// The weights that fold takes, or others by V and the size of a coalition, made when a V is first seen.
template <class D, class Real = hn::TFromD<D>,
          Real (*weight)(std::int32_t, std::int32_t) noexcept = lattice::member_weight<Real>>
class MemberWeights {
 public:
  explicit MemberWeights(std::int32_t most) : tables_(static_cast<std::size_t>(most) + 1) {}

  /// [V + 1 x lanes]
  Real const* of(std::int32_t live) {
    std::size_t const lanes = hn::Lanes(D());
    std::size_t const size = (static_cast<std::size_t>(live) + 1) * lanes;
    auto& table = tables_[static_cast<std::size_t>(live)];
    if (table.data() == nullptr) {
      Real* const out = table.reserve(size);
      for (std::size_t i = 0; i < size; ++i) {
        auto const members = static_cast<std::int32_t>(i / lanes) + std::popcount(i % lanes);
        out[i] = weight(live, members);
      }
    }
    return table.data();
  }

 private:
  std::vector<Scratch<Real>> tables_;  ///< by V
};

/// The sums M of the entries that have a bit, for every bit, by halving in place, 2^V >= lanes. entries [2^V]; sums
/// [V].
template <class D, class Real = hn::TFromD<D>>
void fold_members(D d, std::int32_t live, Real* HWY_RESTRICT entries, double* HWY_RESTRICT sums) {
  std::size_t const lanes = hn::Lanes(d);
  for (std::int32_t bit = live - 1; bit >= 0; --bit) {
    std::size_t const half = std::size_t{1} << bit;
    if (half < lanes) {
      for (std::size_t i = 0; i < half; ++i) entries[i] += entries[i + half];
      sums[bit] = static_cast<double>(lattice::sum_by_halving(entries + half, static_cast<std::uint32_t>(half)));
      continue;
    }
    for (std::size_t i = 0; i < half; i += lanes) {
      hn::Store(hn::Add(hn::Load(d, entries + i), hn::Load(d, entries + half + i)), d, entries + i);
    }
    sums[bit] = static_cast<double>(sum_by_halving(d, entries + half, half));
  }
}

/// fold, 2^V >= lanes. `weights`: of the lanes of a vector of coalitions, by the size of its first one
/// [V + 1 x lanes]; game [2^V]; values [V].
template <class D, class Real = hn::TFromD<D>>
void fold(D d, Real const* HWY_RESTRICT weights, std::int32_t live, Real* HWY_RESTRICT game,
          double* HWY_RESTRICT values) {
  std::size_t const lanes = hn::Lanes(d);
  std::size_t const size = std::size_t{1} << live;
  auto const whole = static_cast<double>(game[size - 1]);
  for (std::size_t s = 0; s < size; s += lanes) {
    auto const row = static_cast<std::size_t>(std::popcount(s)) * lanes;
    hn::Store(hn::Mul(hn::Load(d, game + s), hn::Load(d, weights + row)), d, game + s);
  }
  fold_members(d, live, game, values);
  double const common = lattice::common_part(live, whole, [values](std::int32_t bit) { return values[bit]; });
  for (std::int32_t bit = 0; bit < live; ++bit) values[bit] -= common;
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
