// sums[g][p][r] += w_z phi of the game of the pair (r, z), and the change of phi since the level below      patterns
// [R x leaves] and [B x leaves] from leaf_patterns; pairs of a slice of rows, pair = row * B + z.
//
// 1. play_focused    blocks stride over the pairs; a pair that plays() is played at two levels, or as a whole
//                    lattice where the level holds it
//      block  256 threads. Alive leaves into a list (atomic counter), keys and margin keys by integer atomics, ranks of
//             the players by counting; then level by level: scatter (integer atomicAdd: order-free), zeta bit by bit,
//             link and slopes entry by entry, halvings, all by striding over the entries with a barrier a step
//      smem   4 P bytes of lattice bits (whole lattices), 1.4 KB of weights, two counters
//      scratch  focused_game_memory.h, one piece a block: at L = 12, V = 24 and one output about 0.4 MB
// 2. sum_focused     one thread per row and value: adds z = 0..B-1 in order in double
// Bytes moved: 2 leaves bytes per pair (L2), the block's scratch about 30 times (L2), 16 G P per pair written and read.
//
// Integers are order-free; every addition of reals pairs the same entries as the task: same bits as on the CPU.

#include <algorithm>

#include "kernels/focused_game_block.cuh"

namespace limpid {
namespace {

constexpr int kPlayThreads = 256;
constexpr int kSumThreads = 128;
constexpr std::size_t kScratchBytes = std::size_t{512} << 20;
constexpr std::size_t kAlign = 256;

std::size_t aligned(std::size_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

/// How a call is cut into slices of rows and where its scratch lies: a piece per block, then what the slice's pairs
/// give.
struct Slices {
  focused::MemorySize size;
  std::int64_t rows = 1;  ///< per slice
  std::int64_t blocks = 1;
  std::size_t block_bytes = 0;
  std::size_t values_offset = 0;   ///< [pairs x G x P]
  std::size_t changes_offset = 0;  ///< [pairs x G x P]
  std::size_t played_offset = 0;   ///< [pairs]
  std::size_t bytes = 0;
};

struct PairResults {
  double* values;
  double* changes;
  std::int32_t* played;
};

__device__ inline std::int64_t row_of(FocusedGameArgs const& args, std::int64_t index) {
  return args.row_list != nullptr ? args.row_list[index] : index;
}

template <class Int, class Real>
__global__ void __launch_bounds__(kPlayThreads, sizeof(Int) + sizeof(Real) > 8 ? 1 : 2)
    play_focused_kernel(FocusedGameArgs args, focused::MemorySize size, std::int64_t first_row, std::int64_t pairs,
                        unsigned char* scratch, std::size_t block_bytes, PairResults out) {
  LIMPID_SHARED(std::uint32_t, bits);
  LIMPID_SHARED_ARRAY(double, weights, focused::Weights::kRows*(focused::kMostFocused + 1));
  LIMPID_SHARED_ARRAY(std::int32_t, counts, 4);  // of this pair and of the next, which may begin meanwhile
  LatticeGameArgs const& game = args.lattice;
  std::int64_t const vectors = std::int64_t{game.outputs} * game.players;
  unsigned char* const memory = scratch + blockIdx.x * block_bytes;
  focused::Memory<Int, Real> at;
  (void)at.lay_out(memory, size);
  std::int32_t turn = 0;
  for (std::int64_t pair = blockIdx.x; pair < pairs; pair += gridDim.x, turn = 2 - turn) {
    std::int64_t const row = row_of(args, first_row + pair / game.background_rows);
    std::int64_t const z = pair % game.background_rows;
    double* const values = out.values + pair * vectors;
    double* const changes = out.changes + pair * vectors;
    focused::PairBlock<Int, Real> block{game, row, z, at, weights, counts + turn};
    std::int32_t const live = block.meet();
    bool const plays = args.plays(live);
    std::int32_t const level = args.effort.level(live);
    if (threadIdx.x == 0) out.played[pair] = plays ? 1 : 0;
    for (std::int64_t n = threadIdx.x; n < vectors; n += blockDim.x) values[n] = changes[n] = at.values[n] = 0.0;
    // no barrier: both ways to play have one before they write values
    if (plays && live <= level) {
      lattice::play_pair<Int, Real>(game, row, z, live, bits, memory, values);
    } else if (plays) {
      for (std::int32_t below = 0; below < 2; ++below) {  // one call: the compiler takes minutes for two
        block.play(live, below == 0 ? level : focus_level_below(level), below == 0 ? values : at.values);
      }
      for (std::int64_t n = threadIdx.x; n < vectors; n += blockDim.x) {
        changes[n] = focused::change_since(level, values[n], at.values[n]);
      }
      // no barrier: a thread clears the entries that it read
    }
  }
}

/// Pairs that were not played add nothing.
__global__ void sum_focused_kernel(FocusedGameArgs args, std::int64_t first_row, std::int64_t rows, PairResults of) {
  LatticeGameArgs const& game = args.lattice;
  std::int64_t const vectors = std::int64_t{game.outputs} * game.players;
  std::int64_t const i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < rows * vectors) {
    std::int64_t const row = i / vectors;
    std::int64_t const vector = i % vectors;
    std::int64_t const to = row_of(args, first_row + row);
    std::int64_t const slot = vector * game.value_stride + to;
    double sum = game.continues() ? args.sums[slot] : 0.0;
    double change = game.continues() ? args.changes[slot] : 0.0;
    std::int32_t played = 0;
    for (std::int64_t z = 0; z < game.background_rows; ++z) {
      std::int64_t const pair = row * game.background_rows + z;
      if (of.played[pair] == 0) continue;
      sum += game.weight(z) * of.values[pair * vectors + vector];
      change += game.weight(z) * of.changes[pair * vectors + vector];
      ++played;
    }
    args.sums[slot] = sum;
    args.changes[slot] = change;
    if (vector == 0) args.estimated[to] = played + (game.continues() ? args.estimated[to] : 0);
  }
}

/// The largest whole lattice of a pair, at the beginning of its block's piece.
template <class Int, class Real>
std::size_t whole_lattice_bytes(FocusedGameArgs const& args) {
  std::int32_t most = 0;
  for (std::int32_t live = args.lattice.max_players + 1; live <= std::min(kMostFocusLevel, args.lattice.players);
       ++live) {
    if (live <= args.effort.level(live)) most = live;
  }
  return most == 0 ? 0 : lattice::Lattice<Int, Real>::bytes(most, args.lattice.outputs);
}

template <class Int, class Real>
Slices slices_of(FocusedGameArgs const& args, std::int32_t multiprocessors) {
  LatticeGameArgs const& game = args.lattice;
  Slices s;
  s.size = focused::memory_size(args);
  focused::Memory<Int, Real> memory;
  s.block_bytes = aligned(std::max(memory.lay_out(nullptr, s.size), whole_lattice_bytes<Int, Real>(args)));
  auto const background = static_cast<std::size_t>(game.background_rows);
  std::size_t const values =
      static_cast<std::size_t>(game.outputs) * static_cast<std::size_t>(game.players) * sizeof(double);
  std::size_t const row_bytes = background * (2 * values + sizeof(std::int32_t));
  s.rows = std::clamp(static_cast<std::int64_t>(kScratchBytes / row_bytes), std::int64_t{1}, game.rows);
  auto const fitting = static_cast<std::int64_t>(std::max(std::size_t{1}, kScratchBytes / s.block_bytes));
  constexpr std::int64_t kBlocksPerMultiprocessor = 8;
  s.blocks = std::min({fitting, kBlocksPerMultiprocessor * multiprocessors, s.rows * game.background_rows});
  auto const pairs = static_cast<std::size_t>(s.rows) * background;
  s.values_offset = static_cast<std::size_t>(s.blocks) * s.block_bytes;
  s.changes_offset = s.values_offset + aligned(pairs * values);
  s.played_offset = s.changes_offset + aligned(pairs * values);
  s.bytes = s.played_offset + pairs * sizeof(std::int32_t);
  return s;
}

template <class Int, class Real>
void run(device::Exec const& exec, FocusedGameArgs const& args) {
  LatticeGameArgs const& game = args.lattice;
  Slices const slices = slices_of<Int, Real>(args, exec.profile().multiprocessors);
  auto* const scratch = static_cast<unsigned char*>(exec.workspace(slices.bytes));
  PairResults const results{reinterpret_cast<double*>(scratch + slices.values_offset),
                            reinterpret_cast<double*>(scratch + slices.changes_offset),
                            reinterpret_cast<std::int32_t*>(scratch + slices.played_offset)};
  std::size_t const bits_bytes = static_cast<std::size_t>(game.players) * sizeof(std::uint32_t);
  for (std::int64_t first = 0; first < game.rows; first += slices.rows) {
    std::int64_t const rows = std::min(slices.rows, game.rows - first);
    launch("focused_game.play", play_focused_kernel<Int, Real>, {slices.blocks, kPlayThreads, bits_bytes}, exec, args,
           slices.size, first, rows * game.background_rows, scratch, slices.block_bytes, results);
    std::int64_t const sums = rows * game.outputs * game.players;
    launch("focused_game.sum", sum_focused_kernel, {(sums + kSumThreads - 1) / kSumThreads, kSumThreads}, exec, args,
           first, rows, results);
  }
}

}  // namespace

void focused_game_cuda(device::Exec const& exec, FocusedGameArgs const& args) {
  if (args.lattice.rows == 0 || args.lattice.background_rows == 0) return;
  lattice::with_number_types(args.lattice,
                             [&](auto integer, auto real) { run<decltype(integer), decltype(real)>(exec, args); });
}

}  // namespace limpid
