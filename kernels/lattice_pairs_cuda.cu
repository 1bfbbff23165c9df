// interactions[g][(p, q)][r] = sum_z w_z SII_pq / 2 / sum_z w_z of the game of the pair (r, z), and the values and
// counts of lattice_game      patterns [R x leaves] and [B x leaves] from leaf_patterns; a pair is (row, background
// row) of a slice of rows, whose answers fit in scratch.
//
// 1. play        blocks stride over the pairs; a lattice of up to kSharedPlayers players lies in shared memory, a
// larger
//                one in the block's own global scratch
//      block  256 threads: mark, scatter, zeta, link as lattice_game; weights, three rows of halvings that leave A_pq
//      at
//             entry 2^p + 2^q, then B by player and the interactions by pair; then the game is folded into the values
//      smem   4 P bytes of lattice bits; G 2^V integers, G 2^V + 1 reals, 2^V doubles; 62 doubles
// 2. mean        one block per row: its background rows in order, the interactions of one over the threads; values over
//                the threads
// Bytes moved: 2 leaves bytes per pair (L2); 8 G (V (V-1) / 2 + P) per pair written and read once.
//
// Integers are order-free; every addition of reals pairs the same entries as lattice::interactions_of and
// lattice::fold: same bits.
#include "kernels/lattice_pairs.h"

#include <algorithm>

#include "kernels/lattice_game_lists.cuh"
#include "kernels/lattice_pairs_block.cuh"

