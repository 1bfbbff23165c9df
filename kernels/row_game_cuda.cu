// phi[g][p][r], and interactions, of the game logit(sum_z w_z p / sum_z w_z) of row r      patterns [R x leaves] and
// [B x leaves] from leaf_patterns; slices of rows, so that pairs fit in a grid.
//
// 1. mark_rows   one block per pair: marks the players of alive leaves, and sets them in the row's marks by atomicOr
//      block  128 threads stride over the leaves, 16 short patterns per 128-bit load
//      smem   4 P bytes
// 2. count_rows  one thread per row: its marks -> lattice bits, V -> largest[r]; the values of rows with V = 0 or above
//                the limit are 0
// 3. play_rows   blocks stride over the rows whose V lies in (low, high]; two launches or more: rows whose sums fit in
//                shared memory, then the larger ones with sums in global scratch
//      block  256 threads, background rows in order: scatter, zeta, p and 1 - p on the pair's own lattice, then every
//             coalition of the row adds its entry, found by two look-ups; log, interactions where they are wanted (in
//             place of the sums of 1 - p) and fold at the end
//      smem   4 P bytes of lattice bits, 8 KB of look-ups; the pair's lattice (2 doubles and an integer per entry and
//             output), where it fits, and for small V the sums (2 doubles per coalition and output)
//
// A pair whose lattice does not fit in shared memory lies in the block's scratch behind its sums.
// Integers are order-free; sums over z are in order, each in one thread; every other addition of reals pairs the same
// entries as the task: same bits.

#include <algorithm>

#include "kernels/row_game_block.cuh"

