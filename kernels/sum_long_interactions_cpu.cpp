// Leaf after leaf over a tile of rows, rows as lanes: the patterns of 64 rows, then vector by vector what the tasks do
// for one row, all pairs of the leaf together.
//
// Path-dependent, K players, n nodes, per vector of rows: K n (2 selections, 1 product) for the factors, then for each
// of K (K - 1) / 2 pairs n (multiply, add, load) and one read-add-write of its sums. Interventional: per distinct
// background pattern two operations that say whether a row of the vector meets its cube, and for those that do one
// addition for each pair of the cube's A.
#include "kernels/sum_long_interactions.h"

#include <algorithm>

#include "kernels/simd_targets.h"
#include "kernels/sum_long_interactions.task.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sum_long_interactions_cpu.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/long_pattern_words_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

using Lanes = hn::CappedTag<double, 8>;
using WordLanes = hn::Rebind<std::uint64_t, Lanes>;
using Rows = hn::Vec<Lanes>;
using Words = hn::Vec<WordLanes>;
using Met = hn::Mask<Lanes>;

/// Which rows pass player k's tests.
HWY_INLINE Met Passes(Words words, std::int32_t k) {
  WordLanes const d;
  return hn::RebindMask(Lanes(), hn::TestBit(words, hn::Set(d, std::uint64_t{1} << k)));
}

HWY_INLINE void AddTo(double* values, Rows sum) {
  Lanes const d;
  hn::StoreU(hn::Add(hn::LoadU(d, values), sum), d, values);
}

/// A leaf's constants at the nodes of its rule, [K x points], and the rows' own at hand.
class PathDependentLeaf {
 public:
  explicit PathDependentLeaf(SumLongPathsArgs const& args)
      : args_(args),
        task_{args.paths, long_constants().view()},
        scalars_(hwy::AllocateAligned<double>(std::size_t{3} * kMaxLongPlayers * LongConstants::kPoints)),
        differences_(hwy::AllocateAligned<double>(hn::Lanes(Lanes()) * kMaxLongPlayers * LongConstants::kPoints)) {}

  void begin(std::int64_t leaf) {
    leaf_ = leaf;
    players_ = path_players(args_.paths, leaf);
    points_ = rule_points(players_ - 1);
    double const* ratio = args_.paths.cover_ratio + args_.paths.player_begin[leaf];
    double* to = scalars_.get();
    for (std::int32_t k = 0; k < players_; ++k) {
      for (std::int32_t n = 0; n < points_; ++n, to += 3) {
        LongPairNode const node{task_.constants.node[LongConstants::rule_offset(points_) + n]};
        to[0] = node.factor(ratio[k], true);
        to[1] = node.factor(ratio[k], false);
        to[2] = node.difference_one(ratio[k]);
      }
    }
    for (std::int32_t n = 0; n < points_; ++n) {
      zero_[n] = LongPairNode{task_.constants.node[LongConstants::rule_offset(points_) + n]}.difference_zero();
    }
  }

  /// `values`: of the leaf's output, at the first of the rows.
  void add(Words words, double* values) {
    Rows product[LongConstants::kPoints];
    set_rows(words, product);
    switch (points_) {
      case 4:
        return add_pairs<4>(product, values);
      case 5:
        return add_pairs<5>(product, values);
      case 6:
        return add_pairs<6>(product, values);
      case 7:
        return add_pairs<7>(product, values);
      case 8:
        return add_pairs<8>(product, values);
      default:
        return add_pairs<0>(product, values);
    }
  }

 private:
  void set_rows(Words words, Rows* product) {
    Lanes const d;
    for (std::int32_t n = 0; n < points_; ++n) {
      product[n] = hn::Set(d, task_.constants.weight[LongConstants::rule_offset(points_) + n]);
    }
    double const* from = scalars_.get();
    double* to = differences_.get();
    for (std::int32_t k = 0; k < players_; ++k) {
      Met const passes = Passes(words, k);
      for (std::int32_t n = 0; n < points_; ++n, from += 3, to += hn::Lanes(d)) {
        product[n] = hn::Mul(product[n], hn::IfThenElse(passes, hn::Set(d, from[0]), hn::Set(d, from[1])));
        hn::Store(hn::IfThenElse(passes, hn::Set(d, from[2]), hn::Set(d, zero_[n])), d, to);
      }
    }
  }

