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

/// Players whom one pass of the fold takes: a column of 2^kFoldPlayers vectors is read once.
inline constexpr std::int32_t kFoldPlayers = 4;
inline constexpr std::size_t kColumn = std::size_t{1} << kFoldPlayers;

/// What halving makes of 2^levels vectors `stride` entries apart.
template <std::int32_t levels, class D, class Real = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> halve_column(D d, Real const* HWY_RESTRICT entries, std::size_t stride) {
  if constexpr (levels == 0) {
    return hn::Load(d, entries);
  } else {
    return hn::Add(halve_column<levels - 1>(d, entries, 2 * stride),
                   halve_column<levels - 1>(d, entries + stride, 2 * stride));
  }
}

/// sum_by_halving in place, size >= lanes.
template <class D, class Real = hn::TFromD<D>>
HWY_INLINE Real sum_by_halving(D d, Real* HWY_RESTRICT entries, std::size_t size) {
  std::size_t const lanes = hn::Lanes(d);
  for (; size >= kColumn * lanes; size /= kColumn) {
    for (std::size_t i = 0; i < size / kColumn; i += lanes) {
      hn::Store(halve_column<kFoldPlayers>(d, entries + i, size / kColumn), d, entries + i);
    }
  }
  for (; size > lanes; size /= 2) {
    for (std::size_t i = 0; i < size / 2; i += lanes) {
      hn::Store(hn::Add(hn::Load(d, entries + i), hn::Load(d, entries + size / 2 + i)), d, entries + i);
    }
  }
  return lattice::sum_by_halving(entries, static_cast<std::uint32_t>(size));
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

/// Halves v[half .. 2 half) down to v[half].
template <std::size_t half, std::size_t step, class V>
HWY_INLINE void halve_vectors(V* HWY_RESTRICT v) {
  if constexpr (step > 0) {
    for (std::size_t k = 0; k < step; ++k) v[half + k] = hn::Add(v[half + k], v[half + k + step]);
    halve_vectors<half, step / 2>(v);
  }
}

/// The steps of fold_members for the highest players of a column v, which is destroyed: what is left of the sums of the
/// player of 2^k goes to entries[2^k stride], what is left of the others to entries[0].
template <std::size_t half, class D, class V, class Real>
HWY_INLINE void fold_column(D d, V* HWY_RESTRICT v, Real* HWY_RESTRICT entries, std::size_t stride) {
  if constexpr (half == 0) {
    hn::Store(v[0], d, entries);
  } else {
    for (std::size_t k = 0; k < half; ++k) v[k] = hn::Add(v[k], v[half + k]);
    halve_vectors<half, half / 2>(v);
    hn::Store(v[half], d, entries + half * stride);
    fold_column<half / 2>(d, v, entries, stride);
  }
}

/// What fold_column has left -> sums [V] of the highest players. entries [2^V].
template <class D, class Real = hn::TFromD<D>>
HWY_INLINE void finish_columns(D d, std::int32_t live, Real* HWY_RESTRICT entries, double* HWY_RESTRICT sums) {
  std::int32_t const below = live - kFoldPlayers;
  for (std::int32_t bit = below; bit < live; ++bit) {
    sums[bit] = static_cast<double>(sum_by_halving(d, entries + (std::size_t{1} << bit), std::size_t{1} << below));
  }
}

/// True where 2^V entries are columns of vectors.
template <class D>
HWY_INLINE bool has_columns(D d, std::int32_t live) {
  return (std::size_t{1} << live) >= kColumn * hn::Lanes(d);
}

/// The sums M of the entries that have a bit, for every bit, by halving in place, 2^V >= lanes. entries [2^V]; sums
/// [V].
template <class D, class Real = hn::TFromD<D>>
void fold_members(D d, std::int32_t live, Real* HWY_RESTRICT entries, double* HWY_RESTRICT sums) {
  std::size_t const lanes = hn::Lanes(d);
  for (; has_columns(d, live); live -= kFoldPlayers) {
    std::size_t const stride = std::size_t{1} << (live - kFoldPlayers);
    for (std::size_t i = 0; i < stride; i += lanes) {
      hn::Vec<D> v[kColumn];
      for (std::size_t k = 0; k < kColumn; ++k) v[k] = hn::Load(d, entries + k * stride + i);
      fold_column<kColumn / 2>(d, v, entries + i, stride);
    }
    finish_columns(d, live, entries, sums);
  }
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
