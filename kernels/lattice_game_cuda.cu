// phi[g][p][r] = sum_z w_z phi / sum_z w_z of the game of the pair (r, z)      patterns [R x leaves] and [B x leaves]
// from leaf_patterns; pairs of a slice of rows, pair = row * B + z, so that their values fit in scratch.
//
// 1. count_live      one block per pair: marks the players of alive leaves, V = how many; largest[r] by atomicMax
//      block  128 threads stride over the leaves, 16 short patterns per 128-bit load
//      smem   4 P bytes: the marks
// 2. play_pairs      blocks stride over the pairs whose V lies in (low, high]; two launches: lattices that fit in
//                    shared memory, then the larger ones in global scratch, one lattice a block
//      block  256 threads: zero, scatter (integer atomicAdd over the subsets of B: order-free), zeta bit by bit,
//             link entry by entry, fold by halving, all by striding over the entries with a barrier a step
//      smem   4 P bytes of lattice bits; and, for small V, G 2^V integers + G 2^V + 1 reals
// 3. mean_over_pairs one thread per row and value: sums z = 0..B-1 in order in double
// Bytes moved: 2 leaves bytes per pair and pass (L2), 8 G P per pair written and read once.
//
// Integers are order-free; every addition of reals pairs the same entries as lattice::fold: same bits as the task.

#include <algorithm>

#include "kernels/lattice_game_block.cuh"

namespace limpid {
namespace {

constexpr int kCountThreads = 128;
constexpr int kPlayThreads = 256;
constexpr std::size_t kScratchBytes = std::size_t{512} << 20;
constexpr std::int32_t kNoLattice = -1;

__global__ void count_live_kernel(LatticeGameArgs args, std::int64_t first_row, std::int32_t* live) {
  LIMPID_SHARED(std::uint32_t, marks);
  LIMPID_SHARED_ARRAY(std::int32_t, count, 1);
  std::int64_t const row = first_row + blockIdx.x / args.background_rows;
  std::int64_t const z = blockIdx.x % args.background_rows;
  if (threadIdx.x == 0) count[0] = 0;
  lattice::zero_block(marks, args.players);
  lattice::mark_live_block(args, row, z, marks);
  std::int32_t mine = 0;
  for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players;
       p += static_cast<std::int32_t>(blockDim.x)) {
    mine += static_cast<std::int32_t>(marks[p]);
  }
  if (mine != 0) atomicAdd(&count[0], mine);
  __syncthreads();
  if (threadIdx.x == 0) {
    live[blockIdx.x] = count[0];
    atomicMax(&args.largest[row], count[0]);
  }
}

/// Plays the pairs [0, pairs) of a slice with low < V <= high; blocks stride over them. `scratch`: one lattice a
/// block in global memory, or nullptr: the lattice lies in shared memory, behind the lattice bits.
template <class Int, class Real>
__global__ void play_pairs_kernel(LatticeGameArgs args, std::int64_t first_row, std::int64_t pairs,
                                  std::int32_t const* live, std::int32_t low, std::int32_t high, unsigned char* scratch,
                                  std::size_t scratch_stride, double* pair_values) {
  LIMPID_SHARED(unsigned char, shared);
  auto* const bits = reinterpret_cast<std::uint32_t*>(shared);
  std::size_t const bits_bytes = (static_cast<std::size_t>(args.players) * sizeof(std::uint32_t) + 15) / 16 * 16;
  unsigned char* const memory = scratch != nullptr ? scratch + blockIdx.x * scratch_stride : shared + bits_bytes;
  for (std::int64_t pair = blockIdx.x; pair < pairs; pair += gridDim.x) {
    if (live[pair] <= low || live[pair] > high) continue;
    lattice::play_pair<Int, Real>(args, first_row + pair / args.background_rows, pair % args.background_rows,
                                  live[pair], bits, memory, pair_values + pair * args.outputs * args.players);
  }
}

/// Pairs above the limit were not played and add nothing.
__global__ void mean_over_pairs_kernel(LatticeGameArgs args, std::int64_t first_row, std::int64_t rows,
                                       std::int32_t const* live, double const* pair_values) {
  std::int64_t const vectors = std::int64_t{args.outputs} * args.players;
  std::int64_t const i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < rows * vectors) {
    std::int64_t const row = i / vectors;
    std::int64_t const vector = i % vectors;
    double& value = args.values[vector * args.value_stride + first_row + row];
    double sum = args.continues() ? value : 0.0;
    for (std::int64_t z = 0; z < args.background_rows; ++z) {
      std::int64_t const pair = row * args.background_rows + z;
      if (live[pair] <= args.max_players) sum += args.weight(z) * pair_values[pair * vectors + vector];
    }
    value = sum / args.divisor();
  }
}

/// The largest V whose lattice fits in a block's shared memory beside the bits; kNoLattice when none does.
template <class Int, class Real>
std::int32_t largest_shared(LatticeGameArgs const& args, std::size_t bits_bytes, std::size_t limit) {
  std::int32_t live = kNoLattice;
  while (live < args.max_players && bits_bytes + lattice::Lattice<Int, Real>::bytes(live + 1, args.outputs) <= limit)
    ++live;
  return live;
}

