/// lattice_pairs: interactions of the response, of all pairs of players, by the lattice of every pair (row, background
/// row), ARCHITECTURE.md 2.2; then the weighted mean over the background in order, in double. Same bits on every
/// device. On the CPU lattice_game does it; here, likewise, every game is played once, for interactions and values.
#pragma once

#include "kernels/lattice_game.h"

namespace limpid {

/// All that lattice_game gives, its bits, and adds to args.interactions, as lattice_game_cpu does. REQUIRES:
/// args.interactions, and not count_only.
void lattice_pairs_cuda(device::Exec const& exec, LatticeGameArgs const& args);

}  // namespace limpid
