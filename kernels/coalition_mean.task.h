/// coalition_mean for one coalition and output.
#pragma once

#include "kernels/coalition_mean.h"
#include "limpid/platform.h"

namespace limpid {

struct CoalitionMeanTask {
  CoalitionMeanArgs args;

  /// Coalitions that the range touches: [first(), first() + touched()).
  [[nodiscard]] LIMPID_HD std::int64_t first() const noexcept { return args.begin / args.backgrounds; }
  [[nodiscard]] LIMPID_HD std::int64_t touched() const noexcept {
    if (args.count == 0) return 0;
    return (args.begin + args.count - 1) / args.backgrounds - first() + 1;
  }

  LIMPID_HD void operator()(std::int64_t k, std::int32_t output) const noexcept {
    std::int64_t const from = k * args.backgrounds;
    std::int64_t const last = from + args.backgrounds;
    std::int64_t const begin = from < args.begin ? args.begin : from;
    std::int64_t const end = last < args.begin + args.count ? last : args.begin + args.count;
    double sum = args.means[k * args.outputs + output];
    for (std::int64_t position = begin; position < end; ++position) {
      double const score = args.scores[(position - args.begin) * args.outputs + output];
      sum += args.weights == nullptr ? score : args.weights[position - from] * score;
    }
    args.means[k * args.outputs + output] = end == last ? sum / args.weight_total : sum;
  }
};

}  // namespace limpid
