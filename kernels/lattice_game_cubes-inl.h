// From patterns to the lattice on the CPU: the cubes of alive leaves, their players on the lattice, the scatter.
// Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_CUBES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_CUBES_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_CUBES_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_CUBES_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "kernels/lattice_game.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

/// Scatters cubes in bins of equal |B|: as many terms for every cube of a bin, so that no branch depends on a cube.
/// The order of additions does not matter, they are integers.
template <class Int>
class CubeBins {
 public:
  /// The cubes that follow belong to this lattice [2^V].
  void start(Int* lattice) noexcept { lattice_ = lattice; }

  HWY_INLINE void add(std::uint32_t inside, std::uint32_t outside, Int value) {
    auto const bin = static_cast<std::size_t>(std::popcount(outside));
    if (bin >= kBins) return scatter_large(inside, outside, value);
    std::uint32_t const at = counts_[bin]++;
    cubes_[bin][at] = {inside, outside, value};
    if (at + 1 == kRoom) flush(bin);
  }

  /// Scatters what is left.
  void finish() {
    for (std::size_t bin = 0; bin < kBins; ++bin) flush(bin);
  }

 private:
  static constexpr std::size_t kBins = 7;
  static constexpr std::uint32_t kRoom = 64;

  struct Cube {
    std::uint32_t inside;
    std::uint32_t outside;
    Int value;
  };

  void flush(std::size_t bin) {
    flush_bin(bin, std::make_index_sequence<kBins>());
    counts_[bin] = 0;
  }

  template <std::size_t... bins>
  void flush_bin(std::size_t bin, std::index_sequence<bins...> /*all*/) {
    (void)((bin == bins && (scatter<bins>(), true)) || ...);
  }

  /// All cubes of a bin: lattice[A | T] += (-1)^|T| value, T the subsets of B in the order of counting.
  template <std::size_t players>
  void scatter() {
    Int* const HWY_RESTRICT lattice = lattice_;
    for (std::uint32_t i = 0; i < counts_[players]; ++i) {
      Cube const cube = cubes_[players][i];
      std::uint32_t subset = 0;
      for (std::uint32_t t = 0; t < (1U << players); ++t) {
        lattice[cube.inside | subset] += std::popcount(t) % 2 != 0 ? Int{0} - cube.value : cube.value;
        subset = (subset - cube.outside) & cube.outside;
      }
    }
  }

  HWY_NOINLINE void scatter_large(std::uint32_t inside, std::uint32_t outside, Int value) {
    Int* const lattice = lattice_;
    lattice::scatter_cube(inside, outside, value, [lattice](std::uint32_t s, Int term) { lattice[s] += term; });
  }

  Int* lattice_ = nullptr;
  std::array<std::uint32_t, kBins> counts_{};
  std::array<std::array<Cube, kRoom>, kBins> cubes_;
};

/// Alive leaves of one class of paths, with their patterns.
template <class Pattern>
struct AliveLeaves {
  PathsView const* paths = nullptr;
  Pattern const* row = nullptr;
  Pattern const* background = nullptr;
  std::uint32_t const* leaves = nullptr;  ///< [count]
  std::size_t count = 0;
};

/// The live players of a pair and where they are on the lattice.
class LivePlayers {
 public:
  explicit LivePlayers(std::int32_t players) : bit_of_player_(static_cast<std::size_t>(players)) {}

  void clear() { std::fill(bit_of_player_.begin(), bit_of_player_.end(), 0U); }
  void mark(std::uint32_t player) { bit_of_player_[player] = 1; }
  void mark_all(std::uint64_t players) {
    for (; players != 0; players &= players - 1) mark(static_cast<std::uint32_t>(std::countr_zero(players)));
  }
  /// Gives the marked players their bits; returns V.
  std::int32_t number() {
    return lattice::number_live(bit_of_player_.data(), static_cast<std::int32_t>(bit_of_player_.size()));
  }
  [[nodiscard]] std::uint32_t const* bit_of_player() const noexcept { return bit_of_player_.data(); }
  /// The numbered players as a set. REQUIRES: at most 64 players.
  [[nodiscard]] std::uint64_t set() const noexcept {
    std::uint64_t players = 0;
    for (std::size_t p = 0; p < bit_of_player_.size(); ++p) players |= std::uint64_t{bit_of_player_[p] != 0} << p;
    return players;
  }

 private:
  std::vector<std::uint32_t> bit_of_player_;  ///< [P] 1 << lattice bit; 0: not live
};

/// Calls use(q) for the players of a set on a path, in their order.
template <class Use>
HWY_INLINE void for_each_player(std::uint64_t players, Use const& use) {
  for (; players != 0; players &= players - 1) use(std::countr_zero(players));
}
template <class Use>
HWY_INLINE void for_each_player(WidePattern const& players, Use const& use) {
  for (std::int32_t w = 0; w < kMaxPatternWords; ++w) {
    for_each_player(players.word[w], [&](int q) { use(64 * w + q); });
  }
}

/// Cubes player by player: any number of players, any pattern.
template <class Pattern>
void mark_players(AliveLeaves<Pattern> const& alive, LivePlayers& live) {
  for (std::size_t i = 0; i < alive.count; ++i) {
    std::uint32_t const l = alive.leaves[i];
    auto const cube = lattice::cube_of(alive.row[l], alive.background[l]);
    std::uint32_t const* const players = alive.paths->players + alive.paths->player_begin[l];
    for_each_player(static_cast<Pattern>(cube.inside | cube.outside), [&](int q) { live.mark(players[q]); });
  }
}

/// Lattice of output g at lattice + (g << V).
template <class Int, class Pattern>
void scatter_players(AliveLeaves<Pattern> const& alive, LivePlayers const& live, std::int32_t count,
                     CubeBins<Int>& bins, Int* lattice) {
  std::uint32_t output = 0;
  bins.start(lattice);
  for (std::size_t i = 0; i < alive.count; ++i) {
    std::uint32_t const l = alive.leaves[i];
    if (alive.paths->output[l] != output) {
      bins.finish();
      output = alive.paths->output[l];
      bins.start(lattice + (static_cast<std::size_t>(output) << count));
    }
    auto const cube = lattice::cube_of(alive.row[l], alive.background[l]);
    std::uint32_t const* const players = alive.paths->players + alive.paths->player_begin[l];
    bins.add(lattice::lattice_mask(cube.inside, players, live.bit_of_player()),
             lattice::lattice_mask(cube.outside, players, live.bit_of_player()),
             static_cast<Int>(alive.paths->fixed[l]));
  }
  bins.finish();
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
