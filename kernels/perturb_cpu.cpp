// perturb on the CPU: pieces in turn, so that none is searched for; what is left is writing the matrix once.
#include "kernels/perturb.task.h"

namespace limpid {

void perturb_cpu(PerturbArgs const& args) {
  PerturbTask const task{args};
  for (std::int64_t piece = 0; piece < args.piece_count; ++piece) {
    std::int64_t const end = piece + 1 < args.piece_count ? args.pieces[piece + 1].first : args.hybrids;
    for (std::int64_t i = args.pieces[piece].first; i < end; ++i) {
      Hybrid const hybrid = task.hybrid(i, piece);
      double* const out = args.out + i * args.columns;
      for (std::int32_t c = 0; c < args.columns; ++c) out[c] = task.value(hybrid, c);
    }
  }
}

}  // namespace limpid
