/// Random operators and differences: apply_operator knows nothing of designs.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "kernels/apply_operator.h"

namespace limpid::tests {

struct OperatorShape {
  ErrorKind error_kind = ErrorKind::kNone;
  std::int32_t players = 5;
  std::int64_t pairs = 7;
  std::int64_t games = 6;
  std::int32_t outputs = 1;
};

/// The arguments' arrays: a case's own, or those of its twin on a device.
template <class Arrays>
void point_at(Arrays& arrays, ApplyOperatorArgs& args) {
  EstimatorView& op = args.estimator;
  op.coalitions = arrays.coalitions.data();
  op.weights = arrays.weights.data();
  op.share = arrays.share.data();
  op.size_share = arrays.size_share.data();
  op.factor = arrays.factor.data();
  op.freedom = arrays.freedom.data();
  op.left = arrays.left.data();
  op.check_weights = arrays.check_weights.data();
  op.check_share = arrays.check_share.data();
  args.differences = arrays.differences.data();
  args.slot = arrays.slot.data();
  args.values = arrays.values.data();
  args.variances = arrays.variances.data();
  args.doubts = arrays.doubts.data();
  args.checks = arrays.checks.data();
}

struct OperatorCase {
  std::vector<std::uint64_t> coalitions;
  std::vector<double> weights, share, size_share, factor, freedom, left, check_weights, check_share;
  std::vector<double> differences, values, variances, doubts, checks;
  std::vector<std::int32_t> slot;
  ApplyOperatorArgs args;

  explicit OperatorCase(OperatorShape const& shape) {
    std::mt19937_64 random(static_cast<std::uint64_t>(shape.players * 1000 + shape.pairs));
    std::normal_distribution<double> normal;
    auto const fill = [&](std::vector<double>& to, std::int64_t count) {
      for (std::int64_t n = 0; n < count; ++n) to.push_back(normal(random));
    };
    std::int32_t const words = (shape.players + 63) / 64;
    std::int32_t const checks_count = shape.error_kind == ErrorKind::kPosterior ? 9 : 0;
    for (std::int64_t n = 0; n < shape.pairs * words; ++n) coalitions.push_back(random());
    fill(weights, shape.pairs * shape.players);
    fill(share, shape.players);
    fill(size_share, shape.pairs);
    fill(factor, shape.pairs);
    fill(freedom, shape.players);
    fill(left, shape.players);
    fill(check_weights, shape.pairs * checks_count);
    fill(check_share, checks_count);
    fill(differences, shape.games * (shape.pairs + 1));
    for (std::int64_t n = shape.games / shape.outputs; n-- > 0;) slot.push_back(static_cast<std::int32_t>(n));
    std::int64_t const stride = shape.players + 3;
    values.assign(static_cast<std::size_t>(shape.games * stride), -77.0);
    variances = doubts = values;
    checks.assign(static_cast<std::size_t>(shape.games * checks_count), -77.0);
    args.estimator = {shape.players, words, shape.pairs, nullptr, nullptr, nullptr, shape.error_kind};
    args.estimator.checks = checks_count;
    args.games = shape.games;
    args.outputs = shape.outputs;
    args.stride = stride;
    point_at(*this, args);
  }
  OperatorCase(OperatorCase const&) = delete;
  OperatorCase& operator=(OperatorCase const&) = delete;
  ~OperatorCase() = default;
};

}  // namespace limpid::tests
