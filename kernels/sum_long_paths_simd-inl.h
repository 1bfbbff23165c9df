// What a pattern gives to the players of one long path, by the background patterns that it is alive with: those are
// found with patterns as lanes, and added up with players as lanes. Bits of the tasks. Included once per SIMD target.
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

#include "kernels/long_tile_simd-inl.h"
#include "kernels/sum_long_paths.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// Players q, q + 1, ... of a set.
HWY_INLINE hn::Mask<LongDoubles> mask_of_players(std::uint64_t players, std::int32_t q) {
  std::uint8_t bits[8];
  std::uint64_t const from_q = players >> q;
  hwy::CopyBytes<8>(&from_q, bits);  // little endian
  return hn::LoadMaskBits(LongDoubles(), bits);
}

class InterventionalValues {
 public:
  InterventionalValues(SumLongPathsArgs const& args, LongConstants const& constants)
      : args_(args), constants_(constants), total_(static_cast<double>(args.background_total)) {}

  void start(std::int64_t leaf) {
    players_ = path_players(args_.paths, leaf);
    full_ = full_word(players_, 0);
    value_ = args_.paths.value[leaf];
    std::uint64_t const begin = args_.background.begin[leaf];
    size_ = args_.background.begin[leaf + 1] - begin;
    cubes_.resize(size_);
    members_.resize(size_ + kWordLanes, 0);
    for (std::size_t e = 0; e < size_; ++e) {
      members_[e] = full_ & ~args_.background.patterns[begin + e];
      cubes_[e] = {static_cast<double>(args_.background.counts[begin + e]), count_bits(members_[e])};
    }
  }

  /// Cubes in order of b. `out` [kMaxLongPlayers].
  bool operator()(std::uint64_t a, double* out) {
    LongDoubles const d;
    std::uint64_t const failed = full_ & ~a;
    others_ = count_bits(failed);
    outside_ = 0.0;
    bool any = false;
    for (std::size_t e = 0; e < size_; e += kWordLanes) {
      Words const dw;
      auto const shared = hn::And(hn::LoadU(dw, members_.data() + e), hn::Set(dw, failed));
      std::uint8_t bits[8] = {};
      hn::StoreMaskBits(dw, hn::Eq(shared, hn::Zero(dw)), bits);
      std::uint32_t alive = bits[0];
      if (size_ - e < kWordLanes) alive &= (1U << (size_ - e)) - 1U;
      if (alive == 0) continue;
      if (!any) std::fill_n(out, (players_ + 7) / 8 * 8, 0.0);
      any = true;
      for (; alive != 0; alive &= alive - 1) add_cube(e + static_cast<std::size_t>(std::countr_zero(alive)), out);
    }
    if (!any) return false;
    for (std::int32_t q = 0; q < players_; q += kDoubleLanes) {
      auto const sum = hn::IfThenElse(mask_of_players(a, q), hn::LoadU(d, out + q), hn::Set(d, outside_));
      hn::StoreU(hn::Mul(hn::Set(d, value_), hn::Div(sum, hn::Set(d, total_))), d, out + q);
    }
    return true;
  }

 private:
  using Words = hn::CappedTag<std::uint64_t, 8>;
  static constexpr std::size_t kWordLanes = hn::MaxLanes(Words());
  static constexpr std::int32_t kDoubleLanes = static_cast<std::int32_t>(hn::MaxLanes(LongDoubles()));

  struct Cube {
    double count = 0.0;
    std::int32_t size = 0;
  };

  HWY_INLINE void add_cube(std::size_t e, double* HWY_RESTRICT out) {
    LongDoubles const d;
    auto const inside = hn::Set(d, cubes_[e].count * constants_.of(cubes_[e].size, others_));
    outside_ -= cubes_[e].count * constants_.of(others_, cubes_[e].size);
    for (std::int32_t q = 0; q < players_; q += kDoubleLanes) {
      auto const added = hn::IfThenElseZero(mask_of_players(members_[e], q), inside);
      hn::StoreU(hn::Add(hn::LoadU(d, out + q), added), d, out + q);
    }
  }

  SumLongPathsArgs const& args_;
  LongConstants constants_;
  double total_;
  std::int32_t players_ = 0;
  std::uint64_t full_ = 0;
  double value_ = 0.0;
  std::size_t size_ = 0;                ///< background patterns
  std::vector<std::uint64_t> members_;  ///< [size_] A, and a vector of anything
  std::vector<Cube> cubes_;             ///< [size_]
  std::int32_t others_ = 0;             ///< |B|
  double outside_ = 0.0;                ///< what each of B gets
};

/// By the task itself.
class PathDependentValues {
 public:
  explicit PathDependentValues(LongPathDependentTask const& task) : task_(task) {}
  void start(std::int64_t leaf) { leaf_ = leaf; }
  bool operator()(std::uint64_t a, double* out) const {
    task_(leaf_, a, out);
    return true;
  }

 private:
  LongPathDependentTask task_;
  std::int64_t leaf_ = 0;
};

inline void InterventionalLeaves(SumLongPathsArgs const& args, LongConstants const& constants) {
  InterventionalValues values(args, constants);
  SumLongLeaves(args, values);
}

inline void PathDependentLeaves(SumLongPathsArgs const& args, LongConstants const& constants) {
  PathDependentValues values({args.paths, constants});
  SumLongLeaves(args, values);
}

/// Patterns of several words hardly repeat: row by row, by the task.
inline void WideLeaves(SumLongPathsArgs const& args, LongConstants const& constants) {
  LongInterventionalTask const task{args.paths, args.background, args.background_total, constants};
  for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
    std::uint32_t const* const player = args.paths.players + args.paths.player_begin[leaf];
    double* const values =
        args.values + static_cast<std::int64_t>(args.paths.output[leaf]) * args.players * args.value_stride;
    for (std::int64_t row = 0; row < args.bins.rows; row += kGroupRows) {
      std::uint64_t words[kMaxPatternWords * kGroupRows] = {};
      PatternWords(args.paths, leaf, args.bins, row, words);
      for (std::int64_t i = 0; i < std::min(kGroupRows, args.bins.rows - row); ++i) {
        std::uint64_t pattern[kMaxPatternWords];
        for (std::int32_t w = 0; w < kMaxPatternWords; ++w) pattern[w] = words[w * kGroupRows + i];
        double given[64 * kMaxPatternWords];
        task(leaf, pattern, given);
        for (std::int32_t q = 0; q < path_players(args.paths, leaf); ++q) {
          values[player[q] * args.value_stride + row + i] += given[q];
        }
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
