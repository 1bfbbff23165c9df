// The cubes of a pair from its boxes, and their scatter. The cubes are compressed for every size of B, so that no
// branch depends on a cube. The order of additions does not matter: they are integers. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_BOXES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_BOXES_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_BOXES_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_BOXES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_game_fold-inl.h"
#include "kernels/lattice_game_sets-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// lattice[A | T] += (-1)^|T| value for every T subset of B. REQUIRES: |B| = size.
template <int size, class Int>
HWY_INLINE void scatter_terms(Int* HWY_RESTRICT lattice, std::uint32_t inside, std::uint32_t outside, Int value) {
  if constexpr (size == 0) {
    lattice[inside] += value;
  } else {
    std::uint32_t const lowest = outside & (0U - outside);
    scatter_terms<size - 1>(lattice, inside, outside ^ lowest, value);
    scatter_terms<size - 1>(lattice, inside | lowest, outside ^ lowest, static_cast<Int>(Int{0} - value));
  }
}

/// The cubes of a pair as sets of players, and their scatter.
class BoxCubes {
  /// Calls body with the memory and a set of the type that holds all players.
  template <class Body>
  auto with_sets(Body const& body) {
    std::int32_t const bytes = player_set_bytes(args_.players);
    if (bytes == 2) return body(of_2_, std::uint16_t{});
    if (bytes == 4) return body(of_4_, std::uint32_t{});
    return body(of_8_, std::uint64_t{});
  }

 public:
  explicit BoxCubes(LatticeGameArgs const& args) : args_(args) {
    cubes_.begin.resize(static_cast<std::size_t>(args.outputs));
    cubes_.end.resize(cubes_.begin.size());
  }

  /// Takes the pair (row r, background row z); returns its live players.
  std::uint64_t find(std::int64_t r, std::int64_t z) {
    return with_sets([&](auto& alive, auto mask) {
      using Mask = decltype(mask);
      std::int64_t const boxes = args_.boxes.boxes;
      return alive.find(args_.boxes, reinterpret_cast<Mask const*>(args_.row_masks) + r * boxes,
                        reinterpret_cast<Mask const*>(args_.background_masks) + z * boxes, cubes_);
    });
  }

  /// Alive boxes of the pair.
  [[nodiscard]] std::size_t count() const {
    std::size_t sum = 0;
    for (std::size_t g = 0; g < cubes_.begin.size(); ++g) sum += cubes_.end[g] - cubes_.begin[g];
    return sum;
  }
  /// Calls visit(output, A, B, fixed point) for the cubes of the pair, sets of players.
  template <class Visit>
  void for_each_cube(Visit const& visit) {
    with_sets([&](auto& alive, auto /*mask*/) {
      for (std::size_t g = 0; g < cubes_.begin.size(); ++g) {
        for (std::size_t i = cubes_.begin[g]; i < cubes_.end[g]; ++i) {
          visit(g, alive.inside(i), alive.outside(i), value<std::uint64_t>(i));
        }
      }
    });
  }

  /// Adds the Moebius forms of all outputs to lattices [G x 2^bits]; lattice bit i is the i-th of `players`.
  template <class Int>
  void scatter(std::uint64_t players, std::int32_t bits, Int* lattices) {
    if (players != moves_.live) moves_.set(players);
    with_sets([&](auto& alive, auto /*mask*/) { alive.extract(moves_, cubes_); });
    for (std::size_t g = 0; g < cubes_.begin.size(); ++g) {
      scatter_output(cubes_.begin[g], cubes_.end[g], lattices + (g << bits));
    }
  }

 private:
  static constexpr std::uint32_t kSizes = 7;  ///< |B| with a loop of its own

  template <class Int>
  void scatter_output(std::size_t begin, std::size_t end, Int* lattice) {
    std::uint32_t* const order = order_.reserve(end + 16);
    std::size_t left = end - begin;
    for (std::uint32_t size = 0; size < kSizes && left > 0; ++size) {
      std::size_t const count = select(begin, end, size, order);
      scatter_size(size, order, count, lattice, std::make_index_sequence<kSizes>());
      left -= count;
    }
    for (std::size_t i = begin; left > 0 && i < end; ++i) {
      if (cubes_.size.data()[i] < kSizes) continue;
      lattice::scatter_cube(cubes_.inside.data()[i], cubes_.outside.data()[i], value<Int>(i),
                            [lattice](std::uint32_t s, Int term) { lattice[s] += term; });
    }
  }

  /// Places of the cubes with |B| = size.
  std::size_t select(std::size_t begin, std::size_t end, std::uint32_t size, std::uint32_t* HWY_RESTRICT order) const {
    hn::ScalableTag<std::uint32_t> const d;
    auto const wanted = hn::Set(d, size);
    auto const counting = hn::Iota(d, 0U);
    std::size_t count = 0;
    for (std::size_t i = begin; i < end; i += hn::Lanes(d)) {
      auto const is_wanted = hn::Eq(hn::Load(d, cubes_.size.data() + i), wanted);
      auto const places = hn::Add(counting, hn::Set(d, static_cast<std::uint32_t>(i)));
      count += store_chosen(d, places, is_wanted, order + count);
    }
    return count;
  }

  template <class Int, std::size_t... sizes>
  void scatter_size(std::uint32_t size, std::uint32_t const* order, std::size_t count, Int* lattice,
                    std::index_sequence<sizes...> /*all*/) const {
    (void)((size == sizes && (scatter_all<static_cast<int>(sizes)>(order, count, lattice), true)) || ...);
  }

  template <int size, class Int>
  void scatter_all(std::uint32_t const* HWY_RESTRICT order, std::size_t count, Int* HWY_RESTRICT lattice) const {
    std::uint32_t const* const HWY_RESTRICT inside = cubes_.inside.data();
    std::uint32_t const* const HWY_RESTRICT outside = cubes_.outside.data();
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t const at = order[i];
      scatter_terms<size>(lattice, inside[at], outside[at], value<Int>(at));
    }
  }

  template <class Int>
  [[nodiscard]] HWY_INLINE Int value(std::size_t at) const {
    return static_cast<Int>(args_.boxes.fixed[cubes_.box.data()[at]]);
  }

  LatticeGameArgs const& args_;
  AliveBoxes<std::uint16_t> of_2_;
  AliveBoxes<std::uint32_t> of_4_;
  AliveBoxes<std::uint64_t> of_8_;
  LatticeCubes cubes_;
  SqueezeMoves moves_;
  Scratch<std::uint32_t> order_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
