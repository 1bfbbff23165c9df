// The alive boxes of a pair (box_masks) and their cubes on the lattice, boxes as lanes. Included once per SIMD target.
//
// find: a box is alive iff no player fails it in both rows; the sets of the alive ones are compressed. extract: the
// bits of dead players are squeezed out of the sets in log2 steps (Hacker's Delight, 7-4, in lanes), which leaves
// lattice bits.
#if defined(LIMPID_KERNELS_LATTICE_GAME_SETS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_SETS_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_SETS_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_SETS_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "compile/layout.h"
#include "kernels/lattice_game_fold-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Moves that squeeze the bits of dead players out of a set: in step i the bits of `of_step[i]` go down by 2^i.
struct SqueezeMoves {
  std::uint64_t live = 0;  ///< the players that stay
  std::array<std::uint64_t, 6> of_step{};

  void set(std::uint64_t players) {
    live = players;
    std::uint64_t rest = players;
    std::uint64_t zeros_below = ~players << 1U;
    for (std::size_t i = 0; i < of_step.size(); ++i) {
      std::uint64_t parity = zeros_below;
      for (unsigned shift = 1; shift < 64; shift *= 2) parity ^= parity << shift;
      std::uint64_t const moves = parity & rest;
      of_step[i] = moves;
      rest = (rest ^ moves) | (moves >> (1U << i));
      zeros_below &= ~parity;
    }
  }
};

/// Cubes on the lattice: entries [begin[g], end[g]) are those of output g. begin[g] is a multiple of a vector, and
/// a vector from end[g] on has sizes that no cube has.
struct LatticeCubes {
  Scratch<std::uint32_t> inside;   ///< A
  Scratch<std::uint32_t> outside;  ///< B
  Scratch<std::uint32_t> box;
  Scratch<std::uint32_t> size;  ///< |B|
  std::vector<std::size_t> begin;
  std::vector<std::size_t> end;
};

/// Lanes of 64 bits below 2^32 -> 32 bits.
template <class D, class V = hn::Vec<D>>
HWY_INLINE auto narrow(D /*d*/, V v) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Vec<hn::Rebind<std::uint32_t, D>>(static_cast<std::uint32_t>(v.raw));
#else
  return hn::TruncateTo(hn::Rebind<std::uint32_t, D>(), v);
#endif
}

/// Places of the set bits of a byte, lowest first.
struct BitPlaces {
  std::uint8_t of[256][8];

  constexpr BitPlaces() : of{} {
    for (unsigned byte = 0; byte < 256; ++byte) {
      unsigned count = 0;
      for (unsigned bit = 0; bit < 8; ++bit) {
        if ((byte >> bit & 1U) != 0) of[byte][count++] = static_cast<std::uint8_t>(bit);
      }
    }
  }
};
inline constexpr BitPlaces kBitPlaces;

/// Stores the lanes of the mask one after the other, and perhaps more behind them; returns how many they are. Where no
/// instruction compresses, by a table of permutations (Highway 1.0 copies its own for every vector).
template <class D, class Out, class V = hn::Vec<D>>
HWY_INLINE std::size_t store_chosen(D d, V v, hn::Mask<D> mask, Out* HWY_RESTRICT to) {
#if HWY_TARGET == HWY_AVX3
  if constexpr (sizeof(Out) < sizeof(hn::TFromD<D>)) {
    hn::StoreU(narrow(d, hn::Compress(v, mask)), hn::Rebind<Out, D>(), to);
  } else {
    hn::StoreU(hn::Compress(v, mask), d, to);
  }
  return hn::CountTrue(d, mask);
#else
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  std::uint8_t bytes[8] = {};
  (void)hn::StoreMaskBits(d, mask, bytes);
  unsigned const bits = bytes[0] & ((1U << kLanes) - 1U);
  if constexpr (sizeof(hn::TFromD<D>) == 4 && kLanes > 1) {
    auto const places = hn::PromoteTo(d, hn::Load(hn::Rebind<std::uint8_t, D>(), kBitPlaces.of[bits]));
    hn::StoreU(hn::TableLookupLanes(v, hn::IndicesFromVec(d, places)), d, to);
  } else {
    alignas(64) hn::TFromD<D> lanes[kLanes];
    hn::Store(v, d, lanes);
    for (std::size_t i = 0; i < kLanes; ++i) to[i] = static_cast<Out>(lanes[kBitPlaces.of[bits][i]]);
  }
  return static_cast<std::size_t>(std::popcount(bits));
#endif
}

/// Alive boxes of a pair, with sets of players of type Mask.
template <class Mask>
class AliveBoxes {
 public:
  /// Sets of up to 16 players: A and B side by side in one lane, B above.
  static constexpr bool kPacked = sizeof(Mask) == 2;
  using Lane = std::conditional_t<sizeof(Mask) == 8, std::uint64_t, std::uint32_t>;

