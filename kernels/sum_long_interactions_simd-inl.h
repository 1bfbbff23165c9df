// What a vector of rows adds to the pairs of one leaf, all of them together: bits of the tasks in
// kernels/sum_long_interactions.task.h. Included once per SIMD target.
#if defined(LIMPID_KERNELS_SUM_LONG_INTERACTIONS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_SUM_LONG_INTERACTIONS_SIMD_INL_H_
#undef LIMPID_KERNELS_SUM_LONG_INTERACTIONS_SIMD_INL_H_
#else
#define LIMPID_KERNELS_SUM_LONG_INTERACTIONS_SIMD_INL_H_
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>

#include "kernels/path_pattern_simd-inl.h"
#include "kernels/sum_long_interactions.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

using Lanes = hn::CappedTag<double, 8>;
using WordLanes = hn::Rebind<std::uint64_t, Lanes>;
using Rows = hn::Vec<Lanes>;
using Words = hn::Vec<WordLanes>;
using Met = hn::Mask<Lanes>;

/// PatternOf a vector of rows.
template <std::int32_t kWords>
struct RowPatterns {
  Words word[kWords];

  /// `words` [kWords x kGroupRows], from the first row on.
  HWY_INLINE explicit RowPatterns(std::uint64_t const* words) {
    for (std::int32_t w = 0; w < kWords; ++w) word[w] = hn::Load(WordLanes(), words + w * kGroupRows);
  }
  /// Which rows pass player k's tests.
  [[nodiscard]] HWY_INLINE Met passes(std::int32_t k) const {
    Words const of_player = word[kWords == 1 ? 0 : k / 64];
    auto const bit = hn::Set(WordLanes(), std::uint64_t{1} << (k % 64));
    return hn::RebindMask(Lanes(), hn::TestBit(of_player, bit));
  }
};

HWY_INLINE void AddTo(double* values, Rows sum) {
  Lanes const d;
  hn::StoreU(hn::Add(hn::LoadU(d, values), sum), d, values);
}

