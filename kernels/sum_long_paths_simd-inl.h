// Interventional values of 64 rows on one long path: which rows each background pattern is alive for is found with 64
// rows as a mask and patterns as lanes; only those pairs are added up, players as lanes. Bits of
// LongInterventionalTask: a row's patterns in their order. Included once per SIMD target.
#if defined(LIMPID_KERNELS_SUM_LONG_PATHS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_SUM_LONG_PATHS_SIMD_INL_H_
#undef LIMPID_KERNELS_SUM_LONG_PATHS_SIMD_INL_H_
#else
#define LIMPID_KERNELS_SUM_LONG_PATHS_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/bin_test_simd-inl.h"
#include "kernels/path_pattern.h"
#include "kernels/shapley_constants.h"
#include "kernels/sum_long_paths.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

class InterventionalLeaf {
 public:
  static constexpr std::int64_t kRows = 64;

  InterventionalLeaf(SumLongPathsArgs const& args, LongConstants const& constants)
      : args_(args), constants_(constants), sums_(static_cast<std::size_t>(kRows * kMaxLongPlayers)) {}

  /// Goes to a leaf: `rows_at` is then called for its rows, 64 by 64.
  void start(std::int64_t leaf) {
    leaf_ = leaf;
    players_ = path_players(args_.paths, leaf);
    patterns_ = args_.background.patterns + args_.background.begin[leaf];
    counts_ = args_.background.counts + args_.background.begin[leaf];
    size_ = args_.background.begin[leaf + 1] - args_.background.begin[leaf];
    if (alive_.size() < size_ + kWordLanes) alive_.resize(size_ + kWordLanes);
  }

  /// `count` <= 64 rows from `row` on.
  void add_rows(std::int64_t row, std::int64_t count) {
    find_passing(row);
    std::uint64_t const any = find_alive(~std::uint64_t{0} >> (64 - count));
    if (any == 0) return;
    for (std::uint64_t rows = any; rows != 0; rows &= rows - 1) start_row(std::countr_zero(rows));
    for (std::size_t e = 0; e < size_; ++e) {
      if (alive_[e] != 0) add_pattern(e);
    }
    double* const values =
        args_.values + static_cast<std::int64_t>(args_.paths.output[leaf_]) * args_.players * args_.value_stride + row;
    for (std::uint64_t rows = any; rows != 0; rows &= rows - 1) finish_row(std::countr_zero(rows), values);
  }

 private:
  using Words = hn::CappedTag<std::uint64_t, 8>;
  using Doubles = hn::CappedTag<double, 8>;
  static constexpr std::size_t kWordLanes = hn::MaxLanes(Words());
  static constexpr std::int32_t kDoubleLanes = static_cast<std::int32_t>(hn::MaxLanes(Doubles()));

  void find_passing(std::int64_t row) {
    std::fill_n(passing_, players_, ~std::uint64_t{0});
    for (std::uint32_t t = args_.paths.test_begin[leaf_]; t < args_.paths.test_begin[leaf_ + 1]; ++t) {
      Test const& test = args_.paths.tests[t];
      passing_[test.player] &=
          passing_rows(test, args_.bins.data + static_cast<std::int64_t>(test.column) * args_.bins.stride + row);
    }
  }

