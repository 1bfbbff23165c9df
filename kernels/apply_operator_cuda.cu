// phi[n][i] = sum_p weights[p][i] d[n][p] + share[i] Delta[n]      weights [q x V], d [games x (q + 1)], all double
//
// multiply   out[n][i] = sum_p weights[p][i] in[n][p] + share[i] in[n][q]
//      grid   x: kGames games a block, y: kColumns values a block      i = blockIdx.y * kColumns + threadIdx.x
//      block  64 threads, one value of kGames games each, in registers; p = 0..q-1 in order
//      smem   kGames x kSlab doubles: the next kSlab entries of the block's games
// squares    wls: one thread per game and pair of coalitions, d[n][p] becomes its weighted squared residual in place,
//            then multiply by the squared weights
// posterior  gp: multiply by the check weights
// variances  one thread per game and value: gp's variance, every kind's doubt
// Bytes moved: the weights once per kGames games (L2), d twice.
// Every sum runs over p in order: same bits as the task.

#include "kernels/apply_operator.task.h"
#include "kernels/launch.cuh"

namespace limpid {
namespace {

constexpr int kColumns = 64;
constexpr int kGames = 8;
constexpr int kSlab = kColumns;  // one entry a thread and game
constexpr int kThreads = 128;

struct Product {
  double const* weights = nullptr;  ///< [q x columns]
  double const* share = nullptr;    ///< [columns]; nullptr: none
  std::int64_t columns = 0;
  double* out = nullptr;
  bool by_slot = false;  ///< out by linear::offset_of; else [games x columns]
};

template <bool kSquared>
__global__ void multiply_kernel(ApplyOperatorArgs args, Product product) {
  LIMPID_SHARED_ARRAY(double, slab, kGames* kSlab);
  std::int64_t const pairs = args.estimator.pairs;
  std::int64_t const first = std::int64_t{blockIdx.x} * kGames;
  std::int64_t const i = std::int64_t{blockIdx.y} * kColumns + threadIdx.x;
  std::int64_t const lane = threadIdx.x;
  double sum[kGames] = {};
  for (std::int64_t begin = 0; begin < pairs; begin += kSlab) {
    for (int t = 0; t < kGames; ++t) {
      bool const there = first + t < args.games && begin + lane < pairs;
      slab[t * kSlab + lane] = there ? args.differences[(first + t) * (pairs + 1) + begin + lane] : 0.0;
    }
    __syncthreads();
    std::int64_t const count = i < product.columns ? min(std::int64_t{kSlab}, pairs - begin) : 0;
    for (std::int64_t p = 0; p < count; ++p) {
      double const weight = product.weights[(begin + p) * product.columns + i];
      for (int t = 0; t < kGames; ++t) sum[t] += linear::term<kSquared>(weight, slab[t * kSlab + p]);
    }
    __syncthreads();
  }
  if (i < product.columns) {
    for (int t = 0; t < kGames; ++t) {
      std::int64_t const game = first + t;
      if (game >= args.games) break;
      double const delta = args.differences[game * (pairs + 1) + pairs];
      std::int64_t const at = product.by_slot ? linear::offset_of(args, game) : game * product.columns;
      product.out[at + i] = product.share != nullptr ? sum[t] + product.share[i] * delta : sum[t];
    }
  }
}

__global__ void squares_kernel(ApplyOperatorArgs args) {
  std::int64_t const pairs = args.estimator.pairs;
  std::int64_t const n = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (n < args.games * pairs) {
    std::int64_t const game = n / pairs;
    double* const differences = args.differences + game * (pairs + 1);
    std::int64_t const p = n % pairs;
    differences[p] = linear::weighted_square(args.estimator, p, differences[p], differences[pairs],
                                             args.values + linear::offset_of(args, game));
  }
}

__global__ void variances_kernel(ApplyOperatorArgs args) {
  EstimatorView const& op = args.estimator;
  std::int64_t const n = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (n < args.games * op.players) {
    std::int64_t const game = n / op.players;
    std::int64_t const i = n % op.players;
    std::int64_t const at = linear::offset_of(args, game) + i;
    if (op.error_kind == ErrorKind::kNone) {
      args.variances[at] = args.doubts[at] = linear::kNoError;
      return;
    }
    if (op.error_kind == ErrorKind::kPosterior) {
      args.variances[at] = linear::mean_square(args.checks + game * op.checks, op.checks) * op.left[i];
    }
    args.doubts[at] = linear::doubt_of(args.variances[at], op.freedom[i]);
  }
}

template <bool kSquared>
void multiply(device::Exec const& exec, ApplyOperatorArgs const& args, Product const& product) {
  Extent const blocks((args.games + kGames - 1) / kGames, (product.columns + kColumns - 1) / kColumns);
  launch("apply_operator.multiply", multiply_kernel<kSquared>, {blocks, kColumns}, exec, args, product);
}

}  // namespace

void apply_operator_cuda(device::Exec const& exec, ApplyOperatorArgs const& args) {
  EstimatorView const& op = args.estimator;
  multiply<false>(exec, args, {op.weights, op.share, op.players, args.values, true});
  if (op.error_kind == ErrorKind::kResiduals) {
    std::int64_t const squares = args.games * op.pairs;
    launch("apply_operator.squares", squares_kernel, {(squares + kThreads - 1) / kThreads, kThreads}, exec, args);
    multiply<true>(exec, args, {op.weights, nullptr, op.players, args.variances, true});
  }
  if (op.error_kind == ErrorKind::kPosterior) {
    multiply<false>(exec, args, {op.check_weights, op.check_share, op.checks, args.checks, false});
  }
  std::int64_t const values = args.games * op.players;
  launch("apply_operator.variances", variances_kernel, {(values + kThreads - 1) / kThreads, kThreads}, exec, args);
}

}  // namespace limpid
