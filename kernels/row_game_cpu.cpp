// row_game on the CPU: row by row, each against the whole background, so that a row's sums stay in cache.
#include "kernels/row_game.h"

#include <algorithm>
#include <vector>

#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_game_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/row_game_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

template <class Int>
void play_rows(RowGameArgs const& args) {
  LatticeGameArgs const& lattice = args.lattice;
  bool const in_blocks = args.sums != nullptr;
  bool const is_last = !in_blocks || lattice.background_begin + lattice.background_rows == lattice.background_total;
  RowGame<Int> game(args);
  auto const size = static_cast<std::size_t>(
      lattice.count_only ? 2 * lattice.outputs : row_game_sums(lattice.players, lattice.outputs, lattice.max_players));
  Scratch<double> sums;  // of one row
  (void)sums.reserve(size);
  std::vector<std::uint8_t> players(static_cast<std::size_t>(lattice.players));
  for (std::int64_t r = 0; r < lattice.rows; ++r) {
    std::uint8_t* const is_player = in_blocks ? args.players + r * lattice.players : players.data();
    double* const kept = in_blocks ? args.sums + r * static_cast<std::int64_t>(size) : nullptr;
    if (lattice.continues()) std::copy_n(kept, size, sums.data());
    game.start(sums.data(), is_player, lattice.continues());
    for (std::int64_t z = 0; z < lattice.background_rows; ++z) game.add(r, z);
    game.flush();
    lattice.largest[r] = game.players();
    if (!is_last) std::copy_n(sums.data(), size, kept);
    if (!is_last || lattice.count_only) continue;
    game.finish(lattice.values + r, lattice.interactions == nullptr ? nullptr : lattice.interactions + r,
                lattice.value_stride);
  }
}

void row_game(RowGameArgs const& args) {
  args.lattice.wide ? play_rows<lattice::Wide>(args) : play_rows<lattice::Narrow>(args);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(row_game);
}  // namespace

void row_game_cpu(RowGameArgs const& args) { HWY_DYNAMIC_DISPATCH(row_game)(args); }

}  // namespace limpid
#endif
