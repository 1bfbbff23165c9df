// kWalkRows rows as lanes through one tree of the quadrature. Same bits as kernels/tree_quadrature.task.h. Included
// once per SIMD target.
#if defined(LIMPID_KERNELS_TREE_QUADRATURE_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_TREE_QUADRATURE_SIMD_INL_H_
#undef LIMPID_KERNELS_TREE_QUADRATURE_SIMD_INL_H_
#else
#define LIMPID_KERNELS_TREE_QUADRATURE_SIMD_INL_H_
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include "kernels/bin_test_simd-inl.h"
#include "kernels/tree_quadrature.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::int64_t kMaskRows = 64;
inline constexpr std::size_t kWalkRows = 32;

/// Memory of one thread, for trees of floats or doubles.
struct QuadratureScratch {
  hwy::AlignedFreeUniquePtr<std::uint64_t[]> alive;  ///< [2 x splits] rows of the player left and right of a split
  hwy::AlignedFreeUniquePtr<double[]> values;        ///< P, H and the slots' values, as the walk lays them out

  explicit QuadratureScratch(QuadratureView const& view)
      : alive(hwy::AllocateAligned<std::uint64_t>(2 * static_cast<std::size_t>(view.most_splits) + 1)),
        values(hwy::AllocateAligned<double>(
            kWalkRows * static_cast<std::size_t>(2 * view.most_products + view.most_slots) + 1)) {}
};

HWY_INLINE auto mask_of(std::uint64_t rows, std::size_t first, auto d) {
  std::uint8_t bytes[8];
  rows >>= first;
  hwy::CopyBytes<8>(&rows, bytes);  // little endian
  return hn::LoadMaskBits(d, bytes);
}

/// Which state each lane's row is in at a split, ready to choose from a table of states.
template <class D, class T = hn::TFromD<D>>
class States {
 public:
  HWY_INLINE States(std::uint64_t const* alive, std::size_t first)
      : left_(mask_of(alive[0], first, D())), right_(mask_of(alive[1], first, D())) {}

  HWY_INLINE hn::Vec<D> of(T const* HWY_RESTRICT table) const {
    D const d;
    return hn::IfThenElse(left_, hn::Set(d, table[kGoesLeft]),
                          hn::IfThenElse(right_, hn::Set(d, table[kGoesRight]), hn::Set(d, table[kFailedBefore])));
  }

 private:
  hn::Mask<D> left_;
  hn::Mask<D> right_;
};

#if HWY_TARGET != HWY_SCALAR
/// Float: a table is 128 bits, and one look-up of bytes chooses.
template <class D>
class States<D, float> {
 public:
  HWY_INLINE States(std::uint64_t const* alive, std::size_t first) {
    static_assert(kFailedBefore == 0 && kGoesLeft == 1 && kGoesRight == 2 && kTableStates == 4);
    Words const d;
    auto const right = hn::IfThenElse(mask_of(alive[1], first, d), hn::Set(d, 0x0b0a0908u), hn::Set(d, 0x03020100u));
    bytes_ = hn::BitCast(Bytes(), hn::IfThenElse(mask_of(alive[0], first, d), hn::Set(d, 0x07060504u), right));
  }

  HWY_INLINE hn::Vec<D> of(float const* HWY_RESTRICT table) const {
    return hn::BitCast(D(), hn::TableLookupBytes(hn::BitCast(Bytes(), hn::LoadDup128(D(), table)), bytes_));
  }

 private:
  using Words = hn::Rebind<std::uint32_t, D>;
  using Bytes = hn::Repartition<std::uint8_t, D>;
  hn::Vec<Bytes> bytes_;
};
#endif

/// Rows that pass each split, as masks of the player's alive rows left and right of it.
HWY_INLINE void alive_rows(TreeQuadratureArgs const& args, QuadratureTree const& tree, std::int64_t row,
                           std::uint64_t* HWY_RESTRICT alive) {
  QuadratureSplit const* split = args.trees.splits + tree.split_begin;
  QuadratureSplit const* const end = args.trees.splits + tree.split_end;
  for (std::uint64_t* out = alive; split != end; ++split, out += 2) {
    std::uint64_t left = ~std::uint64_t{0};
    for (std::uint32_t t = split->test_begin; t < split->test_end; ++t) {
      Test const& test = args.trees.tests[t];
      left &= passing_rows(test, args.bins.data + static_cast<std::int64_t>(test.column) * args.bins.stride + row);
    }
    std::uint64_t const before = split->before == QuadratureSplit::kEveryRow ? ~std::uint64_t{0} : alive[split->before];
    out[0] = before & left;
    out[1] = before & ~left;
  }
}

