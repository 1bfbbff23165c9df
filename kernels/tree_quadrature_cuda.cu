// phi[g][p][r] += what every tree gives, tree after tree      bins [C x R] bytes, values [G x P x R] double
//   grid   groups of 32 rows                 r = 32 * group + threadIdx.x / 4; with memory for fewer blocks, in turns
//   block  128 threads: 4 lanes a row, each with every fourth node of the rule; a warp of 8 rows never waits for others
//   smem   states of the rows at the splits [splits x 32] bytes; products and sums [2 x levels x own points x 128] and
//          values [slots x 32] of float or double; where that is too much for a block, in global memory
//   1. the tests of the splits, dealt to the row's lanes, then one lane follows the conditions of each player down
//   2. the steps, all threads the same one; what the lanes give is summed by two shuffles, (0 + 1) + (2 + 3)
//   3. the values of the tree, in double to those of the rows
// Bytes moved: tables and steps once per warp (L2), 1 byte a split and row, 16 bytes a player of the tree and row.
// Depth first, lanes i mod 4, trees in order: same bits as on the CPU.

#include <algorithm>

#include "kernels/launch.cuh"
#include "kernels/tree_quadrature.h"
#include "kernels/tree_quadrature.task.h"

namespace limpid {
namespace {

constexpr int kThreads = 128;
constexpr int kRows = kThreads / kQuadratureLanes;
constexpr unsigned kWarp = 0xffffffffu;
constexpr std::size_t kWorkspaceBytes = std::size_t{256} << 20;

/// Where the arrays of a block begin, in bytes from the start of its memory.
struct BlockMemory {
  std::size_t values;
  std::size_t states;
  std::size_t bytes;
};

BlockMemory block_memory(QuadratureView const& view) {
  BlockMemory memory{};
  memory.values = view.most_lane_bytes * kThreads;
  memory.states = memory.values + view.most_value_bytes * kRows;
  memory.bytes = (memory.states + static_cast<std::size_t>(view.most_splits) * kRows + 15) / 16 * 16;
  return memory;
}

/// The row's states at all splits. Its lanes share the tests. The barriers also keep one tree's values, which all lanes
/// read, from the next tree's.
__device__ void find_states(QuadratureView const& view, QuadratureTree const& tree, BinsView const& bins,
                            std::int64_t row, int lane, std::uint8_t* states) {
  QuadratureSplit const* const splits = view.splits + tree.split_begin;
  auto const count = static_cast<int>(tree.split_end - tree.split_begin);
  for (int s = lane; s < count; s += kQuadratureLanes) {
    QuadratureSplit split = splits[s];
    split.before = QuadratureSplit::kEveryRow;
    states[s * kRows] = quadrature_state(split, view.tests, bins, row, states, kRows);
  }
  __syncwarp();
  if (lane == 0) {
    for (int s = 0; s < count; ++s) {
      std::uint32_t const before = splits[s].before;
      if (before == QuadratureSplit::kEveryRow) continue;
      std::uint8_t const alive = (before & 1u) != 0 ? kGoesRight : kGoesLeft;
      if (states[(before / 2) * kRows] != alive) states[s * kRows] = kFailedBefore;
    }
  }
  __syncwarp();
}

/// Sum over the lanes of a row, in each of them.
template <class T>
__device__ T over_lanes(T x) {
  x = x + __shfl_xor_sync(kWarp, x, 1);
  return x + __shfl_xor_sync(kWarp, x, 2);
}

/// The steps of a tree. `values` [slots] of the row.
template <class T>
__device__ void walk(QuadratureView const& view, QuadratureTree const& tree, QuadratureLane<T> const& lane,
                     T const* table, T* values) {
  auto const slots = static_cast<int>(tree.player_end - tree.player_begin);
  for (int s = 0; lane.lane == 0 && s < slots; ++s) values[s * kRows] = T{0};
  lane.start();
  for (std::uint32_t i = tree.step_begin; i < tree.step_end; ++i) {
    QuadratureStep const step = view.steps[i];
    QuadratureGift<T> const gift = lane.run(step, table);
    table += tables_of(step.kind) * kTableStates * tree.points;
    if (step.kind == QuadratureKind::kDown) continue;
    if (step.kind == QuadratureKind::kPair) {
      T const child = over_lanes(gift.child);
      if (lane.lane == 0) values[view.splits[tree.split_begin + step.child].slot * kRows] += child;
    }
    T const given = over_lanes(gift.split);
    if (lane.lane == 0) values[view.splits[tree.split_begin + step.split].slot * kRows] += given;
  }
  __syncwarp();
}

/// One tree for one row, and its values to those of the row.
template <class T>
__device__ void add_tree(TreeQuadratureArgs const& args, QuadratureTree const& tree, std::int64_t row,
                         std::uint8_t const* states, unsigned char* lanes, unsigned char* slots, T const* table) {
  int const thread = threadIdx.x;
  QuadratureLane<T> lane;
  lane.states = states;
  lane.state_stride = kRows;
  lane.products = reinterpret_cast<T*>(lanes) + thread;
  lane.sums = lane.products + std::int64_t{kThreads} * tree.levels * quadrature_own_points(tree.points);
  lane.stride = kThreads;
  lane.points = tree.points;
  lane.lane = thread % kQuadratureLanes;
  T* const values = reinterpret_cast<T*>(slots) + thread / kQuadratureLanes;
  walk(args.trees, tree, lane, table + tree.table_begin, values);
  if (row < args.bins.rows) {
    double* const to = args.values + static_cast<std::int64_t>(tree.output) * args.players * args.value_stride + row;
    auto const count = static_cast<int>(tree.player_end - tree.player_begin);
    for (int s = lane.lane; s < count; s += kQuadratureLanes) {
      to[args.trees.players[tree.player_begin + s] * args.value_stride] += static_cast<double>(values[s * kRows]);
    }
  }
}

/// kShared: a block's arrays lie in shared memory, and the compiler knows it; otherwise in its part of `workspace`.
template <bool kShared>
__global__ void tree_quadrature_kernel(TreeQuadratureArgs args, BlockMemory memory, unsigned char* workspace) {
  LIMPID_SHARED(unsigned char, shared);
  unsigned char* block = shared;
  if constexpr (!kShared) block = workspace + blockIdx.x * memory.bytes;
  int const in_block = threadIdx.x / kQuadratureLanes;
  std::uint8_t* const states = block + memory.states + in_block;
  std::int64_t const groups = (args.bins.rows + kRows - 1) / kRows;
  for (std::int64_t group = blockIdx.x; group < groups; group += gridDim.x) {
    std::int64_t const row = group * kRows + in_block;  // bins are readable up to the next multiple of 64
    for (std::int32_t t = 0; t < args.trees.count; ++t) {
      QuadratureTree const tree = args.trees.trees[t];
      find_states(args.trees, tree, args.bins, row, threadIdx.x % kQuadratureLanes, states);
      if (tree.points <= kFloatPoints) {
        add_tree<float>(args, tree, row, states, block, block + memory.values, args.trees.floats);
      } else {
        add_tree<double>(args, tree, row, states, block, block + memory.values, args.trees.doubles);
      }
    }
  }
}

}  // namespace

void tree_quadrature_cuda(device::Exec const& exec, TreeQuadratureArgs const& args) {
  if (args.bins.rows == 0 || args.trees.count == 0) return;
  BlockMemory const memory = block_memory(args.trees);
  std::int64_t const groups = (args.bins.rows + kRows - 1) / kRows;
  if (memory.bytes <= exec.profile().shared_per_block) {
    launch("tree_quadrature", tree_quadrature_kernel<true>, {groups, kThreads, memory.bytes}, exec, args, memory,
           static_cast<unsigned char*>(nullptr));
    return;
  }
  auto const most = static_cast<std::int64_t>(std::max<std::size_t>(kWorkspaceBytes / memory.bytes, 1));
  std::int64_t const blocks = std::min(groups, most);
  auto* const workspace = static_cast<unsigned char*>(exec.workspace(static_cast<std::size_t>(blocks) * memory.bytes));
  launch("tree_quadrature", tree_quadrature_kernel<false>, {blocks, kThreads}, exec, args, memory, workspace);
}

}  // namespace limpid
