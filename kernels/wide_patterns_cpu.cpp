// wide_patterns on the CPU: one leaf after the other for each row. Such leaves are rare, and a game costs far more than
// its patterns.
#include "kernels/wide_patterns.task.h"

namespace limpid {

void wide_patterns_cpu(WidePatternsArgs const& args) {
  WidePatternsTask const task{args};
  for (std::int64_t r = 0; r < args.bins.rows; ++r) {
    for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) task(leaf, r);
  }
}

}  // namespace limpid