/// How a call is cut into slices of rows and where its scratch lies: lattices of large pairs, then the values of the
/// slice's pairs, then their V.
struct Slices {
  std::int64_t rows = 1;          ///< per slice
  std::int64_t large_blocks = 0;  ///< blocks with a lattice in global memory
  std::size_t lattice_bytes = 0;  ///< of one of them
  std::size_t values_offset = 0;
  std::size_t live_offset = 0;
  std::size_t bytes = 0;
};

Slices slices_of(LatticeGameArgs const& args, std::size_t large_lattice_bytes, std::int32_t multiprocessors) {
  constexpr std::size_t kAlign = 256;
  auto const aligned = [](std::size_t n) { return (n + kAlign - 1) / kAlign * kAlign; };
  auto const background = static_cast<std::size_t>(args.background_rows);
  std::size_t const values = args.count_only ? 0
                                             : static_cast<std::size_t>(args.outputs) *
                                                   static_cast<std::size_t>(args.players) * sizeof(double);
  std::size_t const row_bytes = background * (values + sizeof(std::int32_t));
  Slices s;
  s.rows = std::clamp(static_cast<std::int64_t>(kScratchBytes / row_bytes), std::int64_t{1}, args.rows);
  if (large_lattice_bytes != 0) {
    s.lattice_bytes = aligned(large_lattice_bytes);
    auto const fitting = static_cast<std::int64_t>(std::max(std::size_t{1}, kScratchBytes / s.lattice_bytes));
    s.large_blocks = std::min({fitting, std::int64_t{2} * multiprocessors, s.rows * args.background_rows});
  }
  auto const pairs = static_cast<std::size_t>(s.rows) * background;
  s.values_offset = static_cast<std::size_t>(s.large_blocks) * s.lattice_bytes;
  s.live_offset = s.values_offset + aligned(pairs * values);
  s.bytes = s.live_offset + pairs * sizeof(std::int32_t);
  return s;
}

template <class Int, class Real>
void run(device::Exec const& exec, LatticeGameArgs const& args) {
  auto const& profile = exec.profile();
  std::size_t const bits_bytes = (static_cast<std::size_t>(args.players) * sizeof(std::uint32_t) + 15) / 16 * 16;
  std::int32_t const shared_live = largest_shared<Int, Real>(args, bits_bytes, profile.shared_per_block);
  std::int32_t const most = std::min(args.max_players, args.players);
  bool const has_large = !args.count_only && most > shared_live;
  Slices const slices =
      slices_of(args, has_large ? lattice::Lattice<Int, Real>::bytes(most, args.outputs) : 0, profile.multiprocessors);
  auto* const scratch = static_cast<unsigned char*>(exec.workspace(slices.bytes));
  auto* const values = reinterpret_cast<double*>(scratch + slices.values_offset);
  auto* const live = reinterpret_cast<std::int32_t*>(scratch + slices.live_offset);

  for (std::int64_t first = 0; first < args.rows; first += slices.rows) {
    std::int64_t const rows = std::min(slices.rows, args.rows - first);
    std::int64_t const pairs = rows * args.background_rows;
    launch("lattice_game.count", count_live_kernel, {pairs, kCountThreads, bits_bytes}, exec, args, first, live);
    if (args.count_only) continue;
    std::int32_t low = kNoLattice;
    for (std::int32_t const step : {8, 10, 12, shared_live}) {  // small lattices leave room for more blocks
      std::int32_t const high = std::min(step, shared_live);
      if (high <= low) continue;
      std::size_t const bytes = bits_bytes + lattice::Lattice<Int, Real>::bytes(high, args.outputs);
      launch("lattice_game.play", play_pairs_kernel<Int, Real>, {pairs, kPlayThreads, bytes}, exec, args, first, pairs,
             live, low, high, nullptr, std::size_t{0}, values);
      low = high;
    }
    if (has_large) {
      launch("lattice_game.play_large", play_pairs_kernel<Int, Real>, {slices.large_blocks, kPlayThreads, bits_bytes},
             exec, args, first, pairs, live, low, most, scratch, slices.lattice_bytes, values);
    }
    std::int64_t const sums = rows * args.outputs * args.players;
    launch("lattice_game.mean", mean_over_pairs_kernel, {(sums + kPlayThreads - 1) / kPlayThreads, kPlayThreads}, exec,
           args, first, rows, live, values);
  }
}

}  // namespace

void lattice_game_cuda(device::Exec const& exec, LatticeGameArgs const& args) {
  if (!args.continues()) exec.zero(args.largest, static_cast<std::size_t>(args.rows) * sizeof(std::int32_t));
  if (args.rows == 0 || args.background_rows == 0) return;
  lattice::with_number_types(args,
                             [&](auto integer, auto real) { run<decltype(integer), decltype(real)>(exec, args); });
}

}  // namespace limpid
