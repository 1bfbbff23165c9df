/// coalition_mean: v(S), the weighted mean over the background of a black box's scores of x_S z, for the coalitions of
/// the games of a batch. Scores come in ranges of positions (perturb.h), batch after batch: a coalition's sum goes on
/// where the last range ended, and is divided when its last z was added. The sum runs over b = 0 .. B-1 in double, left
/// to right: same bits on every device and for any cut into ranges.
#pragma once

#include <cstdint>

#include "kernels/device.h"

namespace limpid {

/// The positions of one game in a batch.
struct CoalitionMeanPiece {
  std::int64_t first = 0;           ///< row of the batch that has the first of their scores
  std::int64_t begin = 0;           ///< that position, k * B + b
  std::int64_t count = 0;           ///< how many, at least 1
  std::int64_t backgrounds = 1;     ///< B
  std::int64_t mean = 0;            ///< place of coalition begin / B among the means
  double const* weights = nullptr;  ///< [B]; null: all are 1
  double weight_total = 1.0;        ///< sum of the weights; B without them
};

/// Coalitions that the piece touches, from begin / B on.
[[nodiscard]] constexpr std::int64_t touched_coalitions(CoalitionMeanPiece const& piece) noexcept {
  return (piece.begin + piece.count - 1) / piece.backgrounds - piece.begin / piece.backgrounds + 1;
}

struct CoalitionMeanArgs {
  double const* scores = nullptr;              ///< [N x G]; null: narrow_scores has them
  float const* narrow_scores = nullptr;        ///< [N x G], each widened before it is added
  std::int32_t outputs = 1;                    ///< G
  CoalitionMeanPiece const* pieces = nullptr;  ///< [pieces] by `mean`, which starts at 0
  std::int64_t piece_count = 0;
  std::int64_t coalitions = 0;  ///< S, of all pieces, one piece's behind the other's
  double* means = nullptr;      ///< [S x G] in and out: sums so far, zeros before the first range; then means
};

void coalition_mean_cpu(CoalitionMeanArgs const& args);
void coalition_mean_cuda(device::Exec const& exec, CoalitionMeanArgs const& args);

}  // namespace limpid
