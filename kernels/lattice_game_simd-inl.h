// lattice_game on SIMD lanes: coalitions S are the lanes, consecutive entries of the lattice. Every function gives the
// bits of its namesake in lattice_game.task.h. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <bit>

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_game_fold-inl.h"
#include "kernels/math_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The lanes of a game in Real on a lattice of Int: with 64-bit integers a float vector has as many lanes as one of
/// doubles, which the margins pass through.
template <class Int, class Real>
using GameTag = std::conditional_t<std::is_same_v<Int, lattice::Wide>, hn::Rebind<Real, hn::ScalableTag<double>>,
                                   hn::ScalableTag<Real>>;

/// Bit i: leaf i of 64 is alive.
HWY_INLINE std::uint64_t alive_mask(std::uint8_t const* HWY_RESTRICT row, std::uint8_t const* HWY_RESTRICT background) {
  hn::CappedTag<std::uint8_t, 64> const d;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  auto const ones = hn::Set(d, std::uint8_t{0xFF});
  alignas(8) std::uint8_t bytes[8] = {};
  for (std::size_t i = 0; i < 64; i += kLanes) {
    auto const alive = hn::Eq(hn::Or(hn::LoadU(d, row + i), hn::LoadU(d, background + i)), ones);
    if constexpr (kLanes >= 8) {
      hn::StoreMaskBits(d, alive, bytes + i / 8);
    } else {
      std::uint8_t lanes[8] = {};
      hn::StoreMaskBits(d, alive, lanes);
      bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (lanes[0] << (i % 8)));
    }
  }
  std::uint64_t mask = 0;
  hwy::CopyBytes<8>(bytes, &mask);
  return mask;
}

/// Indices of the alive leaves among `leaves` (a multiple of 64), in order; `out`: room for leaves + 64. Eight are
/// written at a time, needed or not: no branch depends on the data but the rare one for more than eight.
inline std::size_t find_alive(std::uint8_t const* row, std::uint8_t const* background, std::int64_t leaves,
                              std::uint32_t* HWY_RESTRICT out) {
  std::size_t count = 0;
  for (std::int64_t l = 0; l < leaves; l += 64) {
    std::uint64_t mask = alive_mask(row + l, background + l);
    auto const here = static_cast<std::size_t>(std::popcount(mask));
    auto const first = static_cast<std::uint32_t>(l);
    std::uint32_t* const at = out + count;
    for (std::size_t i = 0; i < 8; ++i, mask &= mask - 1) {
      at[i] = first + static_cast<std::uint32_t>(std::countr_zero(mask));
    }
    for (std::size_t i = 8; i < here; ++i, mask &= mask - 1) {
      at[i] = first + static_cast<std::uint32_t>(std::countr_zero(mask));
    }
    count += here;
  }
  return count;
}

/// One stage of the zeta transform inside a vector: lane i takes lane i - bit, for the lanes that have the bit.
template <class Int, std::size_t lanes, std::size_t bit>
struct ZetaStage {
  alignas(64) std::array<Int, lanes> partner;
  alignas(64) std::array<Int, lanes> has_bit;

  constexpr ZetaStage() : partner{}, has_bit{} {
    for (std::size_t i = 0; i < lanes; ++i) {
      partner[i] = static_cast<Int>(i & ~bit);
      has_bit[i] = (i & bit) != 0 ? static_cast<Int>(~Int{0}) : Int{0};
    }
  }
};

/// The stages from `bit` on whose two entries lie in one vector.
template <std::size_t bit, class D, class V = hn::Vec<D>>
HWY_INLINE V sum_over_subsets_in_vector(D d, V v) {
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  if constexpr (bit < kLanes) {
    static constexpr ZetaStage<hn::TFromD<D>, kLanes, bit> kStage;
    auto const lower = hn::TableLookupLanes(v, hn::SetTableIndices(d, kStage.partner.data()));
    v = hn::Add(v, hn::And(lower, hn::Load(d, kStage.has_bit.data())));
    return sum_over_subsets_in_vector<2 * bit>(d, v);
  }
  return v;
}

