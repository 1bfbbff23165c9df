// bytes[r, l] = pattern of row r on short leaf l      [R x byte_stride] bytes, padding leaves 0
//   grid   tiles of 128 rows x 64 leaves, leaves innermost
//   block  8 warps; a warp takes 4 leaves at a time, twice; a lane owns 4 rows, r = row tile + 4 * lane + k: one 32-bit
//          load of 4 bins per test, tested byte by byte; 4 leaves x 4 rows are transposed in registers
//   smem   128 x 17 words: row 4 * lane + k lies at k * 32 + lane, so that stores meet no bank conflict
//   bytes  out: 1 per row and leaf in 64-byte runs; in: 1 bin per test and row from L1/L2 (C x 128 bytes per tile)
// words[r, l] = pattern of row r on long leaf l       [R x long leaves] 64-bit
//   grid   tiles of 32 rows x 32 leaves; block: 8 warps of 4 leaves each, a lane per row; smem 32 x 33 words of 64 bits
// Bound: about 4 instructions per test for 4 rows, or the 1 byte out per row and leaf. Integers: same bytes everywhere.
#include "kernels/launch.cuh"
#include "kernels/leaf_patterns.task.h"

namespace limpid {
namespace {

constexpr unsigned kWarp = 32;
constexpr unsigned kBlockThreads = 256;
constexpr unsigned kWarps = kBlockThreads / kWarp;
constexpr unsigned kAllBytes = 0x01010101U;

constexpr unsigned kTileRows = 128;
constexpr unsigned kTileLeaves = 64;
constexpr unsigned kPitch = kTileLeaves / 4 + 1;  // words

/// Patterns of 4 consecutive rows from r on, one per byte; 0 for a padding leaf. REQUIRES: r a multiple of 4.
__device__ unsigned four_rows(PathsView const& paths, BinsView const& bins, std::int64_t leaf, std::int64_t r) {
  if (leaf >= paths.leaves || r >= bins.rows) return 0;
  unsigned pattern = ~0U;
  for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
    Test const test = paths.tests[t];
    auto const four = load_vector<unsigned>(bins.data + static_cast<std::int64_t>(test.column) * bins.stride + r);
    unsigned const passes = __vcmpleu4(__vsub4(four, test.lo * kAllBytes), test.width * kAllBytes);
    pattern &= passes | ~(kAllBytes << test.player);
  }
  return pattern;
}

__global__ void leaf_bytes_kernel(LeafPatternsArgs args, std::int64_t leaf_tiles) {
  LIMPID_SHARED_ARRAY(unsigned, tile, kTileRows* kPitch);
  std::int64_t const first_leaf = blockIdx.x % leaf_tiles * kTileLeaves;
  std::int64_t const first_row = blockIdx.x / leaf_tiles * kTileRows;
  unsigned const lane = threadIdx.x % kWarp;
  unsigned const warp = threadIdx.x / kWarp;
  for (unsigned word = warp; word < kTileLeaves / 4; word += kWarps) {
    std::int64_t const leaf = first_leaf + 4 * word;
    std::int64_t const r = first_row + 4 * lane;
    unsigned const a = four_rows(args.short_paths, args.bins, leaf, r);
    unsigned const b = four_rows(args.short_paths, args.bins, leaf + 1, r);
    unsigned const c = four_rows(args.short_paths, args.bins, leaf + 2, r);
    unsigned const d = four_rows(args.short_paths, args.bins, leaf + 3, r);
    unsigned const ab_low = __byte_perm(a, b, 0x5140);   // a0 b0 a1 b1
    unsigned const ab_high = __byte_perm(a, b, 0x7362);  // a2 b2 a3 b3
    unsigned const cd_low = __byte_perm(c, d, 0x5140);
    unsigned const cd_high = __byte_perm(c, d, 0x7362);
    tile[(0 * kWarp + lane) * kPitch + word] = __byte_perm(ab_low, cd_low, 0x5410);
    tile[(1 * kWarp + lane) * kPitch + word] = __byte_perm(ab_low, cd_low, 0x7632);
    tile[(2 * kWarp + lane) * kPitch + word] = __byte_perm(ab_high, cd_high, 0x5410);
    tile[(3 * kWarp + lane) * kPitch + word] = __byte_perm(ab_high, cd_high, 0x7632);
  }
  __syncthreads();
  unsigned const word = threadIdx.x % (kTileLeaves / 4);
  for (unsigned i = threadIdx.x / (kTileLeaves / 4); i < kTileRows; i += kBlockThreads / (kTileLeaves / 4)) {
    std::int64_t const r = first_row + i;
    if (r >= args.bins.rows) break;
    store_vector(args.bytes + r * args.byte_stride + first_leaf + 4 * word,
                 tile[(i % 4 * kWarp + i / 4) * kPitch + word]);
  }
}

constexpr unsigned kWordTile = 32;  // rows and leaves
constexpr unsigned kWordPitch = kWordTile + 1;

__global__ void leaf_words_kernel(LeafPatternsArgs args, std::int64_t leaf_tiles) {
  LIMPID_SHARED_ARRAY(unsigned long long, tile, kWordTile* kWordPitch);
  PathsView const& paths = args.long_paths;
  std::int64_t const first_leaf = blockIdx.x % leaf_tiles * kWordTile;
  std::int64_t const first_row = blockIdx.x / leaf_tiles * kWordTile;
  unsigned const lane = threadIdx.x % kWarp;
  unsigned const warp = threadIdx.x / kWarp;
  for (unsigned i = warp; i < kWordTile; i += kWarps) {
    if (first_leaf + i < paths.leaves)
      tile[lane * kWordPitch + i] = pattern_of(paths, first_leaf + i, args.bins, first_row + lane);
  }
  __syncthreads();
  for (unsigned i = warp; i < kWordTile; i += kWarps) {
    std::int64_t const r = first_row + i;
    std::int64_t const leaf = first_leaf + lane;
    if (r < args.bins.rows && leaf < paths.leaves) args.words[r * paths.leaves + leaf] = tile[i * kWordPitch + lane];
  }
}

}  // namespace

void leaf_patterns_cuda(device::Exec const& exec, LeafPatternsArgs const& args) {
  std::int64_t const rows = args.bins.rows;
  std::int64_t const byte_tiles = args.byte_stride / kTileLeaves;
  std::int64_t const word_tiles = (args.long_paths.leaves + kWordTile - 1) / kWordTile;
  launch("leaf_patterns, short", leaf_bytes_kernel, {byte_tiles * ((rows + kTileRows - 1) / kTileRows), kBlockThreads},
         exec, args, byte_tiles);
  launch("leaf_patterns, long", leaf_words_kernel, {word_tiles * ((rows + kWordTile - 1) / kWordTile), kBlockThreads},
         exec, args, word_tiles);
}

}  // namespace limpid
