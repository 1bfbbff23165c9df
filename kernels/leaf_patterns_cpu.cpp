// leaf_patterns on the CPU: lanes are 64 rows, so that every scalar of the model is read once for all of them. That
// gives [leaf][row]; tiles of 64 x 64 bytes (short paths) or bits (long paths) are transposed to [row][leaf].
#include "kernels/leaf_patterns.h"

#include <algorithm>
#include <cstring>

#include "kernels/leaf_patterns.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/leaf_patterns_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bin_test_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

constexpr std::int64_t kTile = 64;       // rows, and leaves of short paths
constexpr std::int64_t kWordLeaves = 8;  // long leaves at a time: 64 bytes of a row

/// Patterns of one short leaf for 64 rows. `bins`: column 0 of the first row.
HWY_INLINE void leaf_bytes(PathsView const& paths, std::int64_t leaf, std::uint8_t const* HWY_RESTRICT bins,
                           std::int64_t stride, std::uint8_t* HWY_RESTRICT patterns) {
  ByteTag const d;
  for (std::size_t i = 0; i < kTile; i += kByteLanes) {
    auto pattern = hn::Set(d, std::uint8_t{0xFF});
    for (std::uint32_t t = paths.test_begin[leaf]; t < paths.test_begin[leaf + 1]; ++t) {
      Test const test = paths.tests[t];
      auto const bin = hn::LoadU(d, bins + static_cast<std::int64_t>(test.column) * stride + i);
      auto const offset = hn::Sub(bin, hn::Set(d, test.lo));
      auto const pass = hn::Eq(hn::Min(offset, hn::Set(d, test.width)), offset);
      auto const others = hn::Set(d, static_cast<std::uint8_t>(~(1U << test.player)));
      pattern = hn::IfThenElse(pass, pattern, hn::And(pattern, others));
    }
    hn::Store(pattern, d, patterns + i);
  }
}

#if HWY_TARGET == HWY_SCALAR

HWY_INLINE void transpose_bytes(std::uint8_t const* HWY_RESTRICT from, std::uint8_t* HWY_RESTRICT to) {
  for (std::size_t i = 0; i < kTile; ++i) {
    for (std::size_t j = 0; j < kTile; ++j) to[j * kTile + i] = from[i * kTile + j];
  }
}

#else

/// 16 x 16 bytes out of 64 x 64: a byte's place is 4 bits of row and 4 of column; each perfect shuffle of the 256
/// bytes rotates those 8 bits by one, four of them swap row and column.
HWY_INLINE void transpose_16(std::uint8_t const* HWY_RESTRICT from, std::uint8_t* HWY_RESTRICT to) {
  hn::CappedTag<std::uint8_t, 16> const d;
  hn::VFromD<decltype(d)> a[16];
  hn::VFromD<decltype(d)> b[16];
  for (std::size_t i = 0; i < 16; ++i) a[i] = hn::Load(d, from + i * kTile);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 8; ++i) {
      b[2 * i] = hn::InterleaveLower(d, a[i], a[i + 8]);
      b[2 * i + 1] = hn::InterleaveUpper(d, a[i], a[i + 8]);
    }
    for (std::size_t i = 0; i < 8; ++i) {
      a[2 * i] = hn::InterleaveLower(d, b[i], b[i + 8]);
      a[2 * i + 1] = hn::InterleaveUpper(d, b[i], b[i + 8]);
    }
  }
  for (std::size_t i = 0; i < 16; ++i) hn::Store(a[i], d, to + i * kTile);
}

HWY_INLINE void transpose_bytes(std::uint8_t const* HWY_RESTRICT from, std::uint8_t* HWY_RESTRICT to) {
  for (std::size_t i = 0; i < kTile; i += 16) {
    for (std::size_t j = 0; j < kTile; j += 16) transpose_16(from + i * kTile + j, to + j * kTile + i);
  }
}

#endif

/// 64 x 64 bits in place, bit 0 first: swaps off-diagonal blocks of 32, 16, ... 1 (Warren, Hacker's Delight, 7-3).
HWY_INLINE void transpose_bits(std::uint64_t* HWY_RESTRICT a) {
  std::uint64_t mask = 0x00000000FFFFFFFF;
  for (std::size_t j = 32; j != 0; j >>= 1U, mask ^= mask << j) {
    for (std::size_t block = 0; block < 64; block += 2 * j) {
      for (std::size_t k = block; k < block + j; ++k) {
        std::uint64_t const swap = ((a[k] >> j) ^ a[k + j]) & mask;
        a[k] ^= swap << j;
        a[k + j] ^= swap;
      }
    }
  }
}

void short_tile(LeafPatternsArgs const& args, std::int64_t r, std::int64_t leaf) {
  alignas(64) std::uint8_t by_leaf[kTile * kTile];
  alignas(64) std::uint8_t by_row[kTile * kTile];
  std::int64_t const leaves = std::min(args.short_paths.leaves - leaf, kTile);
  for (std::int64_t i = 0; i < leaves; ++i) {
    leaf_bytes(args.short_paths, leaf + i, args.bins.data + r, args.bins.stride, by_leaf + i * kTile);
  }
  std::fill(by_leaf + std::max<std::int64_t>(leaves, 0) * kTile, by_leaf + kTile * kTile, std::uint8_t{0});
  transpose_bytes(by_leaf, by_row);
  std::int64_t const rows = std::min(args.bins.rows - r, kTile);
  for (std::int64_t i = 0; i < rows; ++i) {
    std::memcpy(args.bytes + (r + i) * args.byte_stride + leaf, by_row + i * kTile, kTile);
  }
}

void long_tile(LeafPatternsArgs const& args, std::int64_t r, std::int64_t leaf) {
  PathsView const& paths = args.long_paths;
  std::uint64_t words[kWordLeaves][kTile];
  std::int64_t const leaves = std::min(paths.leaves - leaf, kWordLeaves);
  for (std::int64_t i = 0; i < leaves; ++i) {
    std::uint64_t* rows_of_player = words[i];
    std::fill_n(rows_of_player, kTile, ~std::uint64_t{0});
    for (std::uint32_t t = paths.test_begin[leaf + i]; t < paths.test_begin[leaf + i + 1]; ++t) {
      Test const& test = paths.tests[t];
      rows_of_player[test.player] &=
          passing_rows(test, args.bins.data + static_cast<std::int64_t>(test.column) * args.bins.stride + r);
    }
    transpose_bits(rows_of_player);
  }
  std::int64_t const rows = std::min(args.bins.rows - r, kTile);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t i = 0; i < leaves; ++i) args.words[(r + row) * paths.leaves + leaf + i] = words[i][row];
  }
}

void leaf_patterns(LeafPatternsArgs const& args) {
  for (std::int64_t r = 0; r < args.bins.rows; r += kTile) {
    for (std::int64_t leaf = 0; leaf < args.byte_stride; leaf += kTile) short_tile(args, r, leaf);
    for (std::int64_t leaf = 0; leaf < args.long_paths.leaves; leaf += kWordLeaves) long_tile(args, r, leaf);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(leaf_patterns);
}  // namespace

void leaf_patterns_cpu(LeafPatternsArgs const& args) { HWY_DYNAMIC_DISPATCH(leaf_patterns)(args); }

}  // namespace limpid
#endif
