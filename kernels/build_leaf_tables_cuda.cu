// T[q][a] of every short leaf      tables [table_begin[L]] float
//   grid   one block per leaf               leaf = leaf_begin + blockIdx.x
//   block  128 threads stride over the background rows, then over the K 2^K entries
//   smem   1 KB: background rows by pattern [256]; 2 KB: their units of weight
// Bytes moved: per leaf its tests' bin columns of the background (L2), 4 K 2^K bytes written.
// Counts are integers (atomicAdd: order-free), each entry is one thread's double expression: same bits as the tasks.

#include "kernels/background_counts.cuh"
#include "kernels/build_leaf_tables.h"
#include "kernels/build_leaf_tables.task.h"
#include "kernels/launch.cuh"

namespace limpid {
namespace {

/// Count: unsigned for rows, unsigned long long for units of weight.
template <class Count>
__global__ void build_leaf_tables_kernel(BuildLeafTablesArgs args, ShortConstants constants) {
  LIMPID_SHARED_ARRAY(Count, counts, 1 << kMaxShortPlayers);
  std::int64_t const leaf = args.leaf_begin + blockIdx.x;
  std::int32_t const players = path_players(args.paths, leaf);
  std::uint32_t const patterns = 1u << players;
  count_background(args, leaf, counts);
  float* const table = args.tables + (args.paths.table_begin[leaf] - args.table_origin);
  double const value = args.paths.value[leaf];
  std::uint32_t const entries = static_cast<std::uint32_t>(players) << players;
  for (std::uint32_t i = threadIdx.x; i < entries; i += blockDim.x) {
    auto const q = static_cast<std::int32_t>(i >> players);
    std::uint32_t const a = i & (patterns - 1);
    double entry = 0.0;
    if (args.kind == TableKind::kInterventional) {
      entry = InterventionalEntryTask<Count>{constants, counts, players, args.weights.total}(q, a);
    } else {
      double const* ratio = args.paths.cover_ratio + args.paths.player_begin[leaf];
      entry = PathDependentEntryTask{constants, ratio, players}(q, a);
    }
    table[i] = static_cast<float>(value * entry);
  }
}

}  // namespace

void build_leaf_tables_cuda(device::Exec const& exec, BuildLeafTablesArgs const& args) {
  launch_builder(exec, args, {"build_leaf_tables", build_leaf_tables_kernel<unsigned>},
                 {"build_leaf_tables.weighted", build_leaf_tables_kernel<unsigned long long>});
}

}  // namespace limpid
