/// perturb for one hybrid row, and for one column of it.
#pragma once

#include "kernels/perturb.h"
#include "kernels/piece_search.task.h"
#include "limpid/platform.h"

namespace limpid {

/// One hybrid: which piece, coalition and z it is.
struct Hybrid {
  std::int64_t piece;
  std::uint64_t const* coalition;  ///< [words] of the pair
  bool complement;
  double const* x;  ///< [M]
  double const* z;  ///< [M]
};

struct PerturbTask {
  PerturbArgs args;

  /// The last piece that starts at or before row `i` of the batch.
  [[nodiscard]] LIMPID_HD std::int64_t piece_of(std::int64_t i) const noexcept {
    return piece_at<&PerturbPiece::first>(args.pieces, args.piece_count, i);
  }

  [[nodiscard]] LIMPID_HD Hybrid hybrid(std::int64_t i, std::int64_t piece) const noexcept {
    PerturbPiece const& at = args.pieces[piece];
    std::int64_t const position = at.begin + (i - at.first);
    std::int64_t const k = position / at.backgrounds;
    std::int64_t const z = at.background + position % at.backgrounds;
    return {piece, at.coalitions + k / 2 * at.words, k % 2 != 0, args.rows + at.row * args.columns,
            args.background + z * args.columns};
  }

  [[nodiscard]] LIMPID_HD double value(Hybrid const& hybrid, std::int32_t column) const noexcept {
    std::int32_t const bit = args.bits[hybrid.piece * args.players + args.player[column]];
    if (bit < 0) return hybrid.x[column];
    bool const in_pair = (hybrid.coalition[bit / 64] >> (static_cast<std::uint32_t>(bit) % 64U) & 1U) != 0;
    return in_pair != hybrid.complement ? hybrid.x[column] : hybrid.z[column];
  }
};

}  // namespace limpid