namespace limpid {
namespace {

constexpr int kMarkThreads = 128;
constexpr int kPlayThreads = 256;
constexpr std::size_t kScratchBytes = std::size_t{512} << 20;
constexpr std::int64_t kGridPairs = std::int64_t{1} << 30;
constexpr std::int32_t kNoSums = -1;

__global__ void mark_rows_kernel(LatticeGameArgs args, std::int64_t first_row, std::uint32_t* row_marks) {
  LIMPID_SHARED(std::uint32_t, marks);
  std::int64_t const row = blockIdx.x / args.background_rows;
  lattice::zero_block(marks, args.players);
  lattice::mark_live_block(args, first_row + row, blockIdx.x % args.background_rows, marks);
  for (std::int32_t p = static_cast<std::int32_t>(threadIdx.x); p < args.players;
       p += static_cast<std::int32_t>(blockDim.x)) {
    if (marks[p] != 0) atomicOr(&row_marks[row * args.players + p], 1u);
  }
}

__global__ void count_rows_kernel(LatticeGameArgs args, std::int64_t first_row, std::int64_t rows,
                                  std::uint32_t* row_marks) {
  std::int64_t const row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (row < rows) {
    std::int32_t const live = lattice::number_live(row_marks + row * args.players, args.players);
    args.largest[first_row + row] = live;
    bool const is_played = live > 0 && live <= args.max_players;
    std::int64_t const vectors = args.count_only || is_played ? 0 : std::int64_t{args.outputs} * args.players;
    for (std::int64_t n = 0; n < vectors; ++n) args.values[n * args.value_stride + first_row + row] = 0.0;
  }
}

/// How a launch of play_rows uses memory. `scratch`: nullptr: sums lie in shared memory.
struct PlayMemory {
  std::size_t bits_bytes = 0;    ///< of P lattice bits
  std::int32_t pair_shared = 0;  ///< most live players of a pair whose lattice lies in shared memory
  unsigned char* scratch = nullptr;
  std::size_t scratch_stride = 0;  ///< of a block: sums, then a pair's lattice
  std::size_t pair_offset = 0;     ///< where that is
};

/// Plays the rows [0, rows) of a slice with low < V <= high; blocks stride over them.
template <class Int>
__global__ void __launch_bounds__(kPlayThreads, 2)
    play_rows_kernel(LatticeGameArgs args, std::int64_t first_row, std::int64_t rows, std::uint32_t const* row_marks,
                     std::int32_t low, std::int32_t high, PlayMemory memory) {
  LIMPID_SHARED(unsigned char, shared);
  LIMPID_SHARED_ARRAY(row_game::Pair, pair, 1);
  LIMPID_SHARED_ARRAY(row_game::RowPairs, row_pairs, 1);
  auto* const bits = reinterpret_cast<std::uint32_t*>(shared);
  auto* const table = reinterpret_cast<std::uint32_t*>(shared + memory.bits_bytes);
  unsigned char* const rest = shared + memory.bits_bytes + row_game::kTableEntries * sizeof(std::uint32_t);
  unsigned char* const mine = memory.scratch != nullptr ? memory.scratch + blockIdx.x * memory.scratch_stride : nullptr;
  for (std::int64_t r = blockIdx.x; r < rows; r += gridDim.x) {
    std::int64_t const row = first_row + r;
    std::int32_t const live = args.largest[row];
    if (live <= low || live > high) continue;
    std::uint32_t const* const row_bits = row_marks + r * args.players;
    auto* const sums = reinterpret_cast<double*>(mine != nullptr ? mine : rest);
    unsigned char* const pair_memory = mine != nullptr ? rest : rest + row_game::sum_bytes(live, args.outputs);
    std::int64_t const size = std::int64_t{1} << live;
    if (args.interactions != nullptr) row_game::set_players(args.players, row_bits, row_pairs[0]);
    lattice::zero_block(sums, 2 * args.outputs * size);
    for (std::int64_t z = 0; z < args.background_rows; ++z) {
      row_game::meet_block(args, row, z, row_bits, bits, pair);
      row_game::PairLattice<Int> const at(pair->bits <= memory.pair_shared ? pair_memory : mine + memory.pair_offset,
                                          pair->bits, args.outputs);
      lattice::fill_integers(args, row, z, bits, pair->bits, at.integers);
      for (std::int64_t s = threadIdx.x; s < (std::int64_t{1} << pair->bits); s += blockDim.x) {
        row_game::apply_pair_odds(args, at.integers, pair->bits, args.weight(z), s, at.chance, at.against);
      }
      row_game::fill_table(live, pair->live, table);
      row_game::add_pair(args, live, at, pair->bits, table, sums);
    }
    __syncthreads();
    row_game::sums_to_games(args.outputs, size, sums);
    row_game::write_row(args, row, live, row_bits, sums, sums + args.outputs * size, row_pairs[0]);
  }
}

/// The most players for which `bytes(players)` is within `limit`, at most `most`; kNoSums when none.
template <class Bytes>
std::int32_t most_players(std::int32_t most, std::size_t limit, Bytes const& bytes) {
  std::int32_t players = kNoSums;
  while (players < most && bytes(players + 1) <= limit) ++players;
  return players;
}

template <class Int>
class Run {
 public:
  Run(device::Exec const& exec, LatticeGameArgs const& args) : exec_(exec), args_(args) {
    constexpr std::size_t kTableBytes = row_game::kTableEntries * sizeof(std::uint32_t);
    memory_.bits_bytes = (static_cast<std::size_t>(args.players) * sizeof(std::uint32_t) + 15) / 16 * 16;
    fixed_bytes_ = memory_.bits_bytes + kTableBytes;
    most_ = std::min(args.max_players, args.players);
    constexpr std::size_t kStaticBytes = sizeof(row_game::Pair) + sizeof(row_game::RowPairs) + 16;
    std::size_t const limit = exec.profile().shared_per_block - kStaticBytes;
    room_ = limit > fixed_bytes_ ? limit - fixed_bytes_ : 0;
    slice_ = std::clamp(kGridPairs / args.background_rows, std::int64_t{1}, args.rows);
    shared_rows_ = most_players(most_, room_, [this](std::int32_t live) { return row_bytes(live); });
    if (!args.count_only && most_ > shared_rows_) plan_scratch();
  }

