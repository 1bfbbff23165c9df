/// perturb: the hybrid rows x_S z that a black box is asked about. A game is one row x against some rows z of the
/// background, on the coalitions of a design; its hybrids stand one after the other in the order of *positions*
///     position = k * backgrounds + b,   k = 2 p + h: half h of the design's pair p (0: S_p, 1: its complement),
/// and a batch takes a range of each game's positions, so that a game of any size fits any memory. A player comes as a
/// whole: all its columns are x's where it is in the coalition, else z's. Copies only: same bits on every device.
#pragma once

#include <cstdint>

#include "kernels/device.h"

namespace limpid {

/// The positions of one game in a batch.
struct PerturbPiece {
  std::int64_t first = 0;                     ///< row of the batch that gets the first of them
  std::int64_t begin = 0;                     ///< that position
  std::int64_t row = 0;                       ///< x, among the rows
  std::int64_t background = 0;                ///< the first z, among the background
  std::int64_t backgrounds = 1;               ///< how many follow, it included
  std::uint64_t const* coalitions = nullptr;  ///< [q x words] player with bit i is bit i % 64 of word i / 64
  std::int32_t words = 1;
};

struct PerturbArgs {
  std::int32_t columns = 0;              ///< M
  std::int32_t players = 0;              ///< P
  std::int32_t const* player = nullptr;  ///< [M] of each column
  double const* rows = nullptr;          ///< [R x M] row-major; texts as codes
  double const* background = nullptr;    ///< [B x M] row-major
  PerturbPiece const* pieces = nullptr;  ///< [pieces] by `first`, which starts at 0
  std::int64_t piece_count = 0;          ///< at least 1 where there are hybrids
  std::int32_t const* bits = nullptr;    ///< [pieces x P] bit of each player; -1: it does not play, and x's is z's
  std::int64_t hybrids = 0;              ///< N
  double* out = nullptr;                 ///< [N x M] row-major
};

void perturb_cpu(PerturbArgs const& args);
void perturb_cuda(device::Exec const& exec, PerturbArgs const& args);

}  // namespace limpid
