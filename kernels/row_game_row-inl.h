// One row of row_game on the CPU, against background rows one by one. Included once per SIMD target.
//
// The row's players are not known before the last background row. Sums over coalitions start with none, and a player
// that is met doubles them: so far it made no difference. A pair is played on its own players, whose lattice is mostly
// far smaller than the row's, and added by index. The row's first players are in every pair's lattice, live or not, so
// that whole vectors are added.
#if defined(LIMPID_KERNELS_ROW_GAME_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_ROW_GAME_ROW_INL_H_
#undef LIMPID_KERNELS_ROW_GAME_ROW_INL_H_
#else
#define LIMPID_KERNELS_ROW_GAME_ROW_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/lattice_game_scatter-inl.h"
#include "kernels/lattice_pairs_simd-inl.h"
#include "kernels/row_game_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// Players whom every pair's lattice has: 2^4 entries are a vector of any type on every target.
inline constexpr std::int32_t kFirstPlayers = 4;

/// Pairs that were played and wait to be added to their row's sums, in order.
class WaitingPairs {
 public:
  static constexpr std::size_t kRoom = 4;

  [[nodiscard]] bool is_full() const noexcept { return count_ == kRoom; }
  void clear() noexcept { count_ = 0; }
  /// Entries of the next pair: [arrays x size], to be filled.
  double* add(std::size_t arrays, std::size_t size, std::uint32_t live) {
    auto& pair = pairs_[count_++];
    pair.live = live;
    pair.size = size;
    return pair.entries.reserve(arrays * size);
  }
  /// Adds all of them to arrays of 2^V sums, which lie `stride` apart.
  void flush(std::size_t arrays, std::int32_t live, std::size_t stride, double* sums) {
    if (count_ == 0) return;
    std::int32_t const first = std::min(live, kFirstPlayers);
    std::size_t const run = std::size_t{1} << first;
    std::size_t const blocks = std::size_t{1} << (live - first);
    for (std::size_t i = 0; i < count_; ++i) pairs_[i].place(first, live);
    for (std::size_t a = 0; a < arrays; ++a) add_all(a, run, blocks, sums + a * stride);
    count_ = 0;
  }

 private:
  struct Pair {
    std::uint32_t live = 0;  ///< which of the row's players its lattice has
    std::size_t size = 0;
    Scratch<double> entries;
    std::vector<std::uint32_t> offsets;  ///< [2^(V - first)] entry of the first coalition of a block

    void place(std::int32_t first, std::int32_t players) {
      offsets.assign(1, 0);
      std::uint32_t step = 1U << first;
      for (std::int32_t bit = first; bit < players; ++bit) {
        bool const has = (live >> bit & 1U) != 0;
        std::size_t const half = offsets.size();
        offsets.resize(2 * half);
        for (std::size_t i = 0; i < half; ++i) offsets[half + i] = offsets[i] + (has ? step : 0);
        if (has) step <<= 1U;
      }
    }
  };

  void add_all(std::size_t a, std::size_t run, std::size_t blocks, double* sums) const {
    if (run < hn::Lanes(hn::ScalableTag<double>())) {
      for (std::size_t i = 0; i < count_; ++i) {
        for (std::size_t s = 0; s < run; ++s) sums[s] += pairs_[i].entries.data()[a * pairs_[i].size + s];
      }
      return;
    }
    std::size_t i = 0;
    for (; i + kRoom <= count_; i += kRoom) add_some<kRoom>(i, a, run, blocks, sums);
    for (; i < count_; ++i) add_some<1>(i, a, run, blocks, sums);
  }

  template <std::size_t count>
  void add_some(std::size_t begin, std::size_t a, std::size_t run, std::size_t blocks, double* sums) const {
    std::array<double const*, count> entries;
    std::array<std::uint32_t const*, count> offsets;
    for (std::size_t i = 0; i < count; ++i) {
      auto const& pair = pairs_[begin + i];
      entries[i] = pair.entries.data() + a * pair.size;
      offsets[i] = pair.offsets.data();
    }
    add_entries<count>(entries, offsets, run, blocks, sums);
  }

  std::array<Pair, kRoom> pairs_;
  std::size_t count_ = 0;
};

template <class Int>
class RowGame {
 public:
  explicit RowGame(RowGameArgs const& args)
      : args_(args.lattice),
        most_(std::min(args_.players, args_.max_players)),
        arrays_(2 * static_cast<std::size_t>(args_.outputs)),
        cubes_(args_),
        weights_(most_),
        pairs_(most_) {}