  /// Returns the live players.
  std::uint64_t find(BoxesView const& boxes, Mask const* HWY_RESTRICT row, Mask const* HWY_RESTRICT background,
                     LatticeCubes& out) {
    hn::ScalableTag<Lane> const d;
    std::size_t const lanes = hn::Lanes(d);
    Lane* const HWY_RESTRICT inside = inside_.reserve(room(boxes, out));
    Lane* const HWY_RESTRICT outside = kPacked ? nullptr : outside_.reserve(room(boxes, out));
    std::uint32_t* const HWY_RESTRICT index = out.box.reserve(room(boxes, out));
    auto const counting = hn::Iota(d, Lane{0});  // Highway 1.0 makes it from scalars: outside the loop
    auto live = hn::Zero(d);
    std::size_t count = 0;
    for (std::size_t g = 0; g < out.begin.size(); ++g) {
      auto const first = static_cast<std::size_t>(boxes.output_begin[g]);
      auto const last = static_cast<std::size_t>(boxes.output_begin[g + 1]);
      count = (count + kMostLanes - 1) / kMostLanes * kMostLanes;
      out.begin[g] = count;
      for (std::size_t i = first; i < last; i += lanes) {
        auto const a = load(d, background + i);
        auto const b = load(d, row + i);
        auto const alive = hn::Eq(hn::And(a, b), hn::Zero(d));
        live = hn::Or(live, hn::IfThenElseZero(alive, hn::Or(a, b)));
        if constexpr (kPacked) {
          (void)store_chosen(d, hn::Or(a, hn::ShiftLeft<16>(b)), alive, inside + count);
        } else {
          (void)store_chosen(d, a, alive, inside + count);
          (void)store_chosen(d, b, alive, outside + count);
        }
        count += store_chosen(d, hn::Add(counting, hn::Set(d, static_cast<Lane>(i))), alive, index + count);
      }
      out.end[g] = count;
    }
    return any_of(live);
  }

  /// A and B of the alive box i, sets of players.
  [[nodiscard]] std::uint64_t inside(std::size_t i) const noexcept {
    return kPacked ? inside_.data()[i] & 0xFFFFU : std::uint64_t{inside_.data()[i]};
  }
  [[nodiscard]] std::uint64_t outside(std::size_t i) const noexcept {
    return kPacked ? std::uint64_t{inside_.data()[i]} >> 16U : std::uint64_t{outside_.data()[i]};
  }

  /// Sets -> lattice bits, for the players that stay.
  void extract(SqueezeMoves const& moves, LatticeCubes& out) {
    std::size_t const room_for = out.end.back() + 2 * kMostLanes;
    (void)out.inside.reserve(room_for);
    (void)out.outside.reserve(room_for);
    (void)out.size.reserve(room_for);
    hn::ScalableTag<Lane> const d;
    for (std::size_t g = 0; g < out.begin.size(); ++g) {
      for (std::size_t i = out.begin[g]; i < out.end[g]; i += hn::Lanes(d)) extract_vector(d, moves, i, out);
      hn::ScalableTag<std::uint32_t> const ds;
      hn::StoreU(hn::Set(ds, ~std::uint32_t{0}), ds, out.size.data() + out.end[g]);
    }
  }

 private:
  static constexpr std::size_t kMostLanes = 16;  ///< of 32 bits on any target

  static std::size_t room(BoxesView const& boxes, LatticeCubes const& out) {
    return static_cast<std::size_t>(boxes.boxes) + (out.begin.size() + 2) * kMostLanes;
  }

  template <class D>
  static HWY_INLINE hn::Vec<D> load(D d, Mask const* sets) {
    if constexpr (kPacked) return hn::PromoteTo(d, hn::Load(hn::Rebind<Mask, D>(), sets));
    if constexpr (!kPacked) return hn::Load(d, sets);
  }

  template <class V>
  static std::uint64_t any_of(V live) {
    hn::ScalableTag<Lane> const d;
    alignas(64) Lane lanes[hn::MaxLanes(hn::ScalableTag<Lane>())];
    hn::Store(live, d, lanes);
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) any |= lanes[i];
    return any;
  }

  template <class D>
  HWY_INLINE void extract_vector(D d, SqueezeMoves const& moves, std::size_t i, LatticeCubes& out) const {
    hn::Rebind<std::uint32_t, D> const di;
    auto const store = [&](auto inside, auto outside) {
      hn::Store(inside, di, out.inside.data() + i);
      hn::Store(outside, di, out.outside.data() + i);
      hn::Store(hn::PopulationCount(outside), di, out.size.data() + i);
    };
    auto const inside = squeeze(d, moves, hn::Load(d, inside_.data() + i));
    if constexpr (kPacked) {
      store(hn::And(inside, hn::Set(d, 0xFFFFU)), hn::ShiftRight<16>(inside));
    } else {
      auto const outside = squeeze(d, moves, hn::Load(d, outside_.data() + i));
      if constexpr (sizeof(Lane) == 8) {
        store(narrow(d, inside), narrow(d, outside));
      } else {
        store(inside, outside);
      }
    }
  }

  template <class D>
  static HWY_INLINE hn::Vec<D> squeeze(D d, SqueezeMoves const& moves, hn::Vec<D> sets) {
    for (int step = 0; step < (sizeof(Mask) == 8 ? 6 : sizeof(Mask) == 4 ? 5 : 4); ++step) {
      auto const of_step = static_cast<Mask>(moves.of_step[static_cast<std::size_t>(step)]);
      auto const all = kPacked ? static_cast<Lane>(of_step * 0x10001U) : static_cast<Lane>(of_step);
      auto const moved = hn::And(sets, hn::Set(d, all));
      sets = hn::Or(hn::Xor(sets, moved), hn::ShiftRightSame(moved, 1 << step));
    }
    return sets;
  }

  Scratch<Lane> inside_;   ///< A, or both sets
  Scratch<Lane> outside_;  ///< B
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
