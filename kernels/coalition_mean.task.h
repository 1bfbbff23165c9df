/// coalition_mean for one coalition and output.
#pragma once

#include "kernels/coalition_mean.h"
#include "kernels/piece_search.task.h"
#include "limpid/platform.h"

namespace limpid {

struct CoalitionMeanTask {
  CoalitionMeanArgs args;

  /// The last piece whose coalitions start at or before `coalition`.
  [[nodiscard]] LIMPID_HD std::int64_t piece_of(std::int64_t coalition) const noexcept {
    return piece_at<&CoalitionMeanPiece::mean>(args.pieces, args.piece_count, coalition);
  }

  [[nodiscard]] LIMPID_HD double score(std::int64_t n) const noexcept {
    return args.scores != nullptr ? args.scores[n] : static_cast<double>(args.narrow_scores[n]);
  }

  LIMPID_HD void operator()(std::int64_t piece, std::int64_t coalition, std::int32_t output) const noexcept {
    CoalitionMeanPiece const& of = args.pieces[piece];
    std::int64_t const from = (of.begin / of.backgrounds + coalition - of.mean) * of.backgrounds;
    std::int64_t const last = from + of.backgrounds;
    std::int64_t const begin = from < of.begin ? of.begin : from;
    std::int64_t const end = last < of.begin + of.count ? last : of.begin + of.count;
    double sum = args.means[coalition * args.outputs + output];
    for (std::int64_t position = begin; position < end; ++position) {
      double const scored = score((of.first + position - of.begin) * args.outputs + output);
      sum += of.weights == nullptr ? scored : of.weights[position - from] * scored;
    }
    args.means[coalition * args.outputs + output] = end == last ? sum / of.weight_total : sum;
  }
};

}  // namespace limpid
