// Phi[g][pair][r] += what every long leaf gives      bins [C x R] bytes, interactions [G x T x R] double
//   grid   32 rows a block, leaves one after the other     r = blockIdx.x * 32 + lane
//   block  8 warps: a warp takes every eighth pair of the leaf (path-dependent: every eighth node before that), its
//          lanes the rows: sums of a pair lie side by side, background patterns and constants are broadcast
//   smem   [32] patterns; path-dependent also [nodes x 32 rows] products and [nodes x K] differences of rows that pass,
//          24 KB in all; paths of more than 64 players have products alone, 34 KB, and pairs work differences out again
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

/// Word by word: the thread sanitizer does not see how the whole is copied.
template <std::int32_t kWords>
__device__ void set_pattern(PatternOf<kWords> const& from, PatternOf<kWords>& to) {
  for (std::int32_t w = 0; w < kWords; ++w) to.word[w] = from.word[w];
}

template <std::int32_t kWords>
__global__ void interventional_kernel(SumLongPathsArgs args, LongConstants constants) {
  LIMPID_SHARED_ARRAY(PatternOf<kWords>, patterns, kRows);
  LongInterventionalPairTask<kWords> const task{args.paths, args.background, args.background_total, constants};
  auto const lane = static_cast<std::int32_t>(threadIdx.x % kRows);
  auto const warp = static_cast<std::int32_t>(threadIdx.x / kRows);
  std::int64_t const row = std::int64_t{blockIdx.x} * kRows + lane;
  for (std::int64_t leaf = 0; leaf < args.paths.leaves; ++leaf) {
    if (warp == 0 && row < args.bins.rows) {
      set_pattern(pattern_of_row<kWords>(args.paths, leaf, args.bins, row), patterns[lane]);
    }
    __syncthreads();
    if (row < args.bins.rows) {
      PatternOf<kWords> const& a = patterns[lane];
      double* const sums = sums_of(args, leaf, row);
      for (PairWalk pair(path_players(args.paths, leaf), warp); pair.is_pair(); pair.next()) {
        sums[interaction_row(args.paths, leaf, args.players, pair.i, pair.j) * args.value_stride] +=
            task(leaf, a, pair.i, pair.j);
      }
    }
    __syncthreads();  // the next leaf overwrites the patterns
  }
}

/// The path-dependent kernel's shared memory. Differences of paths of several words would take 256 KB: pairs work them
/// out again.
template <std::int32_t kWords>
struct Shared {
  static constexpr std::int32_t kPoints = rule_points(64 * kWords);
  static constexpr std::int32_t kKept = kWords == 1 ? kPoints : 1;
  PatternOf<kWords> patterns[kRows];
  double product[kPoints][kRows];
  double one[kKept][kMaxLongPlayers];  ///< difference of a row that passes
  double zero[kKept];                  ///< and of one that does not
};

/// The leaf at hand.
struct PairLeaf {
  std::int32_t players;
  std::int32_t points;
  double const* node;    ///< [points]
  double const* weight;  ///< [points]
  double const* ratio;   ///< [players]

  __device__ PairLeaf(PathsView const& paths, LongConstants const& constants, std::int64_t leaf)
      : players(path_players(paths, leaf)),
        points(rule_points(players - 1)),
        node(constants.node + LongConstants::rule_offset(points)),
        weight(constants.weight + LongConstants::rule_offset(points)),
        ratio(paths.cover_ratio + paths.player_begin[leaf]) {}
};

__device__ void set_differences(PairLeaf const& leaf, Shared<1>& shared) {
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < leaf.points * leaf.players; i += kThreads) {
    shared.one[i / leaf.players][i % leaf.players] =
        LongPairNode{leaf.node[i / leaf.players]}.difference_one(leaf.ratio[i % leaf.players]);
  }
  for (auto n = static_cast<std::int32_t>(threadIdx.x); n < leaf.points; n += kThreads) {
    shared.zero[n] = LongPairNode{leaf.node[n]}.difference_zero();
  }
}

