// Phi[g][pair][r] += what every long leaf gives      bins [C x R] bytes, interactions [G x T x R] double
//   grid   32 rows a block, leaves one after the other     r = blockIdx.x * 32 + lane
//   block  8 warps: a warp takes every eighth pair of the leaf (path-dependent: every eighth node before that), its
//          lanes the rows: sums of a pair lie side by side, background patterns and constants are broadcast
//   smem   [32] patterns; path-dependent also [nodes x 32 rows] products and [nodes x K] differences of rows that pass,
//          24 KB in all
// Bytes moved: all paths (L2) once per block, 16 K (K - 1) / 2 bytes of sums per row and leaf.
// Leaves in order, each pair by its task's expressions in double: same bits on every device.

#include "kernels/launch.cuh"
#include "kernels/long_constants.cuh"
#include "kernels/sum_long_interactions.h"
#include "kernels/sum_long_interactions.task.h"

namespace limpid {
namespace {

constexpr int kRows = 32;
constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kRows;
constexpr int kMaxPoints = LongConstants::kPoints;

/// A thread's share of the pairs of a leaf: (i, j) moves on by kWarps pairs.
struct PairWalk {
  std::int32_t players;
  std::int32_t i = 0;
  std::int32_t j;

  __device__ PairWalk(std::int32_t all, std::int32_t first) : players(all), j(first + 1) { wrap(); }
  __device__ bool is_pair() const { return i + 1 < players; }
  __device__ void next() {
    j += kWarps;
    wrap();
  }

 private:
  __device__ void wrap() {
    while (j >= players && i + 1 < players) {
      ++i;
      j -= players - 1 - i;
    }
  }
};

/// Where the sums of the leaf's output are, for one row.
__device__ double* sums_of(SumLongPathsArgs const& args, std::int64_t leaf, std::int64_t row) {
  return args.values + std::int64_t{args.paths.output[leaf]} * pair_count(args.players) * args.value_stride + row;
}

__global__ void interventional_kernel(SumLongPathsArgs args, LongConstants constants) {
  LIMPID_SHARED_ARRAY(std::uint64_t, words, kRows);
  LongInterventionalPairTask const task{args.paths, args.background, args.background_total, constants};
  auto const lane = static_cast<std::int32_t>(threadIdx.x % kRows);
  auto const warp = static_cast<std::int32_t>(threadIdx.x / kRows);
  std::int64_t const row = std::int64_t{blockIdx.x} * kRows + lane;
  for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
    if (warp == 0 && row < args.bins.rows) words[lane] = path_pattern(args.paths, leaf, args.bins, row);
    __syncthreads();
    if (row < args.bins.rows) {
      double* const sums = sums_of(args, leaf, row);
      for (PairWalk pair(path_players(args.paths, leaf), warp); pair.is_pair(); pair.next()) {
        sums[interaction_row(args.paths, leaf, args.players, pair.i, pair.j) * args.value_stride] +=
            task(leaf, words[lane], pair.i, pair.j);
      }
    }
    __syncthreads();  // the next leaf overwrites the patterns
  }
}

/// The path-dependent kernel's shared memory.
struct Shared {
  std::uint64_t words[kRows];
  double product[kMaxPoints][kRows];
  double one[kMaxPoints][kMaxLongPlayers];  ///< difference of a row that passes
  double zero[kMaxPoints];                  ///< and of one that does not
};

__device__ void set_differences(LongConstants const& constants, double const* ratio, std::int32_t players,
                                Shared& shared) {
  std::int32_t const points = rule_points(players - 1);
  double const* const node = constants.node + LongConstants::rule_offset(points);
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < points * players; i += kThreads) {
    shared.one[i / players][i % players] = LongPairNode{node[i / players]}.difference_one(ratio[i % players]);
  }
  for (auto n = static_cast<std::int32_t>(threadIdx.x); n < points; n += kThreads) {
    shared.zero[n] = LongPairNode{node[n]}.difference_zero();
  }
}

/// Weight times all factors, at this thread's nodes of its row.
__device__ void set_products(LongConstants const& constants, double const* ratio, std::int32_t players,
                             Shared& shared) {
  auto const lane = static_cast<std::int32_t>(threadIdx.x % kRows);
  std::int32_t const points = rule_points(players - 1);
  std::uint64_t const a = shared.words[lane];
  for (auto n = static_cast<std::int32_t>(threadIdx.x / kRows); n < points; n += kWarps) {
    LongPairNode const node{constants.node[LongConstants::rule_offset(points) + n]};
    double product = constants.weight[LongConstants::rule_offset(points) + n];
    for (std::int32_t k = 0; k < players; ++k) product *= node.factor(ratio[k], ((a >> k) & 1u) != 0);
    shared.product[n][lane] = product;
  }
}

__device__ double pair_sum(Shared const& shared, std::int32_t points, std::int32_t lane, std::int32_t i,
                           std::int32_t j) {
  bool const first = ((shared.words[lane] >> i) & 1u) != 0;
  bool const second = ((shared.words[lane] >> j) & 1u) != 0;
  double sum = 0.0;
  for (std::int32_t n = 0; n < points; ++n) {
    sum += (shared.product[n][lane] * (first ? shared.one[n][i] : shared.zero[n])) *
           (second ? shared.one[n][j] : shared.zero[n]);
  }
  return sum;
}

__global__ void path_dependent_kernel(SumLongPathsArgs args, LongConstants constants) {
  LIMPID_SHARED_ARRAY(Shared, of_block, 1);
  Shared& shared = of_block[0];
  auto const lane = static_cast<std::int32_t>(threadIdx.x % kRows);
  auto const warp = static_cast<std::int32_t>(threadIdx.x / kRows);
  std::int64_t const row = std::int64_t{blockIdx.x} * kRows + lane;
  bool const mine = row < args.bins.rows;
  for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
    std::int32_t const players = path_players(args.paths, leaf);
    double const* const ratio = args.paths.cover_ratio + args.paths.player_begin[leaf];
    if (warp == 0) shared.words[lane] = mine ? path_pattern(args.paths, leaf, args.bins, row) : 0;
    set_differences(constants, ratio, players, shared);
    __syncthreads();
    set_products(constants, ratio, players, shared);
    __syncthreads();
    if (mine) {
      double* const sums = sums_of(args, leaf, row);
      double const scale = 0.5 * args.paths.value[leaf];
      for (PairWalk pair(players, warp); pair.is_pair(); pair.next()) {
        sums[interaction_row(args.paths, leaf, args.players, pair.i, pair.j) * args.value_stride] +=
            scale * pair_sum(shared, rule_points(players - 1), lane, pair.i, pair.j);
      }
    }
    __syncthreads();  // the next leaf overwrites what is shared
  }
}

}  // namespace

void sum_long_interactions_cuda(device::Exec const& exec, SumLongPathsArgs const& args) {
  if (args.bins.rows == 0 || args.paths.leaves == 0) return;
  LaunchShape const shape{(args.bins.rows + kRows - 1) / kRows, kThreads};
  LongConstants const constants = upload_constants(exec, long_constants());
  if (args.kind == TableKind::kInterventional) {
    launch("sum_long_interactions.interventional", interventional_kernel, shape, exec, args, constants);
  } else {
    launch("sum_long_interactions.path_dependent", path_dependent_kernel, shape, exec, args, constants);
  }
}

}  // namespace limpid
