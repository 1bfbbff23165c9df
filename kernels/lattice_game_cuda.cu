// phi[g][p][r] = sum_z w_z phi / sum_z w_z of the game of the pair (r, z)      patterns [R x leaves] and [B x leaves]
// from leaf_patterns; pairs of a slice of rows, pair = row * B + z, so that their values fit in scratch.
//
// 1. count_live      one warp per pair: marks the players of alive leaves, V = how many; largest[r] by atomicMax; the
//                    pair goes to the list of its size (atomic counter: lists in any order, values are the pair's own)
//      block  8 warps, 16 short patterns a lane and 128-bit load
//      smem   a queue of alive leaves (lattice_game_alive.cuh) and P / 8 bytes of marks per warp
// 2. play_warps      V <= 8, then V <= 10: one warp per pair, warps stride over the list; no barrier of the block
//      block  4 warps
//      smem   per warp: queue, 4 P bytes of lattice bits, G 2^V integers, whose place the reals take
// 3. play_blocks     larger V: one block per pair, blocks stride over the list; lattices that fit in shared memory,
// then
//                    those in global scratch, one a block
//      block  8 warps: zero, scatter (integer atomicAdd over the subsets of B: order-free), zeta ten bits by warps and
//             then three at a time, link entry by entry, fold
//      smem   a queue per warp, 4 P bytes of lattice bits; and, for smaller V, G 2^V integers, and as many reals where
//             they are of another size
// 4. mean_over_pairs one thread per row and value: sums z = 0..B-1 in order in double
// Bytes moved: 4 leaves bytes per pair (L2; pairs of a row side by side share half of it), 8 G P per pair written and
// read once.
//
// Integers are order-free; every addition of reals pairs the same entries as lattice::fold: same bits as the task.

#include <algorithm>

#include "kernels/lattice_game_block.cuh"
#include "kernels/lattice_game_lists.cuh"
#include "kernels/lattice_game_warp.cuh"

