// coalition_mean on the CPU: the order of the sum is part of the answer, and a black box takes a thousand times longer
// to answer than its answers to be added up: the task, coalition by coalition.
#include "kernels/coalition_mean.task.h"

namespace limpid {

void coalition_mean_cpu(CoalitionMeanArgs const& args) {
  CoalitionMeanTask const task{args};
  std::int64_t const first = task.first();
  std::int64_t const touched = task.touched();
  for (std::int64_t k = first; k < first + touched; ++k) {
    for (std::int32_t g = 0; g < args.outputs; ++g) task(k, g);
  }
}

}  // namespace limpid