  void operator()() {
    marks_bytes_ = static_cast<std::size_t>(slice_ * args_.players) * sizeof(std::uint32_t);
    std::size_t const scratch_bytes = static_cast<std::size_t>(large_blocks_) * memory_.scratch_stride;
    auto* const scratch = static_cast<unsigned char*>(exec_.workspace(scratch_bytes + marks_bytes_));
    marks_ = reinterpret_cast<std::uint32_t*>(scratch + scratch_bytes);
    for (std::int64_t first = 0; first < args_.rows; first += slice_) {
      std::int64_t const rows = std::min(slice_, args_.rows - first);
      exec_.zero(marks_, marks_bytes_);
      launch("row_game.mark", mark_rows_kernel, {rows * args_.background_rows, kMarkThreads, memory_.bits_bytes}, exec_,
             args_, first, marks_);
      launch("row_game.count", count_rows_kernel, {(rows + kMarkThreads - 1) / kMarkThreads, kMarkThreads}, exec_,
             args_, first, rows, marks_);
      if (!args_.count_only) play(first, rows, scratch);
    }
  }

 private:
  [[nodiscard]] std::size_t pair_bytes(std::int32_t live) const {
    return row_game::PairLattice<Int>::bytes(live, args_.outputs);
  }
  /// Of a row in shared memory: its sums, and a pair with all of its players.
  [[nodiscard]] std::size_t row_bytes(std::int32_t live) const {
    return row_game::sum_bytes(live, args_.outputs) + pair_bytes(live);
  }

  /// Rows whose sums lie in global memory.
  void plan_scratch() {
    constexpr std::size_t kAlign = 256;
    constexpr std::int32_t kUsualPair = 11;  // most pairs' lattices; a larger one would leave no room for other blocks
    auto const aligned = [](std::size_t n) { return (n + kAlign - 1) / kAlign * kAlign; };
    memory_.pair_shared =
        most_players(std::min(most_, kUsualPair), room_, [this](std::int32_t n) { return pair_bytes(n); });
    memory_.pair_offset = aligned(row_game::sum_bytes(most_, args_.outputs));
    memory_.scratch_stride = memory_.pair_offset + aligned(pair_bytes(most_));
    auto const fitting = static_cast<std::int64_t>(std::max(std::size_t{1}, kScratchBytes / memory_.scratch_stride));
    large_blocks_ = std::min({fitting, std::int64_t{4} * exec_.profile().multiprocessors, slice_});
  }

  void play(std::int64_t first, std::int64_t rows, unsigned char* scratch) const {
    std::int32_t low = 0;
    for (std::int32_t const step : {6, 8, 10, shared_rows_}) {  // small sums leave room for more blocks
      std::int32_t const high = std::min(step, shared_rows_);
      if (high <= low) continue;
      PlayMemory memory = memory_;
      memory.pair_shared = high;
      launch("row_game.play", play_rows_kernel<Int>, {rows, kPlayThreads, fixed_bytes_ + row_bytes(high)}, exec_, args_,
             first, rows, marks_, low, high, memory);
      low = high;
    }
    if (large_blocks_ == 0) return;
    PlayMemory memory = memory_;
    memory.scratch = scratch;
    std::size_t const pair = memory_.pair_shared == kNoSums ? 0 : pair_bytes(memory_.pair_shared);
    launch("row_game.play_large", play_rows_kernel<Int>, {large_blocks_, kPlayThreads, fixed_bytes_ + pair}, exec_,
           args_, first, rows, marks_, low, most_, memory);
  }

  device::Exec const& exec_;
  LatticeGameArgs const& args_;
  PlayMemory memory_;
  std::size_t fixed_bytes_ = 0;  ///< shared memory of bits and look-ups
  std::size_t room_ = 0;         ///< and what is left
  std::size_t marks_bytes_ = 0;
  std::int32_t most_ = 0;         ///< players of a row that is played
  std::int32_t shared_rows_ = 0;  ///< players of a row whose sums lie in shared memory
  std::int64_t slice_ = 1;        ///< rows
  std::int64_t large_blocks_ = 0;
  std::uint32_t* marks_ = nullptr;  ///< [slice x P]
};

}  // namespace

void row_game_cuda(device::Exec const& exec, RowGameArgs const& args) {
  LatticeGameArgs const& lattice = args.lattice;
  if (lattice.rows == 0 || lattice.background_rows == 0) return;
  lattice.wide ? Run<lattice::Wide>(exec, lattice)() : Run<lattice::Narrow>(exec, lattice)();
}

}  // namespace limpid