namespace limpid {
namespace {

using lattice::PairLists;
using lattice::Place;

constexpr int kCountWarps = 8;
constexpr int kPairWarps = 4;   ///< of a block that plays a pair on each
constexpr int kBlockWarps = 8;  ///< of a block that plays one pair
constexpr int kMeanThreads = 256;
constexpr std::size_t kScratchBytes = std::size_t{512} << 20;
constexpr std::int32_t kNoLattice = -1;

__global__ void count_live_kernel(LatticeGameArgs args, std::int64_t first_row, PairLists lists) {
  LIMPID_SHARED(std::uint32_t, shared);
  std::uint32_t* const queue = shared + lattice::warp_of_block() * (lattice::kQueueEntries + lists.words);
  std::uint32_t* const marks = queue + lattice::kQueueEntries;
  std::int64_t const stride = std::int64_t{gridDim.x} * kCountWarps;
  for (std::int64_t pair = std::int64_t{blockIdx.x} * kCountWarps + lattice::warp_of_block(); pair < lists.pairs;
       pair += stride) {
    std::int64_t const row = first_row + pair / args.background_rows;
    for (std::int32_t w = lattice::lane_of_warp(); w < lists.words; w += lattice::kLanes) marks[w] = 0;
    // no barrier: for_each has one before it calls
    lattice::AliveLeaves{args, row, pair % args.background_rows, queue}.for_each(
        [marks](PathsView const& paths, std::int64_t l, auto inside, auto outside) {
          lattice::mark_leaf(paths, l, inside, outside, marks);
        });
    std::int32_t live = 0;
    for (std::int32_t w = lattice::lane_of_warp(); w < lists.words; w += lattice::kLanes) {
      lists.marks[pair * lists.words + w] = marks[w];
      live += __popc(marks[w]);
    }
    live = lattice::sum_of_lanes(live);
    if (lattice::lane_of_warp() == 0) {
      lists.live[pair] = live;
      atomicMax(&args.largest[row], live);
      if (!args.count_only) lattice::enlist(lists, pair, live);
    }
  }
}

/// weights [(V + 1) x 32]: member_weight of V players and a size.
template <class Real>
__global__ void weigh_members_kernel(Real* weights) {
  auto const live = static_cast<std::int32_t>(blockIdx.x);
  weights[live * lattice::kLanes + threadIdx.x] = lattice::weight_of_lane<Real>(live);
}

/// Plays the pairs of a list, a warp each.
template <class Int, class Real>
__global__ void __launch_bounds__(kPairWarps* lattice::kLanes, sizeof(Int) + sizeof(Real) > 8 ? 4 : 6)
    play_warps_kernel(LatticeGameArgs args, std::int64_t first_row, PairLists lists, Place place,
                      std::size_t warp_bytes, Real const* weights, double* pair_values) {
  LIMPID_SHARED(unsigned char, shared);
  lattice::WarpMemory const memory(shared + lattice::warp_of_block() * warp_bytes, args.players);
  std::int64_t const stride = std::int64_t{gridDim.x} * kPairWarps;
  for (std::int64_t i = std::int64_t{blockIdx.x} * kPairWarps + lattice::warp_of_block(); i < lists.count[place];
       i += stride) {
    std::int64_t const pair = lists.list[place * lists.pairs + i];
    std::int32_t const live = lists.live[pair];
    lattice::play_pair_warp<Int, Real>(args, first_row + pair / args.background_rows, pair % args.background_rows, live,
                                       lists.marks + pair * lists.words, weights + live * lattice::kLanes, memory,
                                       pair_values + pair * args.outputs * args.players);
  }
}

/// Plays the pairs of a list, a block each. `scratch`: one lattice a block in global memory, or nullptr: the lattice
/// lies in shared memory.
template <class Int, class Real>
__global__ void play_blocks_kernel(LatticeGameArgs args, std::int64_t first_row, PairLists lists, Place place,
                                   unsigned char* scratch, std::size_t scratch_stride, Real const* weights,
                                   double* pair_values) {
  LIMPID_SHARED(unsigned char, shared);
  auto* const bits = reinterpret_cast<std::uint32_t*>(shared);
  unsigned char* const queues = shared + lattice::WarpMemory::bits_bytes(args.players);
  auto* const queue = reinterpret_cast<std::uint32_t*>(queues) + lattice::warp_of_block() * lattice::kQueueEntries;
  unsigned char* const memory =
      scratch != nullptr ? scratch + blockIdx.x * scratch_stride : queues + kBlockWarps * lattice::kQueueBytes;
  for (std::int64_t i = blockIdx.x; i < lists.count[place]; i += gridDim.x) {
    std::int64_t const pair = lists.list[place * lists.pairs + i];
    std::int32_t const live = lists.live[pair];
    lattice::Lattice<Int, Real> const at(memory, live, args.outputs);
    if (lattice::warp_of_block() == 0) {
      lattice::number_marked(lists.marks + pair * lists.words, args.players, bits);
    }
    lattice::zero_block(at.integers, std::int64_t{args.outputs} << live);
    lattice::AliveLeaves{args,
                         first_row + pair / args.background_rows,
                         pair % args.background_rows,
                         queue,
                         lattice::warp_of_block(),
                         kBlockWarps}
        .for_each([&](PathsView const& paths, std::int64_t l, auto inside, auto outside) {
          lattice::scatter_leaf(paths, l, inside, outside, bits, live, at.integers);
        });
    __syncthreads();
    lattice::sum_over_subsets_block(args.outputs, live, at.integers);
    lattice::finish_game(args, live, bits, weights[live * lattice::kLanes + lattice::lane_of_warp()], at,
                         pair_values + pair * args.outputs * args.players);
  }
}

__global__ void mean_over_pairs_kernel(LatticeGameArgs args, std::int64_t first_row, std::int64_t rows,
                                       std::int32_t const* live, double const* pair_values) {
  std::int64_t const vectors = std::int64_t{args.outputs} * args.players;
  std::int64_t const i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < rows * vectors) lattice::mean_over_pairs(args, first_row, i / vectors, i % vectors, live, pair_values);
}

/// The largest V up to `most` whose lattice fits in `limit` bytes beside `fixed`; kNoLattice when none does.
template <class Int, class Real>
std::int32_t largest_fitting(std::int32_t most, std::int32_t outputs, std::size_t fixed, std::size_t limit) {
  std::int32_t live = kNoLattice;
  while (live < most && fixed + lattice::Lattice<Int, Real>::bytes(live + 1, outputs) <= limit) ++live;
  return live;
}

/// A call: slices of rows whose pairs' values fit in scratch. Scratch: lattices of the largest pairs, values of the
/// slice's pairs, what the pairs are, weights.
template <class Int, class Real>
class Run {
 public:
  Run(device::Exec const& exec, LatticeGameArgs const& args)
      : exec_(exec), args_(args), most_(std::min(args.max_players, args.players)) {
    auto const& profile = exec.profile();
    std::size_t const bits = lattice::WarpMemory::bits_bytes(args.players);
    warp_bytes_ = bits + lattice::kQueueBytes;
    block_bytes_ = bits + kBlockWarps * lattice::kQueueBytes;
    constexpr std::int32_t kSmallOnWarp = 8;  // small lattices leave room for more warps and blocks
    constexpr std::int32_t kSmallOnBlock = 12;
    std::int32_t const on_warps =
        largest_fitting<Int, Real>(std::min(most_, lattice::kPieceBits), args.outputs, warp_bytes_,
                                   profile.shared_per_block / kPairWarps / 16 * 16);
    lists_.most[lattice::kOnSmallWarps] = std::min(on_warps, kSmallOnWarp);
    lists_.most[lattice::kOnWarps] = on_warps;
    std::int32_t const in_shared =
        std::max(on_warps, largest_fitting<Int, Real>(most_, args.outputs, block_bytes_, profile.shared_per_block));
    lists_.most[lattice::kInSmallShared] = std::max(on_warps, std::min(in_shared, kSmallOnBlock));
    lists_.most[lattice::kInShared] = in_shared;
    lists_.most[lattice::kInGlobal] = most_;
    lists_.words = (args.players + lattice::kLanes - 1) / lattice::kLanes;
    lay_out();
  }

