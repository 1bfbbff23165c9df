// A pair (row, background row) on the CPU up to its integer lattice: alive leaves, live players, scatter. Included
// once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_SCATTER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_SCATTER_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_SCATTER_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_SCATTER_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/lattice_game_alive-inl.h"
#include "kernels/lattice_game_boxes-inl.h"
#include "kernels/lattice_game_cubes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

template <class Int>
class PairCubes {
 public:
  explicit PairCubes(LatticeGameArgs const& args)
      : alive_(args), boxes_(args), players_(args.players), as_boxes_(args.row_masks != nullptr) {}

  /// Takes the pair (row r, background row z) and marks its live players.
  void find(std::int64_t r, std::int64_t z) {
    players_.clear();
    if (as_boxes_) return players_.mark_all(boxes_.find(r, z));
    alive_.find(r, z);
    mark_players(alive_.of_short(), players_);
    mark_players(alive_.of_long(), players_);
    mark_players(alive_.of_wide(), players_);
  }
  /// The marked players; others may be marked too, which then have a lattice bit that no cube has.
  [[nodiscard]] LivePlayers& players() noexcept { return players_; }
  [[nodiscard]] LivePlayers const& players() const noexcept { return players_; }
  /// Gives the marked players their lattice bits, in order of player index; returns how many they are.
  std::int32_t number() { return players_.number(); }

  /// Moebius form of all outputs: lattices [G x 2^bits]. REQUIRES: bits = number().
  void scatter(std::int32_t bits, std::size_t outputs, Int* lattices) {
    std::fill_n(lattices, outputs << bits, Int{0});
    if (as_boxes_) return boxes_.scatter(players_.set(), bits, lattices);
    scatter_players(alive_.of_short(), players_, bits, bins_, lattices);
    scatter_players(alive_.of_long(), players_, bits, bins_, lattices);
    scatter_players(alive_.of_wide(), players_, bits, bins_, lattices);
  }

 private:
  AlivePair alive_;
  BoxCubes boxes_;
  LivePlayers players_;
  bool as_boxes_;  ///< the cubes are those of boxes_
  CubeBins<Int> bins_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
