// phi[g][p][r] += sum over leaves of T[q][a]      bins [C x R] bytes, tables float, values [G x P x R] double
//
// 1. sum_block      the float sums of one block of leaves for 4 rows a thread, into partial [block's players x rows]
//      grid   x: groups of 4 * threads rows   y: blocks of leaves, so that a few thousand rows fill the chip
//      block  64 to 256 threads, as many as the shared memory of the sums allows
//      smem   sums [block's players x 4 threads] float, 4 rows a thread = one 128-bit access; player slots [P] 16 bit,
//             searched for where they do not fit;
//             two tiles of tables of 16 KB: asynchronous copies of the next under the look-ups of this one
//             (a model too wide for that keeps the sums where they go, in the partial array)
//      a pattern of 4 rows lives in one register, a byte each: 5 byte-wise instructions per test
// 2. add_blocks     one thread per row and value: partial sums to double, block after block
// Bytes moved: tables and tests once per group of rows (L2), 4 bytes per block player and row out and in.
// Float inside a block in leaf order, double across blocks in order: same bits as SumLeafTablesTask.

#include <algorithm>

#include "kernels/launch.cuh"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_leaf_tables.task.h"

namespace limpid {
namespace {

constexpr int kRowsPerThread = 4;
constexpr int kMaxThreads = 256;
constexpr int kMinThreads = 32;
constexpr std::uint32_t kTileFloats = 4096;
constexpr int kCopyBytes = 8;  // a table is K 2^N floats: a multiple of two
constexpr int kAddThreads = 256;
constexpr std::size_t kPartialBytes = std::size_t{256} << 20;

/// Leaves [begin, end) of a block whose tables fit one tile.
struct Tile {
  std::uint32_t begin;
  std::uint32_t end;
};

__device__ Tile tile_from(PathsView const& paths, std::uint32_t begin, std::uint32_t block_end) {
  std::uint32_t end = begin;
  while (end < block_end && paths.table_begin[end + 1] - paths.table_begin[begin] <= kTileFloats) ++end;
  return {begin, end};
}

/// Starts copying a tile's tables to shared memory, 8 bytes a thread and step; one group of copies.
__device__ void copy_tile(SumLeafTablesArgs const& args, Tile tile, float* shared) {
  std::uint64_t const first = args.paths.table_begin[tile.begin];
  auto const floats = static_cast<std::uint32_t>(args.paths.table_begin[tile.end] - first);
  for (std::uint32_t i = 2 * threadIdx.x; i < floats; i += 2 * blockDim.x) {
    async_copy<kCopyBytes>(shared + i, args.tables + first + i);
  }
  async_commit();
}

/// Patterns of 4 rows, a byte each: bits below N, 0 above.
__device__ std::uint32_t patterns_of_4(SumLeafTablesArgs const& args, std::uint32_t leaf, std::int64_t row) {
  constexpr std::uint32_t kEveryByte = 0x01010101u;
  std::uint32_t patterns = kEveryByte * ((1u << path_bits(args.paths, leaf)) - 1u);
  for (std::uint32_t t = args.paths.test_begin[leaf]; t < args.paths.test_begin[leaf + 1]; ++t) {
    Test const test = args.paths.tests[t];
    auto const bins = load_vector<std::uint32_t>(args.bins.data + std::int64_t{test.column} * args.bins.stride + row);
    std::uint32_t const passes = __vcmpleu4(__vsub4(bins, kEveryByte * test.lo), kEveryByte * test.width);
    patterns &= passes | ~(kEveryByte << test.player);
  }
  return patterns;
}

/// Index of a player among a block's sorted players; -1: no leaf of the block has it.
__device__ std::int64_t index_in_block(PathsView const& paths, LeafBlock const& block, std::uint32_t player) {
  std::uint32_t low = block.player_begin;
  std::uint32_t high = block.player_end;
  while (low < high) {
    std::uint32_t const middle = (low + high) / 2;
    if (paths.block_players[middle] < player) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < block.player_end && paths.block_players[low] == player ? std::int64_t{low} : -1;
}

/// A block's index of a player: from an array in shared memory, or searched for where there are too many players (pairs
/// of them) for one.
struct Slots {
  PathsView const& paths;
  LeafBlock const& block;
  std::uint16_t const* of_player;  ///< nullptr: too many

  __device__ std::int64_t operator[](std::uint32_t player) const {
    if (of_player != nullptr) return of_player[player];
    return index_in_block(paths, block, player) - block.player_begin;
  }
};

/// sums [players x row_stride]: 4 rows of each player at this thread's column.
__device__ void add_leaf(SumLeafTablesArgs const& args, std::uint32_t leaf, std::uint32_t patterns, float const* table,
                         Slots const& slots, float* sums, std::int64_t row_stride) {
  std::int32_t const players = path_players(args.paths, leaf);
  std::int32_t const bits = path_bits(args.paths, leaf);
  std::uint32_t const* const player = args.paths.players + args.paths.player_begin[leaf];
  for (std::int32_t q = 0; q < players; ++q, table += std::ptrdiff_t{1} << bits) {
    float* const at = sums + slots[player[q]] * row_stride;
    auto sum = load_vector<float4>(at);
    sum.x += table[patterns & 0xFFu];
    sum.y += table[patterns >> 8 & 0xFFu];
    sum.z += table[patterns >> 16 & 0xFFu];
    sum.w += table[patterns >> 24];
    store_vector(at, sum);
  }
}

/// 16-bit slots of so many players: the sums behind them stay 16-byte aligned.
LIMPID_HD constexpr std::int64_t slot_room(std::int64_t players) noexcept { return (players + 7) / 8 * 8; }

/// `rows`: padded to a multiple of kRowsPerThread; partial [all blocks' players x rows]. `shared_slots`, `shared_sums`:
/// those lie in shared memory.
__global__ void sum_block_kernel(SumLeafTablesArgs args, std::int64_t first_row, std::int64_t rows, bool shared_slots,
                                 bool shared_sums, float* partial) {
  LIMPID_SHARED(unsigned char, shared);
  LeafBlock const block = args.paths.blocks[blockIdx.y];
  std::uint32_t const block_players = block.player_end - block.player_begin;
  auto* const tiles = reinterpret_cast<float*>(shared);
  auto* const slot_of = reinterpret_cast<std::uint16_t*>(tiles + 2 * kTileFloats);
  std::int64_t const slot_count = slot_room(shared_slots ? args.players : 0);
  Slots const slots{args.paths, block, shared_slots ? slot_of : nullptr};
  std::int64_t const row = (std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x) * kRowsPerThread;
  bool const mine = row < rows;
  std::int64_t const row_stride = shared_sums ? std::int64_t{blockDim.x} * kRowsPerThread : rows;
  float* const out = partial + block.player_begin * rows + row;
  float* const sums = shared_sums ? reinterpret_cast<float*>(slot_of + slot_count) + threadIdx.x * kRowsPerThread : out;

  for (std::uint32_t i = threadIdx.x; shared_slots && i < block_players; i += blockDim.x) {
    slot_of[args.paths.block_players[block.player_begin + i]] = static_cast<std::uint16_t>(i);
  }
  if (mine) {
    for (std::uint32_t i = 0; i < block_players; ++i)
      store_vector(sums + i * row_stride, float4{0.0F, 0.0F, 0.0F, 0.0F});
  }
  Tile tile = tile_from(args.paths, block.begin, block.end);
  copy_tile(args, tile, tiles);
  for (int buffer = 0; tile.begin < block.end; buffer ^= 1) {
    Tile const next = tile_from(args.paths, tile.end, block.end);
    copy_tile(args, next, tiles + (buffer ^ 1) * kTileFloats);  // no leaves left: an empty group
    async_wait<1>();
    __syncthreads();  // this tile has landed for every thread
    float const* const tables = tiles + buffer * kTileFloats;
    if (mine) {
      for (std::uint32_t leaf = tile.begin; leaf < tile.end; ++leaf) {
        add_leaf(args, leaf, patterns_of_4(args, leaf, first_row + row),
                 tables + (args.paths.table_begin[leaf] - args.paths.table_begin[tile.begin]), slots, sums, row_stride);
      }
    }
    tile = next;
    __syncthreads();  // the next round overwrites this tile
  }
  if (mine && shared_sums) {
    for (std::uint32_t i = 0; i < block_players; ++i)
      store_vector(out + i * rows, load_vector<float4>(sums + i * row_stride));
  }
}

/// Row = x, value (g, p) = y of the grid (and on, for more values than a grid is high).
__global__ void add_blocks_kernel(SumLeafTablesArgs args, std::int64_t first_row, std::int64_t rows,
                                  std::int64_t padded_rows, float const* partial, std::int64_t vectors) {
  std::int64_t const row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  for (std::int64_t vector = blockIdx.y; vector < vectors && row < rows; vector += gridDim.y) {
    double* const out = args.values + vector * args.value_stride + first_row + row;
    double sum = *out;
    for (std::int32_t b = 0; b < args.paths.blocks_count; ++b) {
      LeafBlock const& block = args.paths.blocks[b];
      if (block.output != vector / args.players) continue;
      std::int64_t const at = index_in_block(args.paths, block, static_cast<std::uint32_t>(vector % args.players));
      if (at >= 0) sum += static_cast<double>(partial[at * padded_rows + row]);
    }
    *out = sum;
  }
}

/// Threads and shared bytes of sum_block; `shared_sums` false: not even a warp's sums fit.
struct Shape {
  int threads = kMaxThreads;
  std::size_t shared_bytes = 0;
  bool shared_slots = true;
  bool shared_sums = true;
};

Shape shape_of(std::int32_t players, std::int64_t widest_block, std::int64_t rows, std::size_t limit) {
  std::size_t const slots = static_cast<std::size_t>(slot_room(players)) * sizeof(std::uint16_t);
  std::size_t const tiles = 2 * kTileFloats * sizeof(float);
  std::size_t const per_thread = static_cast<std::size_t>(widest_block) * kRowsPerThread * sizeof(float);
  Shape shape;
  shape.shared_slots = tiles + slots <= limit;
  std::size_t const fixed = tiles + (shape.shared_slots ? slots : 0);
  while (shape.threads > kMinThreads && shape.threads / 2 * kRowsPerThread >= rows) shape.threads /= 2;
  while (shape.threads > kMinThreads && fixed + static_cast<std::size_t>(shape.threads) * per_thread > limit)
    shape.threads /= 2;
  shape.shared_sums = fixed + static_cast<std::size_t>(shape.threads) * per_thread <= limit;
  if (!shape.shared_sums) shape.threads = kMaxThreads;
  shape.shared_bytes = fixed + (shape.shared_sums ? static_cast<std::size_t>(shape.threads) * per_thread : 0);
  return shape;
}

}  // namespace

void sum_leaf_tables_cuda(device::Exec const& exec, SumLeafTablesArgs const& args) {
  if (args.bins.rows == 0 || args.paths.blocks_count == 0) return;
  std::int64_t const block_players = args.paths.block_players_count;
  std::int64_t const fitting = static_cast<std::int64_t>(kPartialBytes / sizeof(float)) / block_players;
  std::int64_t const slice = std::max<std::int64_t>(fitting / kMaxThreads, 1) * kMaxThreads;
  std::int64_t const vectors = std::int64_t{args.outputs} * args.players;
  for (std::int64_t first = 0; first < args.bins.rows; first += slice) {
    std::int64_t const rows = std::min(slice, args.bins.rows - first);
    std::int64_t const padded = (rows + kRowsPerThread - 1) / kRowsPerThread * kRowsPerThread;
    Shape const shape = shape_of(args.players, args.paths.widest_block, padded, exec.profile().shared_per_block);
    auto* const partial = static_cast<float*>(
        exec.workspace(static_cast<std::size_t>(block_players) * static_cast<std::size_t>(padded) * sizeof(float)));
    std::int64_t const rows_per_block = std::int64_t{shape.threads} * kRowsPerThread;
    launch(
        "sum_leaf_tables.block", sum_block_kernel,
        {{(padded + rows_per_block - 1) / rows_per_block, args.paths.blocks_count}, shape.threads, shape.shared_bytes},
        exec, args, first, padded, shape.shared_slots, shape.shared_sums, partial);
    launch("sum_leaf_tables.add", add_blocks_kernel,
           {{(rows + kAddThreads - 1) / kAddThreads, std::min<std::int64_t>(vectors, 65535)}, kAddThreads}, exec, args,
           first, rows, padded, partial, vectors);
  }
}

}  // namespace limpid
