// phi[g][p][r] += sum over leaves of T[q][a]      bins [C x R] bytes, tables float, values [G x P x R] double
//
// 1. sum_block      the float sums of one block of leaves for 4 rows a thread, into partial [block's players x rows]
//      grid   x: groups of 4 * threads rows   y: blocks of leaves, so that a few thousand rows fill the chip
//      block  32 to 512 threads, as many as the shared memory of the sums allows with room for their bins in L1
//      smem   sums [block's players x 4 threads] float, 4 rows a thread = one 128-bit access; the place among them of
//             every look-up of the block, 16 bit, 4 KB; two tiles of tables of 8 KB (14 and 16 KB where players are
//             pairs): asynchronous copies of the next under the look-ups of this one (a model too wide for that keeps
//             the sums where they go, in the partial array)
//      a pattern of 4 rows lives in one register, a byte each: 5 byte-wise instructions per test
// 2. add_blocks     one thread per row and value: partial sums to double, block after block; a block of threads finds
//                   the places of its value in 256 blocks of leaves at a time
// Bytes moved: tables and tests once per group of rows (L2), 4 bytes per block player and row out and in.
// Float inside a block in leaf order, double across blocks in order: same bits as SumLeafTablesTask.

#include <algorithm>

#include "kernels/launch.cuh"
#include "kernels/sum_leaf_tables.h"
#include "kernels/sum_leaf_tables.task.h"

namespace limpid {
namespace {

constexpr int kRowsPerThread = 4;
constexpr int kMaxThreads = 512;
constexpr int kMinThreads = 32;

/// What a block has room for in shared memory.
struct Room {
  std::uint32_t tile_floats = 0;  ///< of two tiles, each at least the largest table
  std::uint32_t look_ups = 0;     ///< of a block of leaves, 16 bit each