  void operator()() {
    auto* const scratch = static_cast<unsigned char*>(exec_.workspace(bytes_));
    values_ = reinterpret_cast<double*>(scratch + values_at_);
    lists_.marks = reinterpret_cast<std::uint32_t*>(scratch + marks_at_);
    lists_.live = reinterpret_cast<std::int32_t*>(scratch + live_at_);
    lists_.list = reinterpret_cast<std::int32_t*>(scratch + list_at_);
    lists_.count = reinterpret_cast<std::int32_t*>(scratch + count_at_);
    weights_ = reinterpret_cast<Real*>(scratch + weights_at_);
    if (!args_.count_only) {
      launch("lattice_game.weigh", weigh_members_kernel<Real>, {most_ + 1, lattice::kLanes}, exec_, weights_);
    }
    for (std::int64_t first = 0; first < args_.rows; first += rows_) {
      std::int64_t const rows = std::min(rows_, args_.rows - first);
      lists_.pairs = rows * args_.background_rows;
      exec_.zero(lists_.count, lattice::kPlaces * sizeof(std::int32_t));
      launch("lattice_game.count", count_live_kernel,
             {blocks(kCountWarps), kCountWarps * lattice::kLanes,
              kCountWarps * (lattice::kQueueBytes + static_cast<std::size_t>(lists_.words) * sizeof(std::uint32_t))},
             exec_, args_, first, lists_);
      if (args_.count_only) continue;
      play_on_warps(first, lattice::kOnSmallWarps, kNoLattice);
      play_on_warps(first, lattice::kOnWarps, lists_.most[lattice::kOnSmallWarps]);
      play_in_shared(first, lattice::kInSmallShared, lists_.most[lattice::kOnWarps]);
      play_in_shared(first, lattice::kInShared, lists_.most[lattice::kInSmallShared]);
      if (large_blocks_ != 0) {
        launch("lattice_game.play_large", play_blocks_kernel<Int, Real>,
               {large_blocks_, kBlockWarps * lattice::kLanes, block_bytes_}, exec_, args_, first, lists_,
               lattice::kInGlobal, scratch, lattice_bytes_, weights_, values_);
      }
      std::int64_t const sums = rows * args_.outputs * args_.players;
      launch("lattice_game.mean", mean_over_pairs_kernel, {(sums + kMeanThreads - 1) / kMeanThreads, kMeanThreads},
             exec_, args_, first, rows, lists_.live, values_);
    }
  }

