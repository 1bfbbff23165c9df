// lattice_game on the CPU: one pair at a time, its coalitions in SIMD lanes.
//
// Rows are taken in tiles, every background row in order against all rows of a tile: its patterns stay in the nearest
// cache, the tile's in the next one. Of the leaves of a pair about one in fifteen is alive; finding them is a compare
// of 64 bytes, and what costs is to scatter them. So that no branch depends on a leaf's data, cubes are dealt into
// bins by |B| and scattered bin by bin with a fixed number of terms.
#include "kernels/lattice_game.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "kernels/lattice_game.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/lattice_game_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/lattice_game_pair-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

constexpr std::int64_t kTileRows = 8;

/// Sums [rows x G x P] of the background rows before this block.
void start_sums(LatticeGameArgs const& args, std::int64_t begin, std::int64_t end, std::vector<double>& sums) {
  auto const vectors = static_cast<std::int64_t>(args.outputs) * args.players;
  sums.assign(static_cast<std::size_t>((end - begin) * vectors), 0.0);
  if (!args.continues()) {
    std::fill(args.largest + begin, args.largest + end, 0);
    return;
  }
  if (args.count_only) return;
  for (std::int64_t r = begin; r < end; ++r) {
    for (std::int64_t n = 0; n < vectors; ++n) {
      sums[static_cast<std::size_t>((r - begin) * vectors + n)] = args.values[n * args.value_stride + r];
    }
  }
}

/// Sums -> means, of rows [begin, end).
void divide_interactions(LatticeGameArgs const& args, std::int64_t begin, std::int64_t end) {
  if (args.interactions == nullptr || args.divisor() == 1.0) return;
  std::int64_t const vectors = args.outputs * pair_count(args.players);
  for (std::int64_t n = 0; n < vectors; ++n) {
    for (std::int64_t r = begin; r < end; ++r) args.interactions[n * args.value_stride + r] /= args.divisor();
  }
}

/// Rows [begin, end) against every background row: sums, then means.
template <class Int, class Real>
void play_tile(LatticeGameArgs const& args, std::int64_t begin, std::int64_t end, PairGame<Int, Real>& pair,
               std::vector<double>& sums) {
  auto const vectors = static_cast<std::int64_t>(args.outputs) * args.players;
  start_sums(args, begin, end, sums);
  for (std::int64_t z = 0; z < args.background_rows; ++z) {
    for (std::int64_t r = begin; r < end; ++r) {
      std::int32_t const live = pair.meet(r, z);
      args.largest[r] = std::max(args.largest[r], live);
      if (live == 0 || live > args.max_players || args.count_only) continue;
      pair.play(args.weight(z), sums.data() + (r - begin) * vectors,
                args.interactions == nullptr ? nullptr : args.interactions + r);
    }
  }
  if (args.count_only) return;
  divide_interactions(args, begin, end);
  for (std::int64_t n = 0; n < vectors; ++n) {
    for (std::int64_t r = begin; r < end; ++r) {
      args.values[n * args.value_stride + r] =
          sums[static_cast<std::size_t>((r - begin) * vectors + n)] / args.divisor();
    }
  }
}

template <class Int, class Real>
void play_all(LatticeGameArgs const& args) {
  PairGame<Int, Real> pair(args);
  std::vector<double> sums;
  for (std::int64_t r = 0; r < args.rows; r += kTileRows) {
    play_tile(args, r, std::min(r + kTileRows, args.rows), pair, sums);
  }
}

void lattice_game(LatticeGameArgs const& args) {
  lattice::with_number_types(args, [&](auto integer, auto real) { play_all<decltype(integer), decltype(real)>(args); });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(lattice_game);
}  // namespace

void lattice_game_cpu(LatticeGameArgs const& args) { HWY_DYNAMIC_DISPATCH(lattice_game)(args); }

}  // namespace limpid
#endif