  /// alive_[e]: the rows of `rows` that pass wherever pattern e does not. Returns the rows of any pattern.
  std::uint64_t find_alive(std::uint64_t rows) {
    Words const d;
    auto any = hn::Zero(d);
    for (std::size_t e = 0; e < size_; e += kWordLanes) {
      bool const whole = e + kWordLanes <= size_;
      std::uint64_t last[8] = {};
      if (!whole) std::copy(patterns_ + e, patterns_ + size_, last);
      auto const b = hn::LoadU(d, whole ? patterns_ + e : last);
      auto alive = hn::Set(d, rows);
      for (std::int32_t q = 0; q < players_; ++q) {
        auto const passes = hn::TestBit(b, hn::Set(d, std::uint64_t{1} << q));
        alive = hn::IfThenElse(passes, alive, hn::And(alive, hn::Set(d, passing_[q])));
      }
      hn::StoreU(alive, d, alive_.data() + e);
      if (whole) {
        any = hn::Or(any, alive);
      } else {
        for (std::size_t i = e; i < size_; ++i) any = hn::Or(any, hn::Set(d, alive_[i]));
      }
    }
    std::uint64_t lanes[8] = {};
    hn::StoreU(any, d, lanes);
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < kWordLanes; ++i) found |= lanes[i];
    return found;
  }

  void start_row(int r) {
    std::uint64_t word = 0;
    for (std::int32_t q = 0; q < players_; ++q) word |= ((passing_[q] >> r) & 1U) << q;
    pattern_[r] = word;
    others_[r] = players_ - count_bits(word);
    outside_[r] = 0.0;
    std::fill_n(sums_.data() + r * kMaxLongPlayers, (players_ + 7) / 8 * 8, 0.0);
  }

  void add_pattern(std::size_t e) {
    Doubles const d;
    std::uint64_t const full = ~std::uint64_t{0} >> (64 - players_);
    std::uint64_t const members = full & ~patterns_[e];
    std::int32_t const size = count_bits(members);
    auto const count = static_cast<double>(counts_[e]);
    for (std::uint64_t rows = alive_[e]; rows != 0; rows &= rows - 1) {
      int const r = std::countr_zero(rows);
      double const inside = count * constants_.member[size * LongConstants::kSide + others_[r]];
      outside_[r] -= count * constants_.member[others_[r] * LongConstants::kSide + size];
      double* const sums = sums_.data() + r * kMaxLongPlayers;
      for (std::int32_t q = 0; q < players_; q += kDoubleLanes) {
        std::uint8_t bits[8];
        std::uint64_t const from_q = members >> q;
        hwy::CopyBytes<8>(&from_q, bits);  // little endian
        auto const added = hn::IfThenElseZero(hn::LoadMaskBits(d, bits), hn::Set(d, inside));
        hn::StoreU(hn::Add(hn::LoadU(d, sums + q), added), d, sums + q);
      }
    }
  }

  void finish_row(int r, double* values) const {
    double const value = args_.paths.value[leaf_];
    auto const total = static_cast<double>(args_.background_total);
    std::uint32_t const* const player = args_.paths.players + args_.paths.player_begin[leaf_];
    double const* const sums = sums_.data() + r * kMaxLongPlayers;
    for (std::int32_t q = 0; q < players_; ++q) {
      double const sum = ((pattern_[r] >> q) & 1U) != 0 ? sums[q] : outside_[r];
      values[player[q] * args_.value_stride + r] += value * (sum / total);
    }
  }

  SumLongPathsArgs const& args_;
  LongConstants constants_;
  std::int64_t leaf_ = 0;
  std::int32_t players_ = 0;
  std::uint64_t const* patterns_ = nullptr;
  std::uint64_t const* counts_ = nullptr;
  std::size_t size_ = 0;
  std::vector<std::uint64_t> alive_;          ///< [patterns]
  std::uint64_t passing_[kMaxLongPlayers]{};  ///< [K] rows
  std::uint64_t pattern_[kRows]{};            ///< of alive rows, as is what follows
  std::int32_t others_[kRows]{};              ///< |B|
  double outside_[kRows]{};                   ///< what each of B gets
  std::vector<double> sums_;                  ///< [rows x kMaxLongPlayers]
};

/// All leaves, tile of rows by tile.
inline void InterventionalLeaves(SumLongPathsArgs const& args, LongConstants const& constants) {
  constexpr std::int64_t kTileRows = 2048;
  InterventionalLeaf it(args, constants);
  for (std::int64_t tile = 0; tile < args.bins.rows; tile += kTileRows) {
    std::int64_t const end = std::min(tile + kTileRows, args.bins.rows);
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
      it.start(leaf);
      for (std::int64_t row = tile; row < end; row += InterventionalLeaf::kRows) {
        it.add_rows(row, std::min(InterventionalLeaf::kRows, end - row));
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