  /// Takes a row: its sums [2 G x 2^most], its marks [P]. `goes_on`: both hold what earlier blocks left.
  void start(double* sums, std::uint8_t* is_player, bool goes_on) {
    sums_ = sums;
    is_player_ = is_player;
    players_.clear();
    if (!goes_on) {
      std::fill_n(is_player, args_.players, std::uint8_t{0});
      for (std::size_t a = 0; a < arrays_ && !args_.count_only; ++a) sums[a << most_] = 0.0;
    }
    for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(args_.players); ++p) {
      if (is_player[p] != 0) players_.push_back(p);
    }
  }

  /// Row r against background row z.
  void add(std::int64_t r, std::int64_t z) {
    cubes_.find(r, z);
    meet_players();
    if (args_.count_only || is_over()) return;
    std::uint32_t const live = number();
    auto const bits = static_cast<std::int32_t>(std::popcount(live));
    std::size_t const size = std::size_t{1} << bits;
    Int* const lattice = lattice_.reserve(arrays_ / 2 * size);
    cubes_.scatter(bits, arrays_ / 2, lattice);
    double* const chance = waiting_.add(arrays_, size, live);
    play(lattice, bits, args_.weight(z), chance, chance + arrays_ / 2 * size);
    if (waiting_.is_full()) flush();
  }

  /// Everything that was added is in the sums, as far as they are still wanted.
  void flush() {
    if (is_over()) return waiting_.clear();
    waiting_.flush(arrays_, players(), std::size_t{1} << most_, sums_);
  }

  /// V so far.
  [[nodiscard]] std::int32_t players() const noexcept { return static_cast<std::int32_t>(players_.size()); }
  [[nodiscard]] bool is_over() const noexcept { return players() > args_.max_players; }

  /// The row's values, [G x P], with `stride` between them, and what its pairs add to `interactions`, [G x T] likewise;
  /// nullptr: not wanted. REQUIRES: flush(). The sums are destroyed.
  void finish(double* values, double* interactions, std::int64_t stride) {
    for (std::int64_t n = 0; n < std::int64_t{args_.outputs} * args_.players; ++n) values[n * stride] = 0.0;
    if (is_over() || players_.empty()) return;
    pairs_.set_players(players_, args_.players);
    for (std::int32_t g = 0; g < args_.outputs; ++g) {
      double* const game = sums_ + (static_cast<std::size_t>(g) << most_);
      make_game(game, game + (static_cast<std::size_t>(args_.outputs) << most_));
      if (interactions != nullptr) {
        pairs_.add(game, players(), 1.0, interactions + g * pair_count(args_.players) * stride, stride);
      }
      std::array<double, 32> phi;
      fold_game(game, phi.data());
      for (std::size_t i = 0; i < players_.size(); ++i) {
        values[(std::int64_t{g} * args_.players + players_[i]) * stride] = phi[i];
      }
    }
  }

 private:
  /// Players of the pair whom the row did not have yet.
  void meet_players() {
    std::uint32_t const* const marks = cubes_.players().bit_of_player();
    for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(args_.players); ++p) {
      if (marks[p] == 0 || is_player_[p] != 0) continue;
      is_player_[p] = 1;
      auto const at = std::lower_bound(players_.begin(), players_.end(), p);
      if (!args_.count_only && players() < args_.max_players) {
        flush();
        auto const bit = static_cast<std::int32_t>(at - players_.begin());
        for (std::size_t a = 0; a < arrays_; ++a) row_game::insert_player(players(), bit, sums_ + (a << most_));
      }
      players_.insert(at, p);
    }
  }

  /// Numbers the pair's players and the row's first ones; returns which of the row's players they are.
  std::uint32_t number() {
    for (std::size_t i = 0; i < players_.size() && i < std::size_t{kFirstPlayers}; ++i) {
      cubes_.players().mark(players_[i]);
    }
    (void)cubes_.number();
    std::uint32_t live = 0;
    for (std::size_t i = 0; i < players_.size(); ++i) {
      live |= std::uint32_t{cubes_.players().bit_of_player()[players_[i]] != 0} << i;
    }
    return live;
  }

  /// The pair's integers -> weighted p and 1 - p. chance, against [G x 2^bits].
  void play(Int* lattice, std::int32_t bits, double weight, double* chance, double* against) {
    std::size_t const size = std::size_t{1} << bits;
    if (bits < kFirstPlayers) {
      for (std::int32_t g = 0; g < args_.outputs; ++g) {
        lattice::sum_over_subsets(lattice + static_cast<std::size_t>(g) * size, bits);
      }
      for (std::size_t s = 0; s < size; ++s) {
        row_game::apply_pair_odds(args_, lattice, bits, weight, static_cast<std::int64_t>(s), chance, against);
      }
      return;
    }
    for (std::int32_t g = 0; g < args_.outputs; ++g) {
      sum_over_subsets(lattice + static_cast<std::size_t>(g) * size, bits);
    }
    if (args_.link == Link::kSoftmax) return softmax_pair_odds(args_, lattice, size, weight, chance, against);
    for (std::int32_t g = 0; g < args_.outputs; ++g) {
      std::size_t const at = static_cast<std::size_t>(g) * size;
      sigmoid_pair_odds(args_, g, lattice + at, size, weight, chance + at, against + at);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return std::size_t{1} << players(); }
  [[nodiscard]] bool in_lanes() const noexcept { return size() >= hn::Lanes(hn::ScalableTag<double>()); }

  /// One output's sums -> v(S) - v(empty), [2^V] in place of the sums of p.
  void make_game(double* sums, double const* against) const {
    if (in_lanes()) return sums_to_game(sums, against, size());
    double const empty = row_game::log_odds(sums[0], against[0]);
    for (std::size_t s = 0; s < size(); ++s) sums[s] = row_game::log_odds(sums[s], against[s]) - empty;
  }

  /// One output's game, which is destroyed -> values [V].
  void fold_game(double* game, double* phi) {
    if (!in_lanes()) return lattice::fold(game, players(), phi);
    fold(hn::ScalableTag<double>(), weights_.of(players()), players(), game, phi);
  }

  LatticeGameArgs const& args_;
  std::int32_t most_;   ///< bits of an array of sums
  std::size_t arrays_;  ///< 2 G
  PairCubes<Int> cubes_;
  std::vector<std::uint32_t> players_;  ///< [V] in increasing order
  double* sums_ = nullptr;
  std::uint8_t* is_player_ = nullptr;
  Scratch<Int> lattice_;  ///< [G x 2^bits]
  WaitingPairs waiting_;
  MemberWeights<hn::ScalableTag<double>> weights_;
  PairSums pairs_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