  /// Points: points_, or 0 for any.
  template <int Points>
  void add_pairs(Rows const* product, double* values) const {
    Lanes const d;
    std::int32_t const points = Points != 0 ? Points : points_;
    std::size_t const step = hn::Lanes(d);
    Rows const scale = hn::Set(d, 0.5 * args_.paths.value[leaf_]);
    for (std::int32_t i = 0; i + 1 < players_; ++i) {
      Rows first[Points != 0 ? Points : LongConstants::kPoints];
      double const* const mine = differences_.get() + static_cast<std::size_t>(i * points) * step;
      for (std::int32_t n = 0; n < points; ++n) {
        first[n] = hn::Mul(product[n], hn::Load(d, mine + static_cast<std::size_t>(n) * step));
      }
      double const* second = mine + static_cast<std::size_t>(points) * step;
      for (std::int32_t j = i + 1; j < players_; ++j) {
        Rows sum = hn::Zero(d);
        for (std::int32_t n = 0; n < points; ++n, second += step) {
          sum = hn::Add(sum, hn::Mul(first[n], hn::Load(d, second)));
        }
        AddTo(values + interaction_row(args_.paths, leaf_, args_.players, i, j) * args_.value_stride,
              hn::Mul(scale, sum));
      }
    }
  }

  SumLongPathsArgs const& args_;
  LongPathDependentPairTask task_;
  hwy::AlignedFreeUniquePtr<double[]> scalars_;      ///< [K x points x 3] factor one, zero; difference one
  hwy::AlignedFreeUniquePtr<double[]> differences_;  ///< [K x points x lanes]
  double zero_[LongConstants::kPoints] = {};         ///< [points] difference zero
  std::int64_t leaf_ = 0;
  std::int32_t players_ = 0;
  std::int32_t points_ = 0;
};

/// Sums over a leaf's cubes for a vector of rows: of pairs outside, of a player inside with one outside, of pairs
/// inside.
class InterventionalLeaf {
 public:
  explicit InterventionalLeaf(SumLongPathsArgs const& args)
      : args_(args),
        task_{args.paths, args.background, args.background_total, long_constants().view()},
        one_(hwy::AllocateAligned<double>(hn::Lanes(Lanes()) * kMaxLongPlayers)),
        both_(hwy::AllocateAligned<double>(hn::Lanes(Lanes()) * kMaxLongPlayers * kMaxLongPlayers)) {}

  void begin(std::int64_t leaf) {
    leaf_ = leaf;
    players_ = path_players(args_.paths, leaf);
    full_ = ~std::uint64_t{0} >> (64 - players_);
  }

  void add(Words words, double* values) {
    Lanes const d;
    WordLanes const dw;
    Words const failed = hn::AndNot(words, hn::Set(dw, full_));
    alignas(64) std::uint64_t others[8] = {};  // |B|
    hn::Store(failed, dw, others);
    for (std::uint64_t& row : others) row = static_cast<std::uint64_t>(count_bits(row));
    bool any = false;
    for (std::uint64_t e = args_.background.begin[leaf_]; e < args_.background.begin[leaf_ + 1]; ++e) {
      std::uint64_t const members = full_ & ~args_.background.patterns[e];
      auto const met = hn::RebindMask(d, hn::Eq(hn::And(failed, hn::Set(dw, members)), hn::Zero(dw)));
      if (hn::AllFalse(d, met)) continue;
      if (!any) clear();
      any = true;
      add_cube(met, others, members, static_cast<double>(args_.background.counts[e]));
    }
    if (any) add_pairs(words, values);
  }

 private:
  void clear() {
    std::size_t const lanes = hn::Lanes(Lanes());
    none_ = hn::Zero(Lanes());
    std::fill_n(one_.get(), static_cast<std::size_t>(players_) * lanes, 0.0);
    std::fill_n(both_.get(), static_cast<std::size_t>(players_ * players_) * lanes, 0.0);
  }