template <std::int32_t kWords>
__device__ double difference(PairLeaf const& leaf, Shared<kWords> const& shared, std::int32_t n, std::int32_t player,
                             bool passes) {
  if constexpr (kWords == 1) {
    return passes ? shared.one[n][player] : shared.zero[n];
  } else {
    return LongPairNode{leaf.node[n]}.difference(leaf.ratio[player], passes);
  }
}

/// Weight times all factors, at this thread's nodes of its row.
template <std::int32_t kWords>
__device__ void set_products(PairLeaf const& leaf, Shared<kWords>& shared) {
  auto const lane = static_cast<std::int32_t>(threadIdx.x % kRows);
  PatternOf<kWords> const a = shared.patterns[lane];
  for (auto n = static_cast<std::int32_t>(threadIdx.x / kRows); n < leaf.points; n += kWarps) {
    LongPairNode const node{leaf.node[n]};
    double product = leaf.weight[n];
    for (std::int32_t k = 0; k < leaf.players; ++k) product *= node.factor(leaf.ratio[k], a.has(k));
    shared.product[n][lane] = product;
  }
}

template <std::int32_t kWords>
__device__ double pair_sum(PairLeaf const& leaf, Shared<kWords> const& shared, std::int32_t lane, std::int32_t i,
                           std::int32_t j) {
  bool const first = shared.patterns[lane].has(i);
  bool const second = shared.patterns[lane].has(j);
  double sum = 0.0;
  for (std::int32_t n = 0; n < leaf.points; ++n) {
    sum += (shared.product[n][lane] * difference(leaf, shared, n, i, first)) * difference(leaf, shared, n, j, second);
  }
  return sum;
}

template <std::int32_t kWords>
__global__ void path_dependent_kernel(SumLongPathsArgs args, LongConstants constants) {
  LIMPID_SHARED_ARRAY(Shared<kWords>, of_block, 1);
  Shared<kWords>& shared = of_block[0];
  auto const lane = static_cast<std::int32_t>(threadIdx.x % kRows);
  auto const warp = static_cast<std::int32_t>(threadIdx.x / kRows);
  std::int64_t const row = std::int64_t{blockIdx.x} * kRows + lane;
  bool const mine = row < args.bins.rows;
  for (std::int64_t l = 0; l < args.paths.leaves; ++l) {
    PairLeaf const leaf(args.paths, constants, l);
    if (warp == 0) {
      set_pattern(mine ? pattern_of_row<kWords>(args.paths, l, args.bins, row) : PatternOf<kWords>{},
                  shared.patterns[lane]);
    }
    if constexpr (kWords == 1) set_differences(leaf, shared);
    __syncthreads();
    set_products(leaf, shared);
    __syncthreads();
    if (mine) {
      double* const sums = sums_of(args, l, row);
      double const scale = 0.5 * args.paths.value[l];
      for (PairWalk pair(leaf.players, warp); pair.is_pair(); pair.next()) {
        sums[interaction_row(args.paths, l, args.players, pair.i, pair.j) * args.value_stride] +=
            scale * pair_sum(leaf, shared, lane, pair.i, pair.j);
      }
    }
    __syncthreads();  // the next leaf overwrites what is shared
  }
}

}  // namespace

void sum_long_interactions_cuda(device::Exec const& exec, SumLongPathsArgs const& args) {
  if (args.bins.rows == 0 || args.paths.leaves == 0) return;
  LaunchShape const shape{(args.bins.rows + kRows - 1) / kRows, kThreads};
  bool const wide = args.background.words > 1;
  if (args.kind == TableKind::kInterventional) {
    LongConstants const constants = upload_constants(exec, constants_of(args.background.words));
    launch("sum_long_interactions.interventional",
           wide ? interventional_kernel<kMaxPatternWords> : interventional_kernel<1>, shape, exec, args, constants);
  } else {
    LongConstants const constants = upload_constants(exec, rules_of(args.background.words));
    launch("sum_long_interactions.path_dependent",
           wide ? path_dependent_kernel<kMaxPatternWords> : path_dependent_kernel<1>, shape, exec, args, constants);
  }
}

}  // namespace limpid