  [[nodiscard]] LIMPID_HD std::size_t bytes() const {
    return 2 * tile_floats * sizeof(float) + look_ups * sizeof(std::uint16_t);
  }
};
constexpr std::uint32_t kMostPairs = kMaxShortPlayers * (kMaxShortPlayers - 1) / 2;
constexpr Room kRoomOfPlayers{2048, kBlockLeaves* kMaxShortPlayers};  // 8 players x 2^8 patterns
constexpr Room kRoomOfPairs{4096, kBlockLeaves* kMostPairs};          // sum_leaf_tables.h
constexpr int kCopyBytes = 8;                                         // a table is K 2^N floats: a multiple of two
constexpr int kAddThreads = 256;
constexpr std::size_t kPartialBytes = std::size_t{256} << 20;

/// Leaves [begin, end) of a block whose tables fit one tile.
struct Tile {
  std::uint32_t begin;
  std::uint32_t end;
};

__device__ Tile tile_from(PathsView const& paths, std::uint32_t begin, std::uint32_t block_end,
                          std::uint32_t tile_floats) {
  std::uint32_t end = begin;
  while (end < block_end && paths.table_begin[end + 1] - paths.table_begin[begin] <= tile_floats) ++end;
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

/// sums [players x row_stride]: 4 rows of each player at this thread's column; `slots`: places among them of the
/// leaf's look-ups.
__device__ void add_leaf(SumLeafTablesArgs const& args, std::uint32_t leaf, std::uint32_t patterns, float const* table,
                         std::uint16_t const* slots, float* sums, std::int64_t row_stride) {
  std::int32_t const players = path_players(args.paths, leaf);
  std::int32_t const bits = path_bits(args.paths, leaf);
  for (std::int32_t q = 0; q < players; ++q, table += std::ptrdiff_t{1} << bits) {
    float* const at = sums + slots[q] * row_stride;
    auto sum = load_vector<float4>(at);
    sum.x += table[patterns & 0xFFu];
    sum.y += table[patterns >> 8 & 0xFFu];
    sum.z += table[patterns >> 16 & 0xFFu];
    sum.w += table[patterns >> 24];
    store_vector(at, sum);
  }
}

/// `rows`: padded to a multiple of kRowsPerThread; partial [all blocks' players x rows]. kSharedSums: the sums lie in
/// shared memory, and the compiler knows it.
template <bool kSharedSums>
__global__ void sum_block_kernel(SumLeafTablesArgs args, Room room, std::int64_t first_row, std::int64_t rows,
                                 float* partial) {
  LIMPID_SHARED(float, shared);
  LeafBlock const block = args.paths.blocks[blockIdx.y];
  std::uint32_t const block_players = block.player_end - block.player_begin;
  float* const tiles = shared;
  auto* const slots = reinterpret_cast<std::uint16_t*>(tiles + 2 * room.tile_floats);
  std::int64_t const row = (std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x) * kRowsPerThread;
  bool const mine = row < rows;
  std::int64_t const row_stride = kSharedSums ? std::int64_t{blockDim.x} * kRowsPerThread : rows;
  float* const out = partial + block.player_begin * rows + row;
  float* sums = out;
  if constexpr (kSharedSums) {
    sums = shared + room.bytes() / sizeof(float) + threadIdx.x * kRowsPerThread;
  }

  std::uint32_t const first_look_up = args.paths.player_begin[block.begin];
  for (std::uint32_t i = threadIdx.x; i < args.paths.player_begin[block.end] - first_look_up; i += blockDim.x) {
    slots[i] = static_cast<std::uint16_t>(index_in_block(args.paths, block, args.paths.players[first_look_up + i]) -
                                          block.player_begin);
  }
  if (mine) {
    for (std::uint32_t i = 0; i < block_players; ++i)
      store_vector(sums + i * row_stride, float4{0.0F, 0.0F, 0.0F, 0.0F});
  }
  Tile tile = tile_from(args.paths, block.begin, block.end, room.tile_floats);
  copy_tile(args, tile, tiles);
  for (int buffer = 0; tile.begin < block.end; buffer ^= 1) {
    Tile const next = tile_from(args.paths, tile.end, block.end, room.tile_floats);
    copy_tile(args, next, tiles + (buffer ^ 1) * room.tile_floats);  // no leaves left: an empty group
    async_wait<1>();
    __syncthreads();  // this tile has landed for every thread
    float const* const tables = tiles + buffer * room.tile_floats;
    if (mine) {
      for (std::uint32_t leaf = tile.begin; leaf < tile.end; ++leaf) {
        add_leaf(args, leaf, patterns_of_4(args, leaf, first_row + row),
                 tables + (args.paths.table_begin[leaf] - args.paths.table_begin[tile.begin]),
                 slots + (args.paths.player_begin[leaf] - first_look_up), sums, row_stride);
      }
    }
    tile = next;
    __syncthreads();  // the next round overwrites this tile
  }
  if (mine && kSharedSums) {
    for (std::uint32_t i = 0; i < block_players; ++i)
      store_vector(out + i * rows, load_vector<float4>(sums + i * row_stride));
  }
}

/// Row = x, value (g, p) = y of the grid (and on, for more values than a grid is high).
__global__ void add_blocks_kernel(SumLeafTablesArgs args, std::int64_t first_row, std::int64_t rows,
                                  std::int64_t padded_rows, float const* partial, std::int64_t vectors) {
  LIMPID_SHARED_ARRAY(std::int64_t, places, kAddThreads);  // of the value in the next blocks of leaves; -1: none
  std::int64_t const row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  for (std::int64_t vector = blockIdx.y; vector < vectors; vector += gridDim.y) {
    double* const out = args.values + vector * args.value_stride + first_row + row;
    double sum = row < rows ? *out : 0.0;
    for (std::int32_t first = 0; first < args.paths.blocks_count; first += kAddThreads) {
      std::int32_t const count =
          args.paths.blocks_count - first < kAddThreads ? args.paths.blocks_count - first : kAddThreads;
      if (static_cast<std::int32_t>(threadIdx.x) < count) {
        LeafBlock const& block = args.paths.blocks[first + static_cast<std::int32_t>(threadIdx.x)];
        bool const has_output = block.output == vector / args.players;
        places[threadIdx.x] =
            has_output ? index_in_block(args.paths, block, static_cast<std::uint32_t>(vector % args.players)) : -1;
      }
      __syncthreads();
      for (std::int32_t b = 0; b < count && row < rows; ++b) {
        if (places[b] >= 0) sum += static_cast<double>(partial[places[b] * padded_rows + row]);
      }
      __syncthreads();
    }
    if (row < rows) *out = sum;
  }
}

/// Threads and shared bytes of sum_block; `shared_sums` false: not even a warp's sums fit.
struct Shape {
  int threads = kMaxThreads;
  std::size_t shared_bytes = 0;
  bool shared_sums = true;
};

/// The most threads whose sums fit in shared memory and whose bins, a byte per row and about as many columns as
/// players, then fit in what is left to L1: 28 KB beside the most of shared memory on every device from the T4 on
/// (CUDA C++ Programming Guide, "Technical specifications per compute capability").
Shape shape_of(Room const& room, std::int64_t widest_block, std::int64_t rows, std::size_t limit) {
  constexpr std::size_t kLeftToL1 = std::size_t{28} << 10;
  std::size_t const per_thread = static_cast<std::size_t>(widest_block) * kRowsPerThread * sizeof(float);
  std::size_t const bins_per_thread = static_cast<std::size_t>(widest_block) * kRowsPerThread;
  auto const fits = [&](int threads) {
    std::size_t const sums = room.bytes() + static_cast<std::size_t>(threads) * per_thread;
    return sums <= limit && sums + static_cast<std::size_t>(threads) * bins_per_thread <= limit + kLeftToL1;
  };
  Shape shape;
  while (shape.threads > kMinThreads && std::int64_t{shape.threads - kMinThreads} * kRowsPerThread >= rows)
    shape.threads -= kMinThreads;
  while (shape.threads > kMinThreads && !fits(shape.threads)) shape.threads -= kMinThreads;
  shape.shared_sums = fits(shape.threads);
  if (!shape.shared_sums) shape.threads = kMaxThreads / 2;
  shape.shared_bytes = room.bytes() + (shape.shared_sums ? static_cast<std::size_t>(shape.threads) * per_thread : 0);
  return shape;
}

}  // namespace

void sum_leaf_tables_cuda(device::Exec const& exec, SumLeafTablesArgs const& args) {
  if (args.bins.rows == 0 || args.paths.blocks_count == 0) return;
  Room const room = args.few_players ? kRoomOfPlayers : kRoomOfPairs;
  std::int64_t const block_players = args.paths.block_players_count;
  std::int64_t const fitting = static_cast<std::int64_t>(kPartialBytes / sizeof(float)) / block_players;
  std::int64_t const slice = std::max<std::int64_t>(fitting / kMaxThreads, 1) * kMaxThreads;
  std::int64_t const vectors = std::int64_t{args.outputs} * args.players;
  for (std::int64_t first = 0; first < args.bins.rows; first += slice) {
    std::int64_t const rows = std::min(slice, args.bins.rows - first);
    std::int64_t const padded = (rows + kRowsPerThread - 1) / kRowsPerThread * kRowsPerThread;
    Shape const shape = shape_of(room, args.paths.widest_block, padded, exec.profile().shared_per_block);
    auto* const partial = static_cast<float*>(
        exec.workspace(static_cast<std::size_t>(block_players) * static_cast<std::size_t>(padded) * sizeof(float)));
    std::int64_t const rows_per_block = std::int64_t{shape.threads} * kRowsPerThread;
    launch(
        "sum_leaf_tables.block", shape.shared_sums ? sum_block_kernel<true> : sum_block_kernel<false>,
        {{(padded + rows_per_block - 1) / rows_per_block, args.paths.blocks_count}, shape.threads, shape.shared_bytes},
        exec, args, room, first, padded, partial);
    launch("sum_leaf_tables.add", add_blocks_kernel,
           {{(rows + kAddThreads - 1) / kAddThreads, std::min<std::int64_t>(vectors, 65535)}, kAddThreads}, exec, args,
           first, rows, padded, partial, vectors);
  }
}

}  // namespace limpid
