// The cubes of a pair for focused_game on the CPU: the players in the order of their keys, their roles at a level, and
// the scatter of the pair's lattices and of those of each remaining player. Included once per SIMD target.
#if defined(LIMPID_KERNELS_FOCUSED_GAME_CUBES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_FOCUSED_GAME_CUBES_INL_H_
#undef LIMPID_KERNELS_FOCUSED_GAME_CUBES_INL_H_
#else
#define LIMPID_KERNELS_FOCUSED_GAME_CUBES_INL_H_
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernels/focused_game.task.h"
#include "kernels/lattice_game_alive-inl.h"
#include "kernels/lattice_game_cubes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// margin_share by numbers of players, looked up.
class MarginShares {
 public:
  explicit MarginShares(LatticeGameArgs const& args)
      : most_(args.long_paths.leaves > 0 ? kMaxLongPlayers : kMaxShortPlayers),
        shares_(static_cast<std::size_t>(2 * (most_ + 1) * (most_ + 1))) {
    for (std::int32_t a = 0; a <= most_; ++a) {
      for (std::int32_t b = 0; a + b <= most_; ++b) {
        double* const out = shares_.data() + at(a, b);
        if (b > 0) out[0] = focused::margin_share(a, b, false);
        if (a > 0) out[1] = focused::margin_share(a, b, true);
      }
    }
  }
  /// Of a player outside [0] and inside [1].
  [[nodiscard]] double const* of(std::int32_t inside, std::int32_t outside) const noexcept {
    return shares_.data() + at(inside, outside);
  }

 private:
  [[nodiscard]] std::size_t at(std::int32_t inside, std::int32_t outside) const noexcept {
    return static_cast<std::size_t>(2 * (inside * (most_ + 1) + outside));
  }
  std::int32_t most_;
  std::vector<double> shares_;
};

/// |A| or |B|, and whether player q is in it.
inline std::int32_t players_of(std::uint64_t set) { return std::popcount(set); }
inline std::int32_t players_of(WidePattern const& set) {
  std::int32_t players = 0;
  for (std::uint64_t const word : set.word) players += std::popcount(word);
  return players;
}
HWY_INLINE bool has_player(std::uint64_t set, int q) { return (set >> q & 1) != 0; }
HWY_INLINE bool has_player(WidePattern const& set, int q) { return has_player(set.word[q / 64], q % 64); }

/// The wide cube by roles, word by word.
inline focused::RoleCube role_cube(WidePattern const& inside, WidePattern const& outside, std::uint32_t const* players,
                                   std::int32_t const* roles, std::int32_t focused) {
  focused::RoleCube cube;
  for (std::int32_t w = 0; w < kMaxPatternWords; ++w) {
    if ((inside.word[w] | outside.word[w]) == 0) continue;
    auto const part =
        focused::role_cube(inside.word[w], outside.word[w], players + std::int64_t{64} * w, roles, focused);
    cube.inside |= part.inside;
    cube.outside |= part.outside;
    cube.rest_inside += part.rest_inside;
    cube.rest_outside += part.rest_outside;
  }
  return cube;
}
inline focused::RoleCube role_cube(std::uint64_t inside, std::uint64_t outside, std::uint32_t const* players,
                                   std::int32_t const* roles, std::int32_t focused) {
  return focused::role_cube(inside, outside, players, roles, focused);
}

/// The live players of a pair, their sort keys and their roles.
class FocusedPlayers {
 public:
  explicit FocusedPlayers(LatticeGameArgs const& args)
      : alive_(args),
        shares_(args),
        keys_(static_cast<std::size_t>(args.players)),
        roles_(keys_.size()),
        is_live_(keys_.size()),
        margin_keys_(static_cast<std::size_t>(args.outputs) * keys_.size()) {
    for (std::int32_t g = 0; g < args.outputs; ++g) scales_.push_back(focused::key_scale(args, g));
  }

