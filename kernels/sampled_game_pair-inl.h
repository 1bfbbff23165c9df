// One pair (row, background row) of sampled_game on the CPU: its cubes on its own players. Included once per SIMD
// target.
#if defined(LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_
#undef LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_
#else
#define LIMPID_KERNELS_SAMPLED_GAME_PAIR_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kernels/lattice_game_alive-inl.h"
#include "kernels/lattice_game_boxes-inl.h"
#include "kernels/lattice_game_cubes-inl.h"
#include "kernels/player_order.h"
#include "kernels/sampled_game_cubes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
/// The players of a pair that differ, and its cubes on them.
class LargePair {
 public:
  explicit LargePair(LatticeGameArgs const& args)
      : args_(args),
        as_boxes_(args.row_masks != nullptr),
        alive_(args),
        boxes_(args),
        index_(static_cast<std::size_t>(args.players)),
        cubes_(static_cast<std::size_t>(args.outputs)) {}

  /// Takes the pair (row r, background row z) and returns its live players V.
  std::int32_t meet(std::int64_t r, std::int64_t z) {
    std::fill(index_.begin(), index_.end(), kDead);
    if (as_boxes_) {
      mark(boxes_.find(r, z));
    } else {
      alive_.find(r, z);
      find_players();
    }
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
    std::size_t const leaves = as_boxes_ ? boxes_.count() : alive_.of_short().count + alive_.of_long().count;
    for (auto& list : cubes_) list.start(words_, leaves / (2 * cubes_.size()));  // about half of them are equal ones
    if (!has_sets()) {
      collect(alive_.of_short());
      collect(alive_.of_long());
      collect(alive_.of_wide());
      return cubes_;
    }
    merge_sets();
    return cubes_;
  }

 private:
  static constexpr std::int32_t kDead = -1;
  static constexpr std::int32_t kLive = 0;

  /// An alive leaf as sets of players, by their index.
  struct LeafCube {
    std::uint64_t inside, outside, value;
    std::uint32_t output;
  };
  [[nodiscard]] bool has_sets() const noexcept { return args_.players <= 64; }

  void mark(std::uint64_t live) {
    for (; live != 0; live &= live - 1) index_[static_cast<std::size_t>(std::countr_zero(live))] = kLive;
  }

  void find_players() {
    if (!has_sets()) {
      mark_leaves(alive_.of_short());
      mark_leaves(alive_.of_long());
      mark_leaves(alive_.of_wide());
      return;
    }
    leaves_.resize(alive_.of_short().count + alive_.of_long().count);
    std::uint64_t const live = read(alive_.of_short(), leaves_.data());
    mark(live | read(alive_.of_long(), leaves_.data() + alive_.of_short().count));
  }

  /// Fills `out` [alive]; returns the live players. What is read of the model lies far apart: it is asked for early.
  template <class Pattern>
  std::uint64_t read(AliveLeaves<Pattern> const& alive, LeafCube* out) const {
    constexpr std::size_t kAhead = 16;  // a leaf takes some 30 clocks, the third cache 50 or more
    PathsView const& paths = *alive.paths;
    std::uint64_t live = 0;
    for (std::size_t i = 0; i < alive.count; ++i) {
      if (i + 2 * kAhead < alive.count) hwy::Prefetch(paths.player_begin + alive.leaves[i + 2 * kAhead]);
      if (i + kAhead < alive.count) {
        std::uint32_t const next = alive.leaves[i + kAhead];
        hwy::Prefetch(paths.players + paths.player_begin[next]);
        hwy::Prefetch(paths.fixed + next);
        hwy::Prefetch(paths.output + next);
      }
      std::uint32_t const l = alive.leaves[i];
      auto const cube = lattice::cube_of(alive.row[l], alive.background[l]);
      std::uint32_t const* const players = paths.players + paths.player_begin[l];
      LeafCube leaf{0, 0, static_cast<std::uint64_t>(paths.fixed[l]), paths.output[l]};
      std::uint64_t both = 0;
      for (std::uint64_t bits = static_cast<Pattern>(cube.inside | cube.outside); bits != 0; bits &= bits - 1) {
        auto const bit = static_cast<std::uint32_t>(std::countr_zero(bits));
        both |= std::uint64_t{1} << players[bit];
        leaf.inside |= (std::uint64_t{cube.inside} >> bit & 1U) << players[bit];
      }
      leaf.outside = both ^ leaf.inside;
      live |= both;
      out[i] = leaf;
    }
    return live;
  }