/// Zeta transform of lattice [2^V], 2^V >= lanes. Halves first, so that every part runs from the nearest cache.
template <class Int>
void sum_over_subsets(Int* HWY_RESTRICT lattice, std::int32_t live) {
  hn::ScalableTag<Int> const d;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  constexpr std::int32_t kCachePlayers = 12;
  std::size_t const size = std::size_t{1} << live;
  if (live > kCachePlayers) {
    sum_over_subsets(lattice, live - 1);
    sum_over_subsets(lattice + size / 2, live - 1);
    for (std::size_t s = 0; s < size / 2; s += kLanes) {
      hn::Store(hn::Add(hn::Load(d, lattice + size / 2 + s), hn::Load(d, lattice + s)), d, lattice + size / 2 + s);
    }
    return;
  }
  for (std::size_t s = 0; s < size; s += kLanes) {
    hn::Store(sum_over_subsets_in_vector<1>(d, hn::Load(d, lattice + s)), d, lattice + s);
  }
  std::size_t bit = kLanes;
  for (; 4 * bit <= size; bit <<= 2) {  // two players at a time
    for (std::size_t block = 0; block < size; block += 4 * bit) {
      for (std::size_t s = block; s < block + bit; s += kLanes) {
        auto const v0 = hn::Load(d, lattice + s);
        auto const v1 = hn::Add(hn::Load(d, lattice + s + bit), v0);
        auto const v2 = hn::Load(d, lattice + s + 2 * bit);
        auto const v3 = hn::Load(d, lattice + s + 3 * bit);
        hn::Store(v1, d, lattice + s + bit);
        hn::Store(hn::Add(v2, v0), d, lattice + s + 2 * bit);
        hn::Store(hn::Add(hn::Add(v3, v2), v1), d, lattice + s + 3 * bit);
      }
    }
  }
  if (2 * bit > size) return;
  for (std::size_t s = 0; s < size / 2; s += kLanes) {
    hn::Store(hn::Add(hn::Load(d, lattice + bit + s), hn::Load(d, lattice + s)), d, lattice + bit + s);
  }
}

/// margin_of in lanes.
template <class Int, class D>
HWY_INLINE hn::Vec<D> margins_of(D d, Int const* HWY_RESTRICT fixed, double step, double base) {
  if constexpr (std::is_same_v<hn::TFromD<D>, double>) {
    if constexpr (std::is_same_v<Int, lattice::Wide>) {
      hn::RebindToSigned<D> const di;
      auto const k = hn::ConvertTo(d, hn::BitCast(di, hn::Load(hn::RebindToUnsigned<D>(), fixed)));
      return hn::Add(hn::Mul(k, hn::Set(d, step)), hn::Set(d, base));
    } else {
      hn::Rebind<std::int32_t, D> const di;
      auto const k = hn::PromoteTo(d, hn::BitCast(di, hn::Load(hn::Rebind<std::uint32_t, D>(), fixed)));
      return hn::Add(hn::Mul(k, hn::Set(d, step)), hn::Set(d, base));
    }
  } else if constexpr (std::is_same_v<Int, lattice::Wide>) {
    hn::Rebind<double, D> const dd;
    return hn::DemoteTo(d, margins_of(dd, fixed, step, base));
  } else {
    hn::RebindToSigned<D> const di;
    auto const k = hn::ConvertTo(d, hn::BitCast(di, hn::Load(hn::RebindToUnsigned<D>(), fixed)));
    return hn::Add(hn::Mul(k, hn::Set(d, static_cast<float>(step))), hn::Set(d, static_cast<float>(base)));
  }
}

/// One output's margins -> its game, for links that see one output.
template <class Int, class Real>
void apply_own_link(LatticeGameArgs const& args, std::int32_t output, Int const* HWY_RESTRICT lattice, std::size_t size,
                    Real empty, Real* HWY_RESTRICT game) {
  GameTag<Int, Real> const d;
  double const step = args.step[output];
  double const base = args.base_margin[output];
  auto const v_empty = hn::Set(d, empty);
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto v = margins_of(d, lattice + s, step, base);
    if constexpr (std::is_same_v<Real, float>) {
      v = limpid_sigmoid_lanes(d, v);
    } else if (args.link == Link::kExp) {
      v = limpid_exp_lanes(d, v);
    } else if (args.link == Link::kSignedSquare) {
      v = limpid_signed_square_lanes(d, v);
    } else if (args.link == Link::kSoftplus) {
      v = limpid_softplus_lanes(d, v);
    }
    hn::Store(hn::Sub(v, v_empty), d, game + s);
  }
}

/// Margins -> games of all outputs under softmax; the arrays are [G x size]. Margins and then exponentials wait in
/// `game`.
template <class Int, class Real>
void apply_softmax(LatticeGameArgs const& args, Int const* HWY_RESTRICT lattice, std::size_t size,
                   Real const* HWY_RESTRICT empty, Real* HWY_RESTRICT game) {
  GameTag<Int, Real> const d;
  auto const outputs = static_cast<std::size_t>(args.outputs);
  for (std::size_t s = 0; s < size; s += hn::Lanes(d)) {
    auto largest = margins_of(d, lattice + s, args.step[0], args.base_margin[0]);
    hn::Store(largest, d, game + s);
    for (std::size_t g = 1; g < outputs; ++g) {
      auto const margin = margins_of(d, lattice + g * size + s, args.step[g], args.base_margin[g]);
      hn::Store(margin, d, game + g * size + s);
      largest = hn::Max(largest, margin);
    }
    auto sum = hn::Zero(d);
    for (std::size_t g = 0; g < outputs; ++g) {
      auto const power = limpid_exp_lanes(d, hn::Sub(hn::Load(d, game + g * size + s), largest));
      hn::Store(power, d, game + g * size + s);
      sum = hn::Add(sum, power);
    }
    for (std::size_t g = 0; g < outputs; ++g) {
      auto const share = hn::Div(hn::Load(d, game + g * size + s), sum);
      hn::Store(hn::Sub(share, hn::Set(d, empty[g])), d, game + g * size + s);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
