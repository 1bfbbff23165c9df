// One pair (row, background row) of sampled_game on the CPU: its cubes on its own players, and their sums over a
// design's coalitions, which are the lanes. Included once per SIMD target.
#if defined(LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_
#undef LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_
#else
#define LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kernels/lattice_game_alive-inl.h"
#include "kernels/lattice_game_cubes-inl.h"
#include "kernels/lattice_game_simd-inl.h"
#include "kernels/player_order.h"
#include "kernels/sampled_game.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Cubes of one output.
struct CubeList {
  std::vector<std::uint64_t> inside;   ///< [cubes x words]
  std::vector<std::uint64_t> outside;  ///< [cubes x words]
  std::vector<std::uint64_t> both;     ///< [cubes x words]
  std::vector<std::uint64_t> values;   ///< [cubes] two's complement

  void clear() {
    inside.clear();
    outside.clear();
    both.clear();
    values.clear();
  }
  [[nodiscard]] std::int64_t count() const noexcept { return static_cast<std::int64_t>(values.size()); }
};

/// Integer margins of the empty and of the full coalition: the first meets the cubes without an inside, the second
/// those without an outside.
struct EndMargins {
  std::uint64_t empty = 0;
  std::uint64_t full = 0;
};
inline EndMargins ends_of(CubeList const& cubes, std::int32_t words) {
  auto const is_empty = [words](std::vector<std::uint64_t> const& sets, std::size_t c) {
    auto const begin = sets.begin() + static_cast<std::ptrdiff_t>(c) * words;
    return std::all_of(begin, begin + words, [](std::uint64_t word) { return word == 0; });
  };
  EndMargins ends;
  for (std::size_t c = 0; c < cubes.values.size(); ++c) {
    if (is_empty(cubes.inside, c)) ends.empty += cubes.values[c];
    if (is_empty(cubes.outside, c)) ends.full += cubes.values[c];
  }
  return ends;
}

/// The lists of one output in the lanes' own type, masks of up to 32 or 64 players.
template <class Mask>
struct NarrowCubes {
  std::vector<Mask> inside, outside, both, values;

  void assign(CubeList const& cubes) {
    auto const copy = [](std::vector<std::uint64_t> const& from, std::vector<Mask>& to) {
      to.resize(from.size());
      std::transform(from.begin(), from.end(), to.begin(), [](std::uint64_t x) { return static_cast<Mask>(x); });
    };
    copy(cubes.inside, inside);
    copy(cubes.outside, outside);
    copy(cubes.both, both);
    copy(cubes.values, values);
  }
};

/// Sums of the cubes over each coalition and its complement. `coalitions`, `sums`, `complements`: room for a multiple
/// of kUnroll vectors.
template <class Mask>
void sum_cubes(NarrowCubes<Mask> const& cubes, Mask const* HWY_RESTRICT coalitions, std::size_t padded,
               Mask* HWY_RESTRICT sums, Mask* HWY_RESTRICT complements) {
  hn::ScalableTag<Mask> const d;
  std::size_t const lanes = hn::Lanes(d);
  auto const zero = hn::Zero(d);
  for (std::size_t p = 0; p < padded; p += 2 * lanes) {
    auto const set0 = hn::LoadU(d, coalitions + p);
    auto const set1 = hn::LoadU(d, coalitions + p + lanes);
    auto sum0 = zero, sum1 = zero, other0 = zero, other1 = zero;
    for (std::size_t c = 0; c < cubes.values.size(); ++c) {
      auto const both = hn::Set(d, cubes.both[c]);
      auto const inside = hn::Set(d, cubes.inside[c]);
      auto const outside = hn::Set(d, cubes.outside[c]);
      auto const value = hn::Set(d, cubes.values[c]);
      auto const add = [&](auto set, auto side, auto& sum) {
        auto const apart = hn::And(hn::Xor(set, side), both);
        sum = hn::Add(sum, hn::IfThenElseZero(hn::Eq(apart, zero), value));
      };
      add(set0, inside, sum0);
      add(set1, inside, sum1);
      add(set0, outside, other0);
      add(set1, outside, other1);
    }
    hn::StoreU(sum0, d, sums + p);
    hn::StoreU(sum1, d, sums + p + lanes);
    hn::StoreU(other0, d, complements + p);
    hn::StoreU(other1, d, complements + p + lanes);
  }
}

/// The integers of one output on a design: coalitions [q], complements [q].
class DesignSums {
 public:
  void evaluate(EstimatorView const& design, CubeList const& cubes, bool wide) {
    if (design.words > 1) return evaluate_words(design, cubes);
    if (design.players <= 32 && !wide) return evaluate_lanes(design, cubes, narrow_);
    evaluate_lanes(design, cubes, wide_);
  }
  [[nodiscard]] std::vector<std::uint64_t> const& coalitions() const noexcept { return coalitions_; }
  [[nodiscard]] std::vector<std::uint64_t> const& complements() const noexcept { return complements_; }

 private:
  template <class Mask>
  struct Lanes {
    NarrowCubes<Mask> cubes;
    std::vector<Mask> sets, sums, complements;
  };

  template <class Mask>
  void evaluate_lanes(EstimatorView const& design, CubeList const& cubes, Lanes<Mask>& lanes) {
    auto const count = static_cast<std::size_t>(design.pairs);
    std::size_t const step = 2 * hn::Lanes(hn::ScalableTag<Mask>());
    std::size_t const padded = (count + step - 1) / step * step;
    lanes.cubes.assign(cubes);
    lanes.sets.assign(padded, 0);
    for (std::size_t p = 0; p < count; ++p) lanes.sets[p] = static_cast<Mask>(design.coalitions[p]);
    lanes.sums.resize(padded);
    lanes.complements.resize(padded);
    sum_cubes(lanes.cubes, lanes.sets.data(), padded, lanes.sums.data(), lanes.complements.data());
    coalitions_.assign(lanes.sums.begin(), lanes.sums.begin() + design.pairs);
    complements_.assign(lanes.complements.begin(), lanes.complements.begin() + design.pairs);
  }

