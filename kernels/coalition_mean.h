/// coalition_mean: v(S), the weighted mean over the background of a black box's scores of x_S z, for every coalition of
/// a game. Scores come in ranges of positions (perturb.h), batch after batch: a coalition's sum goes on where the last
/// range ended, and is divided when its last z was added. The sum runs over b = 0 .. B-1 in double, left to right:
/// same bits on every device and for any cut into ranges.
#pragma once

#include <cstdint>

#include "kernels/device.h"

namespace limpid {

struct CoalitionMeanArgs {
  double const* scores = nullptr;   ///< [n x G] of the positions begin .. begin + n - 1
  std::int64_t begin = 0;           ///< position k * B + b
  std::int64_t count = 0;           ///< n
  std::int32_t outputs = 1;         ///< G
  std::int64_t backgrounds = 1;     ///< B
  double const* weights = nullptr;  ///< [B]; null: all are 1
  double weight_total = 1.0;        ///< sum of the weights; B without them
  double* means = nullptr;          ///< [S x G] in and out: sums so far, zeros before the first range; then means
};

void coalition_mean_cpu(CoalitionMeanArgs const& args);
void coalition_mean_cuda(device::Exec const& exec, CoalitionMeanArgs const& args);

}  // namespace limpid