/// Rows [first, first + kWalkRows) of a mask. kPoints: nodes of the rule; 0: the tree's.
template <class T, int kPoints>
class QuadratureWalk {
 public:
  HWY_INLINE QuadratureWalk(QuadratureView const& view, QuadratureTree const& tree, QuadratureScratch& scratch)
      : tree_(tree), view_(view), alive_(scratch.alive.get()) {
    product_ = reinterpret_cast<T*>(scratch.values.get());
    sum_ = product_ + kWalkRows * static_cast<std::size_t>(tree.levels) * points();
    value_ = sum_ + kWalkRows * static_cast<std::size_t>(tree.levels) * points();
  }

  HWY_INLINE void run(std::size_t first) {
    first_ = first;
    std::size_t const slots = tree_.player_end - tree_.player_begin;
    std::fill_n(product_, kWalkRows * points(), T{1});
    std::fill_n(value_, kWalkRows * slots, T{0});
    T const* table = tables() + tree_.table_begin;
    QuadratureStep const* const end = view_.steps + tree_.step_end;
    for (QuadratureStep const* step = view_.steps + tree_.step_begin; step != end; ++step) {
      switch (step->kind) {
        case QuadratureKind::kLeaves:
          table = leaves(*step, table);
          break;
        case QuadratureKind::kDown:
          table = down(*step, table);
          break;
        case QuadratureKind::kUp:
          table = up(*step, table);
          break;
        case QuadratureKind::kPair:
          table = pair(*step, table);
          break;
      }
    }
  }

  /// Adds the slots' values to those of the players.
  HWY_INLINE void add_to(double* values, std::int64_t stride) const {
    std::size_t const slots = tree_.player_end - tree_.player_begin;
    for (std::size_t s = 0; s < slots; ++s) {
      double* HWY_RESTRICT const to = values + view_.players[tree_.player_begin + s] * stride;
      T const* HWY_RESTRICT const from = value_ + s * kWalkRows;
      for (std::size_t i = 0; i < kWalkRows; ++i) to[i] += static_cast<double>(from[i]);
    }
  }

 private:
  using D = hn::CappedTag<T, 64 / sizeof(T)>;
  using V = hn::Vec<D>;
  static constexpr std::size_t kLanes = hn::MaxLanes(D());

  HWY_INLINE std::size_t points() const noexcept {
    return kPoints != 0 ? static_cast<std::size_t>(kPoints) : static_cast<std::size_t>(tree_.points);
  }
  HWY_INLINE T const* tables() const noexcept {
    if constexpr (sizeof(T) == sizeof(float)) {
      return view_.floats;
    } else {
      return view_.doubles;
    }
  }
  HWY_INLINE States<D> states(std::uint32_t split, std::size_t v) const { return {alive_ + 2 * split, first_ + v}; }
  HWY_INLINE T* level(T* of, std::size_t at) const { return of + kWalkRows * at * points(); }

  /// Lanes of the rule: node i adds to lane i mod kQuadratureLanes.
  struct Sum {
    V lane[kQuadratureLanes];
    HWY_INLINE Sum() {
      for (V& l : lane) l = hn::Zero(D());
    }
    HWY_INLINE void add(std::size_t i, V x) {
      V& to = lane[i % kQuadratureLanes];
      to = i < kQuadratureLanes ? x : hn::Add(to, x);
    }
    HWY_INLINE V total() const { return hn::Add(hn::Add(lane[0], lane[1]), hn::Add(lane[2], lane[3])); }
  };

  HWY_INLINE void give(std::uint32_t split, std::size_t v, Sum const& sum) const {
    T* const to = value_ + view_.splits[tree_.split_begin + split].slot * kWalkRows + v;
    hn::Store(hn::Add(hn::Load(D(), to), sum.total()), D(), to);
  }
  HWY_INLINE void set_or_add(bool first, V x, T* to) const {
    hn::Store(first ? x : hn::Add(hn::Load(D(), to), x), D(), to);
  }

