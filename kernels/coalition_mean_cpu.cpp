// coalition_mean on the CPU: the order of the sum is part of the answer, and a black box takes a thousand times longer
// to answer than its answers to be added up: the task, coalition by coalition.
#include "kernels/coalition_mean.task.h"

namespace limpid {

void coalition_mean_cpu(CoalitionMeanArgs const& args) {
  CoalitionMeanTask const task{args};
  for (std::int64_t piece = 0; piece < args.piece_count; ++piece) {
    std::int64_t const first = args.pieces[piece].mean;
    std::int64_t const end = first + touched_coalitions(args.pieces[piece]);
    for (std::int64_t k = first; k < end; ++k) {
      for (std::int32_t g = 0; g < args.outputs; ++g) task(piece, k, g);
    }
  }
}

}  // namespace limpid