  void evaluate_words(EstimatorView const& design, CubeList const& cubes) {
    coalitions_.resize(static_cast<std::size_t>(design.pairs));
    complements_.resize(static_cast<std::size_t>(design.pairs));
    for (std::int64_t p = 0; p < design.pairs; ++p) {
      auto const sums =
          sampled::margins_of(design.coalitions + p * design.words, cubes.inside.data(), cubes.outside.data(),
                              cubes.both.data(), cubes.values.data(), cubes.count(), design.words);
      coalitions_[static_cast<std::size_t>(p)] = sums.coalition;
      complements_[static_cast<std::size_t>(p)] = sums.complement;
    }
  }

  Lanes<std::uint32_t> narrow_;
  Lanes<std::uint64_t> wide_;
  std::vector<std::uint64_t> coalitions_;
  std::vector<std::uint64_t> complements_;
};

/// The players of a pair that differ, and its cubes on them.
class LargePair {
 public:
  explicit LargePair(LatticeGameArgs const& args)
      : args_(args),
        alive_(args),
        index_(static_cast<std::size_t>(args.players)),
        cubes_(static_cast<std::size_t>(args.outputs)) {}

  /// Takes the pair (row r, background row z) and returns its live players V.
  std::int32_t meet(std::int64_t r, std::int64_t z) {
    alive_.find(r, z);
    std::fill(index_.begin(), index_.end(), kDead);
    mark(alive_.of_short());
    mark(alive_.of_long());
    players_.clear();
    for (std::uint32_t p = 0; p < index_.size(); ++p) {
      if (index_[p] != kDead) players_.push_back(p);
    }
    return static_cast<std::int32_t>(players_.size());
  }
  /// Gives the pair's players their bits: the order of background row z, counted over the whole background.
  void order(std::uint64_t seed, std::int64_t z) {
    keyed_.clear();
    for (auto const player : players_) keyed_.emplace_back(player_key(seed, z, player), player);
    std::sort(keyed_.begin(), keyed_.end(),
              [](auto const& a, auto const& b) { return comes_before(a.first, a.second, b.first, b.second); });
    for (std::size_t bit = 0; bit < keyed_.size(); ++bit) {
      players_[bit] = keyed_[bit].second;
      index_[players_[bit]] = static_cast<std::int32_t>(bit);
    }
  }
  /// Gives these players their bits in this order; the pair's are among them.
  void order_as(std::span<std::uint32_t const> players) {
    players_.assign(players.begin(), players.end());
    for (std::size_t bit = 0; bit < players_.size(); ++bit) index_[players_[bit]] = static_cast<std::int32_t>(bit);
  }
  /// [V] player i is bit i of coalitions.
  [[nodiscard]] std::vector<std::uint32_t> const& players() const noexcept { return players_; }

  /// The cubes of each output [G]. REQUIRES: the players have their bits.
  std::vector<CubeList> const& cubes() {
    words_ = (players_.size() + 63) / 64;
    for (auto& list : cubes_) list.clear();
    collect(alive_.of_short());
    collect(alive_.of_long());
    return cubes_;
  }

 private:
  static constexpr std::int32_t kDead = -1;
  static constexpr std::int32_t kLive = 0;

  template <class Pattern, class Use>
  static void for_each_bit(AliveLeaves<Pattern> const& alive, Use&& use) {
    for (std::size_t i = 0; i < alive.count; ++i) {
      std::uint32_t const l = alive.leaves[i];
      use(l, lattice::cube_of(alive.row[l], alive.background[l]), alive.paths->players + alive.paths->player_begin[l]);
    }
  }

  template <class Pattern>
  void mark(AliveLeaves<Pattern> const& alive) {
    for_each_bit(alive, [this](std::uint32_t, auto cube, std::uint32_t const* players) {
      std::uint64_t bits = static_cast<Pattern>(cube.inside | cube.outside);
      for (; bits != 0; bits &= bits - 1) index_[players[std::countr_zero(bits)]] = kLive;
    });
  }

  template <class Pattern>
  void collect(AliveLeaves<Pattern> const& alive) {
    for_each_bit(alive, [&](std::uint32_t l, auto cube, std::uint32_t const* players) {
      CubeList& list = cubes_[alive.paths->output[l]];
      std::size_t const at = list.inside.size();
      list.inside.resize(at + words_, 0);
      list.outside.resize(at + words_, 0);
      list.both.resize(at + words_, 0);
      set_bits(cube.inside, players, list.inside.data() + at);
      set_bits(cube.outside, players, list.outside.data() + at);
      for (std::size_t w = at; w < at + words_; ++w) list.both[w] = list.inside[w] | list.outside[w];
      list.values.push_back(static_cast<std::uint64_t>(alive.paths->fixed[l]));
    });
  }

  void set_bits(std::uint64_t path_bits, std::uint32_t const* players, std::uint64_t* set) const {
    for (; path_bits != 0; path_bits &= path_bits - 1) {
      auto const bit = static_cast<std::uint32_t>(index_[players[std::countr_zero(path_bits)]]);
      set[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
  }

  LatticeGameArgs const& args_;
  AlivePair alive_;
  std::vector<std::int32_t> index_;  ///< [P] bit of the player, or kDead
  std::vector<std::uint32_t> players_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed_;  ///< [V] key and player
  std::size_t words_ = 1;
  std::vector<CubeList> cubes_;  ///< [G]
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
