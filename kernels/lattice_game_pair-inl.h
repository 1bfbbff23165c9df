// One pair (row, background row) of lattice_game on the CPU: its lattice, its game and the fold. Included once per SIMD
// target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_PAIR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_PAIR_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_PAIR_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_PAIR_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/lattice_game.task.h"
#include "kernels/lattice_game_columns-inl.h"
#include "kernels/lattice_game_scatter-inl.h"
#include "kernels/lattice_game_simd-inl.h"
#include "kernels/lattice_pairs_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Int, class Real>
class PairGame {
 public:
  explicit PairGame(LatticeGameArgs const& args)
      : args_(args),
        cubes_(args),
        empty_(static_cast<std::size_t>(args.outputs)),
        weights_(args.max_players),
        pairs_(args.max_players) {}

  /// Takes the pair (row r, background row z) and returns its live players V.
  std::int32_t meet(std::int64_t r, std::int64_t z) {
    cubes_.find(r, z);
    live_ = cubes_.number();
    return live_;
  }

  /// Adds weight times the pair's Shapley values to sums [G x P], and times its interactions to those of the row,
  /// [G x T x value_stride], where they are wanted. REQUIRES: 1 <= V <= max_players.
  void play(double weight, double* sums, double* interactions = nullptr) {
    auto const outputs = static_cast<std::size_t>(args_.outputs);
    Int* const cubes = lattice_.reserve(outputs << live_);
    Real* const game = game_.reserve(outputs << live_);
    cubes_.scatter(live_, outputs, cubes);
    bool const in_columns = has_columns(GameTag<Int, Real>(), live_) && has_columns(hn::ScalableTag<Int>(), live_);
    if (in_columns && interactions == nullptr && args_.link != Link::kSoftmax) {
      play_columns(weight, cubes, game, sums);
    } else {
      play_steps(weight, cubes, game, sums, interactions);
    }
  }

 private:
  /// One output after the other, its lattice read once.
  void play_columns(double weight, Int* cubes, Real* entries, double* sums) {
    std::int32_t const below = live_ - kFoldPlayers;
    for (std::size_t g = 0; g < empty_.size(); ++g) {
      Int* const lattice = cubes + (g << live_);
      for (std::size_t k = 0; k < kColumn; ++k) sum_over_subsets(lattice + (k << below), below);
      Real empty = lattice::margin_of<Real>(lattice[0], args_.step[g], args_.base_margin[g]);
      apply_link(args_.link, 1, &empty, 1);
      double values[32];
      ColumnGame<Int, Real>(args_, g, empty, weights_.of(live_)).fold(lattice, live_, entries, values);
      add_values(weight, values, sums + g * static_cast<std::size_t>(args_.players));
    }
  }

  /// Step by step, all outputs: for a link that sees them all, and for those who look at the games.
  void play_steps(double weight, Int* cubes, Real* game, double* sums, double* interactions) {
    std::size_t const size = std::size_t{1} << live_;
    auto const outputs = empty_.size();
    GameTag<Int, Real> const d;
    bool const in_lanes = size >= std::max(hn::Lanes(d), hn::Lanes(hn::ScalableTag<Int>()));
    if (in_lanes) {
      for (std::size_t g = 0; g < outputs; ++g) sum_over_subsets(cubes + g * size, live_);
      link_in_lanes(cubes, size, game);
    } else {
      for (std::size_t g = 0; g < outputs; ++g) lattice::sum_over_subsets(cubes + g * size, live_);
      lattice::apply_game_link(args_, cubes, live_, game, empty_.data());
    }
    if (interactions != nullptr) add_interactions(weight, game, interactions);
    for (std::size_t g = 0; g < outputs; ++g) {
      double values[32];
      if (in_lanes) {
        fold(d, weights_.of(live_), live_, game + g * size, values);
      } else {
        lattice::fold(game + g * size, live_, values);
      }
      add_values(weight, values, sums + g * static_cast<std::size_t>(args_.players));
    }
  }

  void link_in_lanes(Int const* cubes, std::size_t size, Real* game) {
    for (std::size_t g = 0; g < empty_.size(); ++g) {
      empty_[g] = lattice::margin_of<Real>(cubes[g * size], args_.step[g], args_.base_margin[g]);
    }
    apply_link(args_.link, args_.outputs, empty_.data(), 1);
    if constexpr (std::is_same_v<Real, float>) {
      if (args_.link == Link::kSoftmax) return apply_softmax(args_, cubes, size, empty_.data(), game);
    }
    for (std::size_t g = 0; g < empty_.size(); ++g) {
      apply_own_link(args_, static_cast<std::int32_t>(g), cubes + g * size, size, empty_[g], game + g * size);
    }
  }

  void add_interactions(double weight, Real const* game, double* interactions) {
    pairs_.set_players(cubes_.players().bit_of_player(), args_.players);
    std::int64_t const stride = pair_count(args_.players) * args_.value_stride;
    for (std::int32_t g = 0; g < args_.outputs; ++g) {
      pairs_.add(game + (static_cast<std::size_t>(g) << live_), live_, weight, interactions + g * stride,
                 args_.value_stride);
    }
  }

  void add_values(double weight, double const* values, double* sums) const {
    std::uint32_t const* const bits = cubes_.players().bit_of_player();
    for (std::int32_t p = 0; p < args_.players; ++p) {
      if (bits[p] != 0) sums[p] += weight * values[std::countr_zero(bits[p])];
    }
  }

  LatticeGameArgs const& args_;
  PairCubes<Int> cubes_;
  std::int32_t live_ = 0;    ///< V
  Scratch<Int> lattice_;     ///< [G x 2^V]
  Scratch<Real> game_;       ///< [G x 2^V]
  std::vector<Real> empty_;  ///< [G] response of the empty coalition
  MemberWeights<GameTag<Int, Real>> weights_;
  PairSums pairs_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
