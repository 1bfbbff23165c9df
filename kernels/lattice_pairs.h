/// lattice_pairs: interactions of the response, of all pairs of players, by the lattice of every pair (row, background
/// row), ARCHITECTURE.md 2.2; then the weighted mean over the background in order, in double. Same bits on every
/// device. On the CPU lattice_game does it with the games that it plays anyway; here they are played for the
/// interactions alone.
#pragma once

#include "kernels/lattice_game.h"

namespace limpid {

/// Adds to args.interactions, as lattice_game_cpu does; leaves values and largest alone.
void lattice_pairs_cuda(device::Exec const& exec, LatticeGameArgs const& args);

}  // namespace limpid
