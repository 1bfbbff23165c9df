// d[n][g][p] = (v(S_p) - v(S_p^c)) / 2 and Delta[n][g] of pairs n = (row, background row)      patterns from
// leaf_patterns, a design's q coalitions on the V players that live in the pair
//
// 1. number_players  one block per pair: marks the players of alive leaves, then the rank of each in the order of the
//                    background row, by counting those before it
//      block  128 threads stride over the leaves, 16 short patterns per 128-bit load; then over the live players
//      smem   4 P bytes: the marks; keys of the live players in global scratch, 12 P bytes a pair
// 2. sample_pairs    x: one pair a block, y: kLanes * threads coalitions of the design
//      block  32 to 512 threads, kLanes coalitions each in registers; coalition q is the empty one. Output by output,
//             a stage of leaves at a time: the threads put the cubes of its alive leaves into shared memory (an atomic
//             counter: integers, so their order is free), and after a barrier every thread adds all of them
//      smem   a stage's cubes, at most 24 KiB
// 3. sum_pairs       one thread per row and value: adds z in order in double
// Bytes moved: 2 leaves bytes per pair and tile of coalitions (L2), 16 G (q + 1) per pair written and read by
// apply_operator.

#include <algorithm>

#include "kernels/lattice_game_block.cuh"
#include "kernels/player_order.h"
#include "kernels/sampled_game_lanes.cuh"