  void add_cube(Met met, std::uint64_t const* others, std::uint64_t members, double count) {
    Lanes const d;
    std::size_t const lanes = hn::Lanes(d);
    std::int32_t const size = count_bits(members);
    LongPairWeights const weights{task_.constants};
    alignas(64) double none[8];
    alignas(64) double one[8];
    alignas(64) double both[8];
    for (std::size_t r = 0; r < lanes; ++r) {
      auto const t = static_cast<std::int32_t>(others[r]);
      std::int32_t const fits = size + t <= players_ ? t : 0;  // a row that does not meet the cube: any weight
      none[r] = count * weights.none(size, fits);
      one[r] = count * weights.one(size, fits);
      both[r] = count * weights.both(size, fits);
    }
    none_ = hn::Add(none_, hn::IfThenElseZero(met, hn::Load(d, none)));
    Rows const one_more = hn::IfThenElseZero(met, hn::Load(d, one));
    Rows const both_more = hn::IfThenElseZero(met, hn::Load(d, both));
    std::int32_t inside[kMaxLongPlayers];
    std::int32_t n = 0;
    for (std::uint64_t left = members; left != 0; left &= left - 1) inside[n++] = count_bits((left & -left) - 1);
    for (std::int32_t i = 0; i < n; ++i) {
      add_aligned(one_.get() + static_cast<std::size_t>(inside[i]) * lanes, one_more);
      double* const of_first = both_.get() + static_cast<std::size_t>(inside[i] * players_) * lanes;
      for (std::int32_t j = i + 1; j < n; ++j) {
        add_aligned(of_first + static_cast<std::size_t>(inside[j]) * lanes, both_more);
      }
    }
  }

  static HWY_INLINE void add_aligned(double* to, Rows more) {
    hn::Store(hn::Add(hn::Load(Lanes(), to), more), Lanes(), to);
  }

  void add_pairs(Words words, double* values) const {
    Lanes const d;
    std::size_t const lanes = hn::Lanes(d);
    Rows const scale = hn::Set(d, task_.scale(leaf_));
    for (std::int32_t i = 0; i + 1 < players_; ++i) {
      Met const first = Passes(words, i);
      Rows const first_alone = hn::Neg(hn::Load(d, one_.get() + static_cast<std::size_t>(i) * lanes));
      for (std::int32_t j = i + 1; j < players_; ++j) {
        Met const second = Passes(words, j);
        Rows const both = hn::Load(d, both_.get() + static_cast<std::size_t>(i * players_ + j) * lanes);
        Rows const second_alone = hn::Neg(hn::Load(d, one_.get() + static_cast<std::size_t>(j) * lanes));
        Rows const with_first = hn::IfThenElse(second, both, first_alone);
        Rows const without = hn::IfThenElse(second, second_alone, none_);
        AddTo(values + interaction_row(args_.paths, leaf_, args_.players, i, j) * args_.value_stride,
              hn::Mul(scale, hn::IfThenElse(first, with_first, without)));
      }
    }
  }

  SumLongPathsArgs const& args_;
  LongInterventionalPairTask task_;
  Rows none_ = hn::Zero(Lanes());
  hwy::AlignedFreeUniquePtr<double[]> one_;   ///< [K x lanes]
  hwy::AlignedFreeUniquePtr<double[]> both_;  ///< [K x K x lanes], i < j
  std::int64_t leaf_ = 0;
  std::int32_t players_ = 0;
  std::uint64_t full_ = 0;
};

inline constexpr std::int64_t kTileRows = 512;  ///< 100 pairs of them are 400 KB of sums

template <class Leaf>
void SumWith(SumLongPathsArgs const& args) {
  WordLanes const dw;
  Leaf leaf_sums(args);
  std::int64_t const padded = (args.bins.rows + kGroupRows - 1) / kGroupRows * kGroupRows;
  for (std::int64_t tile = 0; tile < padded; tile += kTileRows) {
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
      if (path_players(args.paths, leaf) < 2) continue;
      leaf_sums.begin(leaf);
      double* const values = args.values + static_cast<std::int64_t>(args.paths.output[leaf]) *
                                               pair_count(args.players) * args.value_stride;
      for (std::int64_t row = tile; row < std::min(tile + kTileRows, padded); row += kGroupRows) {
        alignas(64) std::uint64_t words[kGroupRows];
        PatternWords(args.paths, leaf, args.bins, row, words);
        for (std::int64_t i = 0; i < kGroupRows; i += static_cast<std::int64_t>(hn::Lanes(dw))) {
          leaf_sums.add(hn::Load(dw, words + i), values + row + i);
        }
      }
    }
  }
}

void SumLongInteractions(SumLongPathsArgs const& args) {
  if (args.kind == TableKind::kInterventional) {
    SumWith<InterventionalLeaf>(args);
  } else {
    SumWith<PathDependentLeaf>(args);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
HWY_EXPORT(SumLongInteractions);
void sum_long_interactions_cpu(SumLongPathsArgs const& args) { HWY_DYNAMIC_DISPATCH(SumLongInteractions)(args); }
}  // namespace limpid
#endif