/// A leaf's constants at the nodes of its rule, [K x points], and the rows' own at hand.
template <std::int32_t kWords>
class PathDependentLeaf {
 public:
  explicit PathDependentLeaf(SumLongPathsArgs const& args)
      : args_(args),
        task_{args.paths, rules_of(kWords).view()},
        scalars_(hwy::AllocateAligned<double>(std::size_t{3} * kMost * kPoints)),
        differences_(hwy::AllocateAligned<double>(hn::Lanes(Lanes()) * kMost * kPoints)) {}

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
  void add(RowPatterns<kWords> const& rows, double* values) {
    Rows product[kPoints];
    set_rows(rows, product);
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
  static constexpr std::int32_t kMost = 64 * kWords;  ///< players
  static constexpr std::int32_t kPoints = rule_points(kMost);

  void set_rows(RowPatterns<kWords> const& rows, Rows* product) {
    Lanes const d;
    for (std::int32_t n = 0; n < points_; ++n) {
      product[n] = hn::Set(d, task_.constants.weight[LongConstants::rule_offset(points_) + n]);
    }
    double const* from = scalars_.get();
    double* to = differences_.get();
    for (std::int32_t k = 0; k < players_; ++k) {
      Met const passes = rows.passes(k);
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
      Rows first[Points != 0 ? Points : kPoints];
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
  LongPathDependentPairTask<kWords> task_;
  hwy::AlignedFreeUniquePtr<double[]> scalars_;      ///< [K x points x 3] factor one, zero; difference one
  hwy::AlignedFreeUniquePtr<double[]> differences_;  ///< [K x points x lanes]
  double zero_[kPoints] = {};                        ///< [points] difference zero
  std::int64_t leaf_ = 0;
  std::int32_t players_ = 0;
  std::int32_t points_ = 0;
};

/// Sums over a leaf's cubes for a vector of rows: of pairs outside, of a player inside with one outside, of pairs
/// inside.
template <std::int32_t kWords>
class InterventionalLeaf {
 public:
  explicit InterventionalLeaf(SumLongPathsArgs const& args)
      : args_(args),
        task_{args.paths, args.background, args.background_total, constants_of(kWords).view()},
        one_(hwy::AllocateAligned<double>(hn::Lanes(Lanes()) * kMost)),
        both_(hwy::AllocateAligned<double>(hn::Lanes(Lanes()) * kMost * kMost)) {}

  void begin(std::int64_t leaf) {
    leaf_ = leaf;
    players_ = path_players(args_.paths, leaf);
    for (std::int32_t w = 0; w < kWords; ++w) full_[w] = full_word(players_, w);
  }

  void add(RowPatterns<kWords> const& rows, double* values) {
    WordLanes const dw;
    Words failed[kWords];
    alignas(64) std::uint64_t others[8] = {};  // |B|
    for (std::int32_t w = 0; w < kWords; ++w) {
      alignas(64) std::uint64_t of_word[8] = {};
      failed[w] = hn::AndNot(rows.word[w], hn::Set(dw, full_[w]));
      hn::Store(failed[w], dw, of_word);
      for (std::size_t r = 0; r < 8; ++r) others[r] += static_cast<std::uint64_t>(count_bits(of_word[r]));
    }
    bool any = false;
    for (std::uint64_t e = args_.background.begin[leaf_]; e < args_.background.begin[leaf_ + 1]; ++e) {
      std::uint64_t members[kWords];
      Words shared = hn::Zero(dw);
      for (std::int32_t w = 0; w < kWords; ++w) {
        members[w] = full_[w] & ~task_.background_word(leaf_, e, w);
        shared = hn::Or(shared, hn::And(failed[w], hn::Set(dw, members[w])));
      }
      auto const met = hn::RebindMask(Lanes(), hn::Eq(shared, hn::Zero(dw)));
      if (hn::AllFalse(Lanes(), met)) continue;
      if (!any) clear();
      any = true;
      add_cube(met, others, members, static_cast<double>(args_.background.counts[e]));
    }
    if (any) add_pairs(rows, values);
  }

 private:
  static constexpr std::int32_t kMost = 64 * kWords;  ///< players

  void clear() {
    std::size_t const lanes = hn::Lanes(Lanes());
    none_ = hn::Zero(Lanes());
    std::fill_n(one_.get(), static_cast<std::size_t>(players_) * lanes, 0.0);
    std::fill_n(both_.get(), static_cast<std::size_t>(players_ * players_) * lanes, 0.0);
  }

  /// `members` [kWords]
  void add_cube(Met met, std::uint64_t const* others, std::uint64_t const* members, double count) {
    Lanes const d;
    std::size_t const lanes = hn::Lanes(d);
    std::int32_t inside[kMost];  // players of A
    std::int32_t size = 0;
    for (std::int32_t w = 0; w < kWords; ++w) {
      for (std::uint64_t left = members[w]; left != 0; left &= left - 1) {
        inside[size++] = 64 * w + std::countr_zero(left);
      }
    }
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
    for (std::int32_t i = 0; i < size; ++i) {
      add_aligned(one_.get() + static_cast<std::size_t>(inside[i]) * lanes, one_more);
      double* const of_first = both_.get() + static_cast<std::size_t>(inside[i] * players_) * lanes;
      for (std::int32_t j = i + 1; j < size; ++j) {
        add_aligned(of_first + static_cast<std::size_t>(inside[j]) * lanes, both_more);
      }
    }
  }

  static HWY_INLINE void add_aligned(double* to, Rows more) {
    hn::Store(hn::Add(hn::Load(Lanes(), to), more), Lanes(), to);
  }

  void add_pairs(RowPatterns<kWords> const& rows, double* values) const {
    Lanes const d;
    std::size_t const lanes = hn::Lanes(d);
    Rows const scale = hn::Set(d, task_.scale(leaf_));
    for (std::int32_t i = 0; i + 1 < players_; ++i) {
      Met const first = rows.passes(i);
      Rows const first_alone = hn::Neg(hn::Load(d, one_.get() + static_cast<std::size_t>(i) * lanes));
      for (std::int32_t j = i + 1; j < players_; ++j) {
        Met const second = rows.passes(j);
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
  LongInterventionalPairTask<kWords> task_;
  Rows none_ = hn::Zero(Lanes());
  hwy::AlignedFreeUniquePtr<double[]> one_;   ///< [K x lanes]
  hwy::AlignedFreeUniquePtr<double[]> both_;  ///< [K x K x lanes], i < j
  std::int64_t leaf_ = 0;
  std::int32_t players_ = 0;
  std::uint64_t full_[kWords] = {};
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