namespace limpid {
namespace {

constexpr int kThreads = 256;
constexpr std::int32_t kSharedPlayers = 10;  ///< 16 KiB of float games: several blocks a multiprocessor
constexpr std::int64_t kBlocksPerMultiprocessor = 6;
constexpr std::size_t kScratchBytes = std::size_t{512} << 20;
constexpr std::size_t kAlign = 256;

constexpr std::size_t aligned(std::size_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

/// What the pairs of a slice leave behind.
struct PairAnswers {
  std::int32_t most = 0;            ///< V of a pair that is played, at most
  std::int32_t* live = nullptr;     ///< [pairs] V
  std::int32_t* players = nullptr;  ///< [pairs x most] of each lattice bit
  double* shared = nullptr;         ///< [pairs x G x most (most - 1) / 2] interactions
  double* values = nullptr;         ///< [pairs x G x P]

  LIMPID_HD double* shared_of(std::int64_t pair, std::int32_t outputs, std::int32_t output) const {
    return shared + (pair * outputs + output) * (most * (most - 1) / 2);
  }
};

/// The integers and games of a block, and behind them the entries that are folded.
template <class Int, class Real>
struct Memory {
  static LIMPID_HD std::size_t entries_at(std::int32_t live, std::int32_t outputs) {
    return (lattice::Lattice<Int, Real>::bytes(live, outputs) + 15) / 16 * 16;
  }
  static LIMPID_HD std::size_t bytes(std::int32_t live, std::int32_t outputs) {
    return entries_at(live, outputs) + (sizeof(double) << live);
  }
};

/// Marks and numbers the pair's players; returns V. Ends at a barrier.
__device__ std::int32_t meet_block(LatticeGameArgs const& args, std::int64_t row, std::int64_t z, std::uint32_t* bits,
                                   std::int32_t* count) {
  lattice::zero_block(bits, args.players);
  lattice::mark_live_block(args, row, z, bits);
  if (threadIdx.x == 0) count[0] = lattice::number_live(bits, args.players);
  __syncthreads();
  return count[0];
}

template <class Int, class Real>
__global__ void play_kernel(LatticeGameArgs args, std::int64_t first_row, std::int64_t pairs, std::int32_t shared_live,
                            unsigned char* scratch, std::size_t scratch_stride, PairAnswers out) {
  LIMPID_SHARED(unsigned char, shared);
  LIMPID_SHARED_ARRAY(lattice::PairScratch, small, 1);
  LIMPID_SHARED_ARRAY(std::int32_t, count, 1);
  auto* const bits = reinterpret_cast<std::uint32_t*>(shared);
  std::size_t const bits_bytes = (static_cast<std::size_t>(args.players) * sizeof(std::uint32_t) + 15) / 16 * 16;
  for (std::int64_t pair = blockIdx.x; pair < pairs; pair += gridDim.x) {
    std::int64_t const row = first_row + pair / args.background_rows;
    std::int64_t const z = pair % args.background_rows;
    std::int32_t const live = meet_block(args, row, z, bits, count);
    if (threadIdx.x == 0) {
      out.live[pair] = live;
      atomicMax(&args.largest[row], live);
    }
    if (live == 0 || live > args.max_players) continue;
    for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players; p += static_cast<int>(blockDim.x)) {
      if (bits[p] != 0) out.players[pair * out.most + __popc(bits[p] - 1)] = p;
    }
    unsigned char* const memory = live <= shared_live ? shared + bits_bytes : scratch + blockIdx.x * scratch_stride;
    lattice::Lattice<Int, Real> const at(memory, live, args.outputs);
    auto* const entries = reinterpret_cast<double*>(memory + Memory<Int, Real>::entries_at(live, args.outputs));
    lattice::fill_integers(args, row, z, bits, live, at.integers);
    lattice::apply_link_block(args, live, at);
    auto const weight = lattice::weight_of_lane<Real>(live);
    double const of_pairs = lattice::pair_weight_of_lane(live);
    for (std::int32_t g = 0; g < args.outputs; ++g) {
      Real* const game = at.game + (std::int64_t{g} << live);
      double* const to = out.shared_of(pair, args.outputs, g);
      if (live > 1) {
        lattice::interactions_block(game, live, of_pairs, entries, small[0],
                                    [to](std::int32_t place, lattice::LivePair, double value) { to[place] = value; });
      }
      lattice::write_values_block(args, live, bits, weight, game,
                                  out.values + (pair * args.outputs + g) * args.players);
    }
    // no barrier: until the next pair's first one a thread touches only those bits that it has just read itself
  }
}

/// Adds the pairs of a row in order, then divides. Another thread may have added to an entry before: barriers between.
__global__ void mean_kernel(LatticeGameArgs args, std::int64_t first_row, PairAnswers in) {
  std::int64_t const row = blockIdx.x;
  for (std::int64_t n = threadIdx.x; n < std::int64_t{args.outputs} * args.players; n += blockDim.x) {
    lattice::mean_over_pairs(args, first_row, row, n, in.live, in.values);
  }
  std::int64_t const pairs = pair_count(args.players);
  double* const sums = args.interactions + first_row + row;
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    std::int64_t const pair = row * args.background_rows + z;
    std::int32_t const live = in.live[pair] <= args.max_players ? in.live[pair] : 0;
    std::int32_t const* const players = in.players + pair * in.most;
    std::int32_t const width = live * (live - 1) / 2;
    for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < args.outputs * width;
         i += static_cast<int>(blockDim.x)) {
      std::int32_t const g = i / width;
      auto const at = lattice::live_pair_at(i % width);
      std::int64_t const to = g * pairs + pair_index(args.players, players[at.low], players[at.high]);
      sums[to * args.value_stride] += args.weight(z) * in.shared_of(pair, args.outputs, g)[i % width];
    }
    __syncthreads();
  }
  double const divisor = args.divisor();
  if (divisor == 1.0) return;
  for (std::int64_t n = threadIdx.x; n < args.outputs * pairs; n += blockDim.x) sums[n * args.value_stride] /= divisor;
}

/// Where a slice's scratch lies: lattices of large pairs, then the answers.
struct Slices {
  std::int64_t rows = 1;
  std::int64_t blocks = 1;
  std::size_t lattice_bytes = 0;  ///< of one block; 0: all lie in shared memory
  std::size_t shared_at = 0;
  std::size_t values_at = 0;
  std::size_t players_at = 0;
  std::size_t live_at = 0;
  std::size_t bytes = 0;
};