namespace limpid {
namespace {

constexpr int kNumberThreads = 128;
constexpr int kSampleThreads = 512;
constexpr int kSumThreads = 128;
constexpr std::size_t kStageBytes = 24 * 1024;
constexpr std::int64_t kPatternsPerLoad = 4;

/// The live players of each pair in any order, and their keys.
struct LivePlayers {
  std::uint64_t* keys;     ///< [pairs x P]
  std::uint32_t* players;  ///< [pairs x P]
};

__global__ void number_players_kernel(NumberPlayersArgs args, LivePlayers scratch) {
  LIMPID_SHARED(std::uint32_t, marks);
  LIMPID_SHARED_ARRAY(std::int32_t, count, 1);
  std::int64_t const n = blockIdx.x;
  std::int64_t const z = args.slice.background(n);
  std::int32_t const players = args.game.players;
  auto const thread = static_cast<std::int32_t>(threadIdx.x);
  auto const step = static_cast<std::int32_t>(blockDim.x);
  std::uint64_t* const keys = scratch.keys + n * players;
  std::uint32_t* const live = scratch.players + n * players;
  std::int32_t* const bits = args.bits + n * players;
  if (thread == 0) count[0] = 0;
  lattice::zero_block(marks, players);
  lattice::mark_live_block(args.game, args.slice.row(n), z, marks);
  for (std::int32_t p = thread; p < players; p += step) {
    bits[p] = -1;
    if (marks[p] == 0) continue;
    std::int32_t const at = atomicAdd(&count[0], 1);
    auto const player = static_cast<std::uint32_t>(p);
    keys[at] = player_key(args.order_seed, args.game.background_begin + z, player);
    live[at] = player;
  }
  __syncthreads();
  std::int32_t const v = count[0];
  for (std::int32_t i = thread; i < v; i += step) {
    std::int32_t rank = 0;
    for (std::int32_t j = 0; j < v; ++j) rank += comes_before(keys[j], live[j], keys[i], live[i]) ? 1 : 0;
    bits[live[i]] = rank;
  }
  if (thread == 0) args.live[n] = v;
}

/// The leaves of an output; they lie side by side.
struct LeafRange {
  std::int64_t begin;
  std::int64_t end;
};

__device__ std::int64_t first_leaf(PathsView const& paths, std::int32_t output) {
  std::int64_t low = 0;
  std::int64_t high = paths.leaves;
  while (low < high) {
    std::int64_t const middle = (low + high) / 2;
    if (static_cast<std::int32_t>(paths.output[middle]) < output) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

__device__ LeafRange leaves_of(PathsView const& paths, std::int32_t output, std::int32_t outputs) {
  if (outputs == 1) return {0, paths.leaves};
  return {first_leaf(paths, output), first_leaf(paths, output + 1)};
}

/// One pair on one block, output by output.
template <class Lanes>
struct PairBlock {
  SamplePairsArgs const& args;
  std::int64_t row;
  std::int64_t z;
  std::int32_t const* bit_of;
  unsigned char* stage;  ///< cubes
  std::int32_t* count;   ///< [2] of this stage and of the next

  template <class Cube>
  __device__ void store(Cube* cubes, std::int32_t turn, PathsView const& paths, std::int64_t l, std::uint64_t inside,
                        std::uint64_t outside) const {
    std::int32_t const at = atomicAdd(&count[turn], 1);
    Lanes::store(cubes[at], {inside, outside, paths.players + paths.player_begin[l], bit_of, paths.fixed[l]});
  }

  /// Adds the cubes of the stage that was just filled, and makes the other counter ready.
  template <class Cube>
  __device__ void add(Cube const* cubes, std::int32_t& turn, Lanes& lanes) const {
    __syncthreads();
    std::int32_t const cubes_count = count[turn];
    if (threadIdx.x == 0) count[1 - turn] = 0;
    for (std::int32_t c = 0; c < cubes_count; ++c) lanes.add(args.design, cubes[c]);
    __syncthreads();
    turn = 1 - turn;
  }

  __device__ void add_short(LeafRange range, std::int32_t& turn, Lanes& lanes) const {
    using Cube = typename Lanes::template Cube<kMaxShortPlayers>;
    auto* const cubes = reinterpret_cast<Cube*>(stage);
    PathsView const& paths = args.game.short_paths;
    std::uint8_t const* const a = args.game.row_bytes + row * args.game.byte_stride;
    std::uint8_t const* const b = args.game.background_bytes + z * args.game.byte_stride;
    std::int64_t const step =
        min(std::int64_t{blockDim.x}, std::int64_t{kStageBytes / sizeof(Cube)} / kPatternsPerLoad);
    for (std::int64_t begin = range.begin / kPatternsPerLoad; begin * kPatternsPerLoad < range.end; begin += step) {
      std::int64_t const l = (begin + threadIdx.x) * kPatternsPerLoad;
      if (threadIdx.x < step && l < range.end) {
        auto const aw = load_vector<std::uint32_t>(a + l);
        auto const bw = load_vector<std::uint32_t>(b + l);
        std::uint32_t const alive = __vcmpeq4(aw | bw, 0xFFFFFFFFu);
        for (int i = 0; i < kPatternsPerLoad; ++i) {
          if ((alive >> (8 * i) & 1u) == 0 || l + i < range.begin || l + i >= range.end) continue;
          auto const cube =
              lattice::cube_of(static_cast<std::uint8_t>(aw >> (8 * i)), static_cast<std::uint8_t>(bw >> (8 * i)));
          store(cubes, turn, paths, l + i, cube.inside, cube.outside);
        }
      }
      add(cubes, turn, lanes);
    }
  }

  __device__ void add_long(LeafRange range, std::int32_t& turn, Lanes& lanes) const {
    using Cube = typename Lanes::template Cube<kMaxLongPlayers>;
    auto* const cubes = reinterpret_cast<Cube*>(stage);
    PathsView const& paths = args.game.long_paths;
    std::uint64_t const* const a = args.game.row_words + row * paths.leaves;
    std::uint64_t const* const b = args.game.background_words + z * paths.leaves;
    std::int64_t const step = min(std::int64_t{blockDim.x}, std::int64_t{kStageBytes / sizeof(Cube)});
    for (std::int64_t begin = range.begin; begin < range.end; begin += step) {
      std::int64_t const l = begin + threadIdx.x;
      if (threadIdx.x < step && l < range.end && lattice::is_alive(a[l], b[l])) {
        auto const cube = lattice::cube_of(a[l], b[l]);
        store(cubes, turn, paths, l, cube.inside, cube.outside);
      }
      add(cubes, turn, lanes);
    }
  }

  template <class Int>
  __device__ double margin(Int fixed, std::int32_t g) const {
    double const step = args.game.step[g];
    double const base = args.game.base_margin[g];
    if (args.game.wide) return lattice::margin_of<double>(static_cast<lattice::Wide>(fixed), step, base);
    return lattice::margin_of<double>(static_cast<lattice::Narrow>(fixed), step, base);
  }
};

/// d of a pair of responses; Delta of the empty coalition and the full one.
__device__ double odd_half(double coalition, double complement, bool is_empty) {
  return is_empty ? complement - coalition : 0.5 * (coalition - complement);
}

/// Softmax looks at all outputs of a coalition: margins are in `differences` and `complements`, this thread's own.
__device__ void link_outputs(SamplePairsArgs const& args, double* differences, double* complements, std::int64_t p) {
  std::int64_t const stride = args.design.pairs + 1;
  apply_link(args.game.link, args.game.outputs, differences + p, stride);
  apply_link(args.game.link, args.game.outputs, complements + p, stride);
  for (std::int32_t g = 0; g < args.game.outputs; ++g) {
    double& difference = differences[g * stride + p];
    difference = odd_half(difference, complements[g * stride + p], p == args.design.pairs);
  }
}

template <class Lanes>
__global__ void sample_pairs_kernel(SamplePairsArgs args) {
  LIMPID_SHARED(unsigned char, stage);
  LIMPID_SHARED_ARRAY(std::int32_t, count, 2);
  std::int64_t const n = args.slot[blockIdx.x];
  std::int64_t const first = std::int64_t{blockIdx.y} * sampled::kLanes * blockDim.x + threadIdx.x;
  PairBlock<Lanes> const block{
      args, args.slice.row(n), args.slice.background(n), args.bits + n * args.game.players, stage, count};
  std::int64_t const stride = args.design.pairs + 1;
  std::int64_t const offset = std::int64_t{blockIdx.x} * args.game.outputs * stride;
  bool const is_joint = args.game.link == Link::kSoftmax;
  if (threadIdx.x == 0) count[0] = 0;
  __syncthreads();
  std::int32_t turn = 0;
  for (std::int32_t g = 0; g < args.game.outputs; ++g) {
    Lanes lanes(args.design, first);
    block.add_short(leaves_of(args.game.short_paths, g, args.game.outputs), turn, lanes);
    block.add_long(leaves_of(args.game.long_paths, g, args.game.outputs), turn, lanes);
    for (int k = 0; k < sampled::kLanes; ++k) {
      std::int64_t const p = first + std::int64_t{k} * blockDim.x;
      if (p > args.design.pairs) break;
      double const coalition = block.margin(lanes.sum[k], g);
      double const complement = block.margin(lanes.other[k], g);
      std::int64_t const at = offset + g * stride + p;
      if (is_joint) {
        args.differences[at] = coalition;
        args.complements[at] = complement;
      } else {
        args.differences[at] = odd_half(link_of_one(args.game.link, coalition), link_of_one(args.game.link, complement),
                                        p == args.design.pairs);
      }
    }
  }
  for (int k = 0; is_joint && k < sampled::kLanes; ++k) {
    std::int64_t const p = first + std::int64_t{k} * blockDim.x;
    if (p <= args.design.pairs) link_outputs(args, args.differences + offset, args.complements + offset, p);
  }
}

__global__ void sum_pairs_kernel(SumPairsArgs args) {
  std::int64_t const vectors = std::int64_t{args.game.outputs} * args.game.players;
  std::int64_t const n = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (n < args.slice.row_count * vectors) {
    std::int64_t const vector = n % vectors;
    std::int64_t const i = n / vectors;
    std::int64_t const g = vector / args.game.players;
    std::int64_t const at = vector * args.game.value_stride + args.slice.rows[i];
    double sum = args.sums[at];
    double squares = args.squares[at];
    double doubts = args.doubt_sums[at];
    for (std::int64_t j = 0; j < args.slice.background_count; ++j) {
      std::int64_t const pair = i * args.slice.background_count + j;
      std::int32_t const bit = args.bits[pair * args.game.players + vector % args.game.players];
      if (args.live[pair] <= args.game.max_players || bit < 0) continue;
      std::int64_t const of_pair = (pair * args.game.outputs + g) * args.game.players + bit;
      double const weight = args.game.weight(args.slice.background_first + j);
      double const square = weight * weight;
      sum += weight * args.values[of_pair];
      squares += square * args.variances[of_pair];
      doubts += (square * square) * args.doubts[of_pair];
    }
    args.sums[at] = sum;
    args.squares[at] = squares;
    args.doubt_sums[at] = doubts;
  }
}

template <class Lanes>
void sample(device::Exec const& exec, SamplePairsArgs const& args) {
  std::int64_t const coalitions = args.design.pairs + 1;
  std::int64_t const most = std::int64_t{sampled::kLanes} * kSampleThreads;
  std::int64_t const tiles = (coalitions + most - 1) / most;
  std::int64_t const lanes = (coalitions + tiles - 1) / tiles;
  std::int64_t const per_warp = std::int64_t{sampled::kLanes} * 32;
  std::int64_t const threads = (lanes + per_warp - 1) / per_warp * 32;
  launch("sampled_game.sample", sample_pairs_kernel<Lanes>, {{args.count, tiles}, threads, kStageBytes}, exec, args);
}

}  // namespace

void number_players_cuda(device::Exec const& exec, NumberPlayersArgs const& args) {
  auto const players = static_cast<std::size_t>(args.game.players);
  std::size_t const keys = static_cast<std::size_t>(args.slice.pairs()) * players;
  auto* const scratch =
      static_cast<unsigned char*>(exec.workspace(keys * (sizeof(std::uint64_t) + sizeof(std::uint32_t))));
  LivePlayers const live{reinterpret_cast<std::uint64_t*>(scratch),
                         reinterpret_cast<std::uint32_t*>(scratch + keys * sizeof(std::uint64_t))};
  launch("sampled_game.number", number_players_kernel,
         {args.slice.pairs(), kNumberThreads, players * sizeof(std::uint32_t)}, exec, args, live);
}

void sample_pairs_cuda(device::Exec const& exec, SamplePairsArgs const& args) {
  bool const wide = args.game.wide;
  if (args.design.players <= 32) {
    wide ? sample<sampled::MaskLanes<std::uint32_t, std::uint64_t>>(exec, args)
         : sample<sampled::MaskLanes<std::uint32_t, std::uint32_t>>(exec, args);
  } else if (args.design.players <= 64) {
    wide ? sample<sampled::MaskLanes<std::uint64_t, std::uint64_t>>(exec, args)
         : sample<sampled::MaskLanes<std::uint64_t, std::uint32_t>>(exec, args);
  } else {
    wide ? sample<sampled::ColumnLanes<std::uint64_t>>(exec, args)
         : sample<sampled::ColumnLanes<std::uint32_t>>(exec, args);
  }
}

void sum_pairs_cuda(device::Exec const& exec, SumPairsArgs const& args) {
  std::int64_t const sums = args.slice.row_count * args.game.outputs * args.game.players;
  launch("sampled_game.sum", sum_pairs_kernel, {(sums + kSumThreads - 1) / kSumThreads, kSumThreads}, exec, args);
}

}  // namespace limpid