  /// Takes the pair (row r, background row z) and returns its live players V.
  std::int32_t meet(std::int64_t r, std::int64_t z) {
    alive_.find(r, z);
    std::fill(keys_.begin(), keys_.end(), 0U);
    std::fill(is_live_.begin(), is_live_.end(), std::uint8_t{0});
    std::fill(margin_keys_.begin(), margin_keys_.end(), 0);
    add_keys(alive_.of_short());
    add_keys(alive_.of_long());
    add_keys(alive_.of_wide());
    order_.clear();
    for (std::uint32_t p = 0; p < is_live_.size(); ++p) {
      if (is_live_[p] != 0) order_.push_back(p);
    }
    return static_cast<std::int32_t>(order_.size());
  }
  /// Sorts the live players by their keys.
  void sort() {
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t p, std::uint32_t q) {
      return focused::comes_before(keys_.data(), static_cast<std::int32_t>(p), static_cast<std::int32_t>(q));
    });
    for (std::size_t i = 0; i < order_.size(); ++i) roles_[order_[i]] = static_cast<std::int32_t>(i);
  }
  /// [V] after sort(): the role of order()[i] is i.
  [[nodiscard]] std::vector<std::uint32_t> const& order() const noexcept { return order_; }
  [[nodiscard]] std::int64_t margin_key(std::int32_t output, std::uint32_t player) const noexcept {
    return margin_keys_[static_cast<std::size_t>(output) * keys_.size() + player];
  }

  /// Calls visit(paths, leaf, A, B) for the cubes of the pair, bits on their paths: of one word, or wide ones.
  template <class Visit>
  void for_each_cube(Visit const& visit) const {
    for_each_cube(alive_.of_short(), visit);
    for_each_cube(alive_.of_long(), visit);
    for_each_cube(alive_.of_wide(), visit);
  }
  [[nodiscard]] std::int32_t const* roles() const noexcept { return roles_.data(); }

 private:
  template <class Pattern, class Visit>
  static void for_each_cube(AliveLeaves<Pattern> const& alive, Visit const& visit) {
    for (std::size_t i = 0; i < alive.count; ++i) {
      std::uint32_t const l = alive.leaves[i];
      auto const cube = lattice::cube_of(alive.row[l], alive.background[l]);
      using Set = std::conditional_t<std::is_same_v<Pattern, WidePattern>, WidePattern, std::uint64_t>;
      visit(*alive.paths, l, Set{cube.inside}, Set{cube.outside});
    }
  }

  template <class Pattern>
  void add_keys(AliveLeaves<Pattern> const& alive) {
    for_each_cube(alive, [this](PathsView const& paths, std::uint32_t l, auto const& inside, auto const& outside) {
      std::uint32_t const output = paths.output[l];
      double const scale = scales_[output];
      std::uint64_t const key = focused::weight_key(paths.fixed[l], scale);
      double const* const shares = shares_of(inside, outside);
      std::int64_t const share[2] = {focused::margin_key(paths.fixed[l], scale, shares[0]),
                                     focused::margin_key(paths.fixed[l], scale, shares[1])};
      std::uint32_t const* const players = paths.players + paths.player_begin[l];
      std::int64_t* const margin_keys = margin_keys_.data() + output * keys_.size();
      for_each_player(inside | outside, [&](int q) {
        std::uint32_t const p = players[q];
        is_live_[p] = 1;
        keys_[p] += key;
        margin_keys[p] += share[has_player(inside, q) ? 1 : 0];
      });
    });
  }

  double const* shares_of(std::uint64_t inside, std::uint64_t outside) const {
    return shares_.of(players_of(inside), players_of(outside));
  }
  /// More than the table has: worked out for the cube.
  double const* shares_of(WidePattern const& inside, WidePattern const& outside) {
    for (bool const is_inside : {false, true}) {
      wide_shares_[is_inside ? 1 : 0] = focused::margin_share(players_of(inside), players_of(outside), is_inside);
    }
    return wide_shares_.data();
  }

  AlivePair alive_;
  MarginShares shares_;
  std::array<double, 2> wide_shares_{};
  std::vector<double> scales_;             ///< [G]
  std::vector<std::uint64_t> keys_;        ///< [P] u
  std::vector<std::int32_t> roles_;        ///< [P]
  std::vector<std::uint8_t> is_live_;      ///< [P]
  std::vector<std::int64_t> margin_keys_;  ///< [G x P] signed
  std::vector<std::uint32_t> order_;       ///< [V]
};

/// Moebius forms at a level: the lattices of the pair, and what each player of R adds to its own.
template <class Int>
class FocusedCubes {
 public:
  /// Scatters the pair's lattices [kBaseLattices x G x 2^b] of the focus players and keeps what the rest needs.
  /// REQUIRES: players.sort().
  void scatter(FocusedPlayers const& players, std::int32_t outputs, std::int32_t focus_players, std::int32_t bits,
               Int* lattices) {
    outputs_ = static_cast<std::uint32_t>(outputs);
    focused_ = focus_players;
    bits_ = bits;
    std::fill_n(lattices, focused::kBaseLattices * (static_cast<std::size_t>(outputs) << bits), Int{0});
    auto const rest = players.order().size() - static_cast<std::size_t>(focus_players);
    if (of_rest_.size() < rest) of_rest_.resize(rest);
    for (std::size_t j = 0; j < rest; ++j) of_rest_[j].clear();
    bins_.start(lattices);
    players.for_each_cube([&](PathsView const& paths, std::uint32_t l, auto const& inside, auto const& outside) {
      std::uint32_t const* const path = paths.players + paths.player_begin[l];
      auto const cube = role_cube(inside, outside, path, players.roles(), focused_);
      std::uint32_t const output = paths.output[l];
      std::int64_t const value = paths.fixed[l];
      focused::for_base_lattices<Int>(
          cube, value, [&](std::int32_t lattice, Int term) { add(cube, first_entry(lattice, output), term); });
      if (cube.rest_inside + cube.rest_outside == 0) return;
      for_each_player(inside | outside, [&](int q) {
        std::int32_t const role = players.roles()[path[q]];
        if (role < focused_) return;
        auto& own = of_rest_[static_cast<std::size_t>(role - focused_)];
        focused::for_rest_lattices<Int>(cube, has_player(inside, q), value, [&](std::int32_t lattice, Int term) {
          own.push_back({cube.inside | first_entry(lattice, output), cube.outside, term});
        });
      });
    });
    bins_.finish();
  }

  /// The lattices [kRestLattices x G x 2^b] of player j of R.
  void scatter_rest(std::size_t j, Int* lattices) {
    std::fill_n(lattices, focused::kRestLattices * (static_cast<std::size_t>(outputs_) << bits_), Int{0});
    bins_.start(lattices);
    for (auto const& term : of_rest_[j]) bins_.add(term.inside, term.outside, term.value);
    bins_.finish();
  }

 private:
  /// A cube on the lattices side by side.
  struct Term {
    std::uint32_t inside;
    std::uint32_t outside;
    Int value;
  };

  [[nodiscard]] std::uint32_t first_entry(std::int32_t lattice, std::uint32_t output) const noexcept {
    return (static_cast<std::uint32_t>(lattice) * outputs_ + output) << bits_;
  }
  HWY_INLINE void add(focused::RoleCube const& cube, std::uint32_t first, Int value) {
    bins_.add(cube.inside | first, cube.outside, value);
  }

  std::uint32_t outputs_ = 0;
  std::int32_t focused_ = 0;
  std::int32_t bits_ = 0;
  std::vector<std::vector<Term>> of_rest_;  ///< [r]
  CubeBins<Int> bins_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