Slices slices_of(LatticeGameArgs const& args, std::int32_t most, std::size_t large_bytes, std::int32_t processors) {
  auto const background = static_cast<std::size_t>(args.background_rows);
  auto const wide = static_cast<std::size_t>(most);
  std::size_t const output_bytes = static_cast<std::size_t>(args.outputs) * sizeof(double);
  std::size_t const shared = wide * (wide - 1) / 2 * output_bytes;
  std::size_t const values = static_cast<std::size_t>(args.players) * output_bytes;
  std::size_t const row_bytes = background * (shared + values + (wide + 1) * sizeof(std::int32_t));
  Slices s;
  s.rows = std::clamp(static_cast<std::int64_t>(kScratchBytes / row_bytes), std::int64_t{1}, args.rows);
  s.lattice_bytes = aligned(large_bytes);
  s.blocks = std::min(kBlocksPerMultiprocessor * processors, s.rows * args.background_rows);
  if (large_bytes != 0) {
    auto const fitting = static_cast<std::int64_t>(std::max(std::size_t{1}, kScratchBytes / s.lattice_bytes));
    s.blocks = std::min(s.blocks, fitting);
  }
  std::size_t const pairs = static_cast<std::size_t>(s.rows) * background;
  s.shared_at = static_cast<std::size_t>(s.blocks) * s.lattice_bytes;
  s.values_at = s.shared_at + aligned(pairs * shared);
  s.players_at = s.values_at + aligned(pairs * values);
  s.live_at = s.players_at + aligned(pairs * wide * sizeof(std::int32_t));
  s.bytes = s.live_at + pairs * sizeof(std::int32_t);
  return s;
}

template <class Int, class Real>
void run(device::Exec const& exec, LatticeGameArgs const& args) {
  std::int32_t const most = std::min(args.max_players, args.players);
  std::size_t const bits_bytes = (static_cast<std::size_t>(args.players) * sizeof(std::uint32_t) + 15) / 16 * 16;
  std::int32_t shared_live = std::min(most, kSharedPlayers);
  auto const shared_bytes = [&] { return bits_bytes + Memory<Int, Real>::bytes(shared_live, args.outputs); };
  while (shared_live > 0 && shared_bytes() + sizeof(lattice::PairScratch) + kAlign > exec.profile().shared_per_block)
    --shared_live;
  Slices const slices = slices_of(args, most, most > shared_live ? Memory<Int, Real>::bytes(most, args.outputs) : 0,
                                  exec.profile().multiprocessors);
  auto* const scratch = static_cast<unsigned char*>(exec.workspace(slices.bytes));
  PairAnswers const answers{most, reinterpret_cast<std::int32_t*>(scratch + slices.live_at),
                            reinterpret_cast<std::int32_t*>(scratch + slices.players_at),
                            reinterpret_cast<double*>(scratch + slices.shared_at),
                            reinterpret_cast<double*>(scratch + slices.values_at)};
  for (std::int64_t first = 0; first < args.rows; first += slices.rows) {
    std::int64_t const rows = std::min(slices.rows, args.rows - first);
    launch("lattice_pairs.play", play_kernel<Int, Real>, {slices.blocks, kThreads, shared_bytes()}, exec, args, first,
           rows * args.background_rows, shared_live, scratch, slices.lattice_bytes, answers);
    launch("lattice_pairs.mean", mean_kernel, {rows, kThreads}, exec, args, first, answers);
  }
}

}  // namespace

void lattice_pairs_cuda(device::Exec const& exec, LatticeGameArgs const& args) {
  if (!args.continues()) exec.zero(args.largest, static_cast<std::size_t>(args.rows) * sizeof(std::int32_t));
  if (args.rows == 0 || args.background_rows == 0) return;
  lattice::with_number_types(args,
                             [&](auto integer, auto real) { run<decltype(integer), decltype(real)>(exec, args); });
}

}  // namespace limpid