  /// Merges by sets of players, and then puts the pair's bits in their place, a byte at a time.
  void merge_sets() {
    if (as_boxes_) {
      boxes_.for_each_cube([this](std::size_t output, std::uint64_t inside, std::uint64_t outside,
                                  std::uint64_t value) { cubes_[output].merge(inside, outside, value); });
    } else {
      for (LeafCube const& leaf : leaves_) cubes_[leaf.output].merge(leaf.inside, leaf.outside, leaf.value);
    }
    std::size_t const bytes = (static_cast<std::size_t>(args_.players) + 7) / 8;
    for (std::size_t byte = 0; byte < bytes; ++byte) set_byte(byte);
    for (auto& list : cubes_) {
      list.replace_sets([&](std::uint64_t players) {
        std::uint64_t bits = 0;
        for (std::size_t byte = 0; byte < bytes; ++byte) bits |= bits_of_[byte][players >> (8 * byte) & 0xFFU];
        return bits;
      });
    }
  }

  /// The bits of any eight players that follow each other.
  void set_byte(std::size_t byte) {
    bits_of_[byte][0] = 0;
    for (std::size_t set = 1; set < 256; ++set) {
      std::size_t const player = 8 * byte + static_cast<std::size_t>(std::countr_zero(set));
      bool const plays = player < index_.size() && index_[player] != kDead;
      std::uint64_t const bit = plays ? std::uint64_t{1} << static_cast<std::uint32_t>(index_[player]) : 0;
      bits_of_[byte][set] = bits_of_[byte][set & (set - 1)] | bit;
    }
  }

  template <class Pattern, class Use>
  static void for_each_bit(AliveLeaves<Pattern> const& alive, Use&& use) {
    for (std::size_t i = 0; i < alive.count; ++i) {
      std::uint32_t const l = alive.leaves[i];
      use(l, lattice::cube_of(alive.row[l], alive.background[l]), alive.paths->players + alive.paths->player_begin[l]);
    }
  }

  template <class Pattern>
  void mark_leaves(AliveLeaves<Pattern> const& alive) {
    for_each_bit(alive, [this](std::uint32_t, auto cube, std::uint32_t const* players) {
      for_each_player(static_cast<Pattern>(cube.inside | cube.outside), [&](int q) { index_[players[q]] = kLive; });
    });
  }

  template <class Pattern>
  void collect(AliveLeaves<Pattern> const& alive) {
    for_each_bit(alive, [&](std::uint32_t l, auto cube, std::uint32_t const* players) {
      CubeList& list = cubes_[alive.paths->output[l]];
      auto const value = static_cast<std::uint64_t>(alive.paths->fixed[l]);
      if (words_ == 1) {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        set_bits(cube.inside, players, &a);
        set_bits(cube.outside, players, &b);
        return list.merge(a, b, value);
      }
      auto const [inside, outside] = list.append(value);
      set_bits(cube.inside, players, inside);
      set_bits(cube.outside, players, outside);
    });
  }

  template <class Pattern>
  void set_bits(Pattern const& path_bits, std::uint32_t const* players, std::uint64_t* set) const {
    for_each_player(path_bits, [&](int q) {
      auto const bit = static_cast<std::uint32_t>(index_[players[q]]);
      set[bit / 64] |= std::uint64_t{1} << (bit % 64);
    });
  }

  LatticeGameArgs const& args_;
  bool as_boxes_;  ///< the cubes are those of boxes_
  AlivePair alive_;
  BoxCubes boxes_;
  std::vector<std::int32_t> index_;  ///< [P] bit of the player, or kDead
  std::vector<std::uint32_t> players_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed_;  ///< [V] key and player
  std::size_t words_ = 1;
  std::vector<LeafCube> leaves_;  ///< [alive] of paths, where there are at most 64 players
  std::array<std::array<std::uint64_t, 256>, 8> bits_of_{};
  std::vector<CubeList> cubes_;  ///< [G]
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