 private:
  void lay_out() {
    auto const background = static_cast<std::size_t>(args_.background_rows);
    auto const take = [this](std::size_t bytes) {
      constexpr std::size_t kAlign = 256;
      std::size_t const at = bytes_;
      bytes_ += (bytes + kAlign - 1) / kAlign * kAlign;
      return at;
    };
    std::size_t const values = args_.count_only ? 0
                                                : static_cast<std::size_t>(args_.outputs) *
                                                      static_cast<std::size_t>(args_.players) * sizeof(double);
    std::size_t const words = static_cast<std::size_t>(lists_.words);
    std::size_t const row_bytes = background * (values + (words + 1 + lattice::kPlaces) * sizeof(std::int32_t));
    rows_ = std::clamp(static_cast<std::int64_t>(kScratchBytes / row_bytes), std::int64_t{1}, args_.rows);
    auto const pairs = static_cast<std::size_t>(rows_) * background;
    if (!args_.count_only && most_ > lists_.most[lattice::kInShared]) {
      lattice_bytes_ = (lattice::Lattice<Int, Real>::bytes(most_, args_.outputs) + 255) / 256 * 256;
      auto const fitting = static_cast<std::int64_t>(std::max(std::size_t{1}, kScratchBytes / lattice_bytes_));
      large_blocks_ =
          std::min({fitting, std::int64_t{2} * exec_.profile().multiprocessors, static_cast<std::int64_t>(pairs)});
      take(static_cast<std::size_t>(large_blocks_) * lattice_bytes_);
    }
    values_at_ = take(pairs * values);
    marks_at_ = take(pairs * words * sizeof(std::uint32_t));
    live_at_ = take(pairs * sizeof(std::int32_t));
    list_at_ = take(pairs * lattice::kPlaces * sizeof(std::int32_t));
    count_at_ = take(lattice::kPlaces * sizeof(std::int32_t));
    weights_at_ = take(static_cast<std::size_t>(most_ + 1) * lattice::kLanes * sizeof(Real));
  }

  /// Blocks for a pair a warp: no more than a multiprocessor holds at once.
  [[nodiscard]] std::int64_t blocks(std::int64_t warps) const {
    constexpr std::int64_t kResidentWarps = 64;
    return std::min((lists_.pairs + warps - 1) / warps, exec_.profile().multiprocessors * (kResidentWarps / warps));
  }

  void play_on_warps(std::int64_t first, Place place, std::int32_t above) const {
    std::int32_t const most = lists_.most[place];
    if (most <= above) return;
    std::size_t const bytes = (warp_bytes_ + lattice::Lattice<Int, Real>::bytes(most, args_.outputs) + 15) / 16 * 16;
    launch("lattice_game.play_warps", play_warps_kernel<Int, Real>,
           {blocks(kPairWarps), kPairWarps * lattice::kLanes, kPairWarps * bytes}, exec_, args_, first, lists_, place,
           bytes, weights_, values_);
  }

  void play_in_shared(std::int64_t first, lattice::Place place, std::int32_t above) const {
    std::int32_t const most = lists_.most[place];
    if (most <= above) return;
    constexpr std::int64_t kBlocksPerMultiprocessor = 8;
    launch("lattice_game.play_blocks", play_blocks_kernel<Int, Real>,
           {std::min(lists_.pairs, kBlocksPerMultiprocessor * exec_.profile().multiprocessors),
            kBlockWarps * lattice::kLanes, block_bytes_ + lattice::Lattice<Int, Real>::bytes(most, args_.outputs)},
           exec_, args_, first, lists_, place, nullptr, std::size_t{0}, weights_, values_);
  }

  device::Exec const& exec_;
  LatticeGameArgs const& args_;
  std::int32_t most_;              ///< largest V that is played
  std::size_t warp_bytes_ = 0;     ///< of shared memory, beside the lattice
  std::size_t block_bytes_ = 0;    ///< of shared memory, beside the lattice
  std::int64_t rows_ = 1;          ///< per slice
  std::int64_t large_blocks_ = 0;  ///< with a lattice in global memory
  std::size_t lattice_bytes_ = 0;  ///< of one of them
  std::size_t values_at_ = 0, marks_at_ = 0, live_at_ = 0, list_at_ = 0, count_at_ = 0, weights_at_ = 0;
  std::size_t bytes_ = 0;
  PairLists lists_;
  double* values_ = nullptr;
  Real* weights_ = nullptr;
};

}  // namespace

void lattice_game_cuda(device::Exec const& exec, LatticeGameArgs const& args) {
  if (!args.continues()) exec.zero(args.largest, static_cast<std::size_t>(args.rows) * sizeof(std::int32_t));
  if (args.rows == 0 || args.background_rows == 0) return;
  lattice::with_number_types(args,
                             [&](auto integer, auto real) { Run<decltype(integer), decltype(real)>(exec, args)(); });
}

}  // namespace limpid
