// apply_operator on the CPU: values side by side in lanes, a few games at a time, for which the weights (1.3 MB at 30
// players and 2,048 coalitions) are read once.
#include "kernels/apply_operator.h"

#include <algorithm>
#include <array>

#include "kernels/apply_operator.task.h"
#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/apply_operator_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// What `games` games are multiplied with, and where their sums go.
template <std::size_t games>
struct GameSums {
  std::array<double const*, games> in{};
  std::array<double*, games> out{};
};

/// `count` vectors of out_i = sum_p weights[p, i] in_p, p in order, from `begin` on; their sums stay in registers.
/// `weights` [q x columns]. Vectors that would reach beyond the last column overlap others: the same sums once more.
template <bool kSquared, std::size_t count, std::size_t games>
void multiply_vectors(double const* HWY_RESTRICT weights, std::int64_t pairs, std::int64_t columns, std::int64_t begin,
                      GameSums<games> const& sums_of) {
  hn::ScalableTag<double> const d;
  auto const lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::array<std::int64_t, count> first{};
  for (std::size_t k = 0; k < count; ++k) {
    first[k] = std::min(begin + static_cast<std::int64_t>(k) * lanes, columns - lanes);
  }
  hn::Vec<decltype(d)> sums[games][count];
  for (auto& of_game : sums) {
    for (auto& sum : of_game) sum = hn::Zero(d);
  }
  for (std::int64_t p = 0; p < pairs; ++p) {
    double const* const row = weights + p * columns;
    hn::Vec<decltype(d)> factor[games];
    for (std::size_t n = 0; n < games; ++n) factor[n] = hn::Set(d, sums_of.in[n][p]);
    for (std::size_t k = 0; k < count; ++k) {
      auto weight = hn::LoadU(d, row + first[k]);
      if constexpr (kSquared) weight = hn::Mul(weight, weight);
      for (std::size_t n = 0; n < games; ++n) sums[n][k] = hn::Add(sums[n][k], hn::Mul(weight, factor[n]));
    }
  }
  for (std::size_t n = 0; n < games; ++n) {
    for (std::size_t k = 0; k < count; ++k) hn::StoreU(sums[n][k], d, sums_of.out[n] + first[k]);
  }
}

/// All columns of some games: as many sums at a time as there are registers for.
template <bool kSquared, std::size_t games>
void multiply(double const* weights, std::int64_t pairs, std::int64_t columns, GameSums<games> const& sums) {
  constexpr std::size_t kMany = (HWY_TARGET == HWY_AVX3 ? 16 : 8) / games;
  constexpr std::size_t kFew = 4;
  auto const lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<double>()));
  if (columns < lanes) {
    for (std::size_t n = 0; n < games; ++n) {
      std::fill_n(sums.out[n], columns, 0.0);
      for (std::int64_t p = 0; p < pairs; ++p) {
        for (std::int64_t i = 0; i < columns; ++i) {
          sums.out[n][i] += linear::term<kSquared>(weights[p * columns + i], sums.in[n][p]);
        }
      }
    }
    return;
  }
  std::int64_t i = 0;
  for (std::int64_t const step = kMany * lanes; i + step <= columns; i += step) {
    multiply_vectors<kSquared, kMany>(weights, pairs, columns, i, sums);
  }
  for (; i < columns; i += kFew * lanes) multiply_vectors<kSquared, kFew>(weights, pairs, columns, i, sums);
}

/// Games that share the reading of the weights.
constexpr std::int64_t kGames = HWY_TARGET == HWY_AVX3 ? 4 : 2;

/// The same of all games, `in(n)` and `out(n)` of game n.
template <class In, class Out>
void multiply_games(double const* weights, std::int64_t pairs, std::int64_t columns, std::int64_t games, In const& in,
                    Out const& out) {
  std::int64_t n = 0;
  for (; n + kGames <= games; n += kGames) {
    GameSums<kGames> sums;
    for (std::int64_t k = 0; k < kGames; ++k) {
      sums.in[static_cast<std::size_t>(k)] = in(n + k);
      sums.out[static_cast<std::size_t>(k)] = out(n + k);
    }
    multiply<false>(weights, pairs, columns, sums);
  }
  for (; n < games; ++n) multiply<false>(weights, pairs, columns, GameSums<1>{{in(n)}, {out(n)}});
}

void by_residuals(EstimatorView const& op, double* differences, double const* values, double* variances) {
  double const delta = differences[op.pairs];
  for (std::int64_t p = 0; p < op.pairs; ++p) {
    differences[p] = linear::weighted_square(op, p, differences[p], delta, values);
  }
  multiply<true>(op.weights, op.pairs, op.players, GameSums<1>{{differences}, {variances}});
}

/// `checks`: without their part of Delta.
void by_posterior(EstimatorView const& op, double delta, double* checks, double* variances) {
  for (std::int32_t k = 0; k < op.checks; ++k) checks[k] += op.check_share[k] * delta;
  double const scale = linear::mean_square(checks, op.checks);
  for (std::int32_t i = 0; i < op.players; ++i) variances[i] = scale * op.left[i];
}

void apply_operator(ApplyOperatorArgs const& args) {
  EstimatorView const& op = args.estimator;
  auto const differences = [&](std::int64_t n) { return args.differences + n * (op.pairs + 1); };
  auto const values = [&](std::int64_t n) { return args.values + linear::offset_of(args, n); };
  auto const checks = [&](std::int64_t n) { return args.checks + n * op.checks; };
  multiply_games(op.weights, op.pairs, op.players, args.games, differences, values);
  if (op.error_kind == ErrorKind::kPosterior) {
    multiply_games(op.check_weights, op.pairs, op.checks, args.games, differences, checks);
  }
  for (std::int64_t n = 0; n < args.games; ++n) {
    double const delta = differences(n)[op.pairs];
    double* const variances = args.variances + linear::offset_of(args, n);
    for (std::int32_t i = 0; i < op.players; ++i) values(n)[i] += op.share[i] * delta;
    if (op.error_kind == ErrorKind::kResiduals) {
      by_residuals(op, differences(n), values(n), variances);
    } else if (op.error_kind == ErrorKind::kPosterior) {
      by_posterior(op, delta, checks(n), variances);
    } else {
      std::fill_n(variances, op.players, linear::kNoError);
    }
    double* const doubts = args.doubts + linear::offset_of(args, n);
    for (std::int32_t i = 0; i < op.players; ++i) {
      bool const is_known = op.error_kind != ErrorKind::kNone;
      doubts[i] = is_known ? linear::doubt_of(variances[i], op.freedom[i]) : linear::kNoError;
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limpid {
namespace {
HWY_EXPORT(apply_operator);
}  // namespace

void apply_operator_cpu(ApplyOperatorArgs const& args) { HWY_DYNAMIC_DISPATCH(apply_operator)(args); }

}  // namespace limpid
#endif
