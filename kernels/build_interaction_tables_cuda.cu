// T[pair][a] of every short leaf      tables [table_begin[L]] float
//   grid   one block per leaf               leaf = leaf_begin + blockIdx.x
//   block  128 threads stride over the background rows, then over the K (K - 1) / 2 pairs' 2^K entries
//   smem   1 KB: background rows by pattern [256]; 2 KB: their units of weight
// Bytes moved: per leaf its tests' bin columns of the background (L2), 2 K (K - 1) 2^K bytes written.
// Counts are integers (atomicAdd: order-free), each entry is one thread's double expression: same bits as the tasks.

#include "kernels/build_interaction_tables.h"

#include "kernels/background_counts.cuh"
#include "kernels/build_interaction_tables.task.h"
#include "kernels/launch.cuh"

namespace limpid {
namespace {

/// Count: unsigned for rows, unsigned long long for units of weight.
template <class Count>
__global__ void build_interaction_tables_kernel(BuildLeafTablesArgs args, ShortConstants constants) {
  LIMPID_SHARED_ARRAY(Count, counts, 1 << kMaxShortPlayers);
  std::int64_t const leaf = args.leaf_begin + blockIdx.x;
  std::int32_t const players = path_players(args.paths, leaf);
  count_background(args, leaf, counts);
  float* const table = args.tables + (args.paths.table_begin[leaf] - args.table_origin);
  double const value = args.paths.value[leaf];
  auto const entries = static_cast<std::uint32_t>(pair_table_size(players));
  for (std::uint32_t i = threadIdx.x; i < entries; i += blockDim.x) {
    std::int32_t q = 0;
    auto r = static_cast<std::int32_t>(i >> players) + 1;
    for (; r >= players; r -= players - 1 - q) ++q;  // pair: q's r's end at players - 1
    std::uint32_t const a = i & ((1u << players) - 1u);
    double entry = 0.0;
    if (args.kind == TableKind::kInterventional) {
      entry = InterventionalPairTask<Count>{constants, counts, players, args.weights.total}(q, r, a);
    } else {
      double const* ratio = args.paths.cover_ratio + args.paths.player_begin[leaf];
      entry = PathDependentPairTask{constants, ratio, players}(q, r, a);
    }
    table[i] = static_cast<float>(value * entry);
  }
}

}  // namespace

void build_interaction_tables_cuda(device::Exec const& exec, BuildLeafTablesArgs const& args) {
  launch_builder(exec, args, {"build_interaction_tables", build_interaction_tables_kernel<unsigned>},
                 {"build_interaction_tables.weighted", build_interaction_tables_kernel<unsigned long long>});
}

}  // namespace limpid
