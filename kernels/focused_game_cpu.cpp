// focused_game on the CPU: the background rows of a row in order, coalitions of the focus in SIMD lanes.
#include "kernels/focused_game.h"

#include <algorithm>
#include <vector>

#include "kernels/focused_game.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/focused_game_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/focused_game_pair-inl.h"
#include "kernels/lattice_game_pair-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

/// The same game with a limit that lets the lattice hold every pair that a level does.
LatticeGameArgs with_limit(LatticeGameArgs args) {
  args.max_players = kMostFocusLevel;
  return args;
}

template <class Int, class Real>
class FocusedRows {
 public:
  explicit FocusedRows(FocusedGameArgs const& args)
      : all_(args),
        args_(with_limit(args.lattice)),
        players_(args_),
        focus_(args_),
        exact_(args_),
        vectors_(static_cast<std::size_t>(args_.outputs) * static_cast<std::size_t>(args_.players)),
        values_(vectors_),
        before_(vectors_) {}

  void start(std::int64_t r) const {
    for (std::size_t n = 0; n < vectors_; ++n) {
      at(all_.sums, n, r) = 0.0;
      at(all_.changes, n, r) = 0.0;
    }
  }

  /// Row r against the background; returns the pairs that were played.
  std::int32_t operator()(std::int64_t r) {
    std::int32_t played = 0;
    for (std::int64_t z = 0; z < args_.background_rows; ++z) {
      std::int32_t const live = players_.meet(r, z);
      if (!all_.plays(live)) continue;
      play(r, z, live);
      ++played;
    }
    return played;
  }

 private:
  [[nodiscard]] double& at(double* data, std::size_t n, std::int64_t r) const {
    return data[static_cast<std::int64_t>(n) * args_.value_stride + r];
  }

  void play(std::int64_t r, std::int64_t z, std::int32_t live) {
    std::int32_t const level = all_.effort.level(live);
    double const weight = args_.weight(z);
    std::fill(values_.begin(), values_.end(), 0.0);
    if (live <= level) {
      (void)exact_.meet(r, z);
      exact_.play(1.0, values_.data());
      for (std::size_t n = 0; n < vectors_; ++n) at(all_.sums, n, r) += weight * values_[n];
      return;
    }
    players_.sort();
    focus_.play(players_, level, values_.data());
    std::fill(before_.begin(), before_.end(), 0.0);
    focus_.play(players_, focus_level_below(level), before_.data());
    for (std::size_t n = 0; n < vectors_; ++n) {
      at(all_.sums, n, r) += weight * values_[n];
      at(all_.changes, n, r) += weight * focused::change_since(level, values_[n], before_[n]);
    }
  }

  FocusedGameArgs const& all_;
  LatticeGameArgs args_;
  FocusedPlayers players_;
  FocusedLattice<Int, Real> focus_;
  PairGame<Int, Real> exact_;
  std::size_t vectors_;
  std::vector<double> values_;  ///< [G x P] of the pair
  std::vector<double> before_;  ///< [G x P] of the lower level
};

template <class Int, class Real>
void play_all(FocusedGameArgs const& args) {
  LatticeGameArgs const& lattice = args.lattice;
  FocusedRows<Int, Real> play(args);
  for (std::int64_t r = 0; r < lattice.rows; ++r) {
    if (!lattice.continues()) {
      args.estimated[r] = 0;
      play.start(r);
    }
    if (lattice.largest[r] > lattice.max_players) args.estimated[r] += play(r);
  }
}

void focused_game(FocusedGameArgs const& args) {
  lattice::with_number_types(args.lattice,
                             [&](auto integer, auto real) { play_all<decltype(integer), decltype(real)>(args); });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(focused_game);
}  // namespace

void focused_game_cpu(FocusedGameArgs const& args) { HWY_DYNAMIC_DISPATCH(focused_game)(args); }

}  // namespace limpid
#endif