  HWY_INLINE T const* leaves(QuadratureStep const& step, T const* table) const {
    T const* const product = level(product_, step.level);
    T* const sum = level(sum_, step.level);
    for (std::size_t v = 0; v < kWalkRows; v += kLanes) {
      auto const at = states(step.split, v);
      Sum given;
      for (std::size_t i = 0; i < points(); ++i) {
        T const* const x = table + i * 2 * kTableStates;
        V const p = hn::Load(D(), product + i * kWalkRows + v);
        set_or_add(step.first, hn::Mul(p, at.of(x)), sum + i * kWalkRows + v);
        given.add(i, hn::Mul(p, at.of(x + kTableStates)));
      }
      give(step.split, v, given);
    }
    return table + points() * 2 * kTableStates;
  }

  HWY_INLINE T const* down(QuadratureStep const& step, T const* table) const {
    T const* const product = level(product_, step.level);
    T* const below = level(product_, step.level + std::size_t{1});
    for (std::size_t v = 0; v < kWalkRows; v += kLanes) {
      auto const at = states(step.split, v);
      for (std::size_t i = 0; i < points(); ++i) {
        V const p = hn::Load(D(), product + i * kWalkRows + v);
        hn::Store(hn::Mul(p, at.of(table + i * kTableStates)), D(), below + i * kWalkRows + v);
      }
    }
    return table + points() * kTableStates;
  }

  HWY_INLINE T const* up(QuadratureStep const& step, T const* table) const {
    T const* const below = level(sum_, step.level + std::size_t{1});
    T* const sum = level(sum_, step.level);
    for (std::size_t v = 0; v < kWalkRows; v += kLanes) {
      auto const at = states(step.split, v);
      Sum given;
      for (std::size_t i = 0; i < points(); ++i) {
        V const h = hn::Load(D(), below + i * kWalkRows + v);
        set_or_add(step.first, h, sum + i * kWalkRows + v);
        given.add(i, hn::Mul(h, at.of(table + i * kTableStates)));
      }
      give(step.split, v, given);
    }
    return table + points() * kTableStates;
  }

  HWY_INLINE T const* pair(QuadratureStep const& step, T const* table) const {
    T const* const product = level(product_, step.level);
    T* const sum = level(sum_, step.level);
    for (std::size_t v = 0; v < kWalkRows; v += kLanes) {
      auto const at = states(step.split, v);
      auto const child = states(step.child, v);
      Sum given;
      Sum of_child;
      for (std::size_t i = 0; i < points(); ++i) {
        T const* const x = table + i * 4 * kTableStates;
        V const p = hn::Mul(hn::Load(D(), product + i * kWalkRows + v), at.of(x));
        V const h = hn::Mul(p, child.of(x + kTableStates));
        of_child.add(i, hn::Mul(p, child.of(x + 2 * kTableStates)));
        set_or_add(step.first, h, sum + i * kWalkRows + v);
        given.add(i, hn::Mul(h, at.of(x + 3 * kTableStates)));
      }
      give(step.child, v, of_child);
      give(step.split, v, given);
    }
    return table + points() * 4 * kTableStates;
  }

  QuadratureTree const& tree_;
  QuadratureView const& view_;
  std::uint64_t const* alive_;
  T* product_ = nullptr;  ///< [levels x points x kWalkRows] P
  T* sum_ = nullptr;      ///< [levels x points x kWalkRows] H
  T* value_ = nullptr;    ///< [slots x kWalkRows]
  std::size_t first_ = 0;
};

/// The kMaskRows rows from `row` on.
template <class T, int kPoints>
HWY_NOINLINE void walk_rows(TreeQuadratureArgs const& args, QuadratureTree const& tree, std::int64_t row,
                            QuadratureScratch& scratch) {
  alive_rows(args, tree, row, scratch.alive.get());
  QuadratureWalk<T, kPoints> walk(args.trees, tree, scratch);
  double* const values = args.values + static_cast<std::int64_t>(tree.output) * args.players * args.value_stride + row;
  for (std::int64_t first = 0; first < kMaskRows; first += static_cast<std::int64_t>(kWalkRows)) {
    if (row + first >= args.bins.rows) break;
    walk.run(static_cast<std::size_t>(first));
    walk.add_to(values + first, args.value_stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
