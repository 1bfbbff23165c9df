#include "compile/fixed_point.h"

#include <algorithm>
#include <cmath>

namespace limpid {
namespace {

constexpr int kNarrowBits = 31;
constexpr int kWideBits = 63;
constexpr int kSmallestExponent = -100;  // steps stay far from denormal numbers, in float too

/// Smallest power of two h with S + T/2 h < 2^bits h: every final margin, roundings included, fits.
double step_of(double range, double trees, int bits) {
  double const capacity = std::ldexp(1.0, bits) - trees / 2.0;
  int exponent = kSmallestExponent;
  if (range > 0.0) exponent = std::max(exponent, std::ilogb(range / capacity));
  while (!(range < capacity * std::ldexp(1.0, exponent))) ++exponent;
  return std::ldexp(1.0, exponent);
}

/// Largest standard error of a margin that the link forgives.
double tolerance_of(Link link, double range) {
  switch (link) {
    case Link::kSigmoid:
    case Link::kSoftmax:
      return 1e-6;
    case Link::kExp:
    case Link::kSoftplus:  // its logarithm is nowhere steeper than exp's
      return 1e-7;
    case Link::kSignedSquare:  // has no scale of its own: what is small beside S^2 needs the digits of 64 bits
      return 0.0;
    case Link::kIdentity:
      break;
  }
  return 1e-7 * std::max(1.0, range);
}

FixedPoint fixed_point_of(std::vector<double> const& margin_range, std::vector<std::int64_t> const& trees, int bits) {
  FixedPoint fixed;
  fixed.wide = bits > kNarrowBits;
  for (std::size_t g = 0; g < margin_range.size(); ++g) {
    fixed.step.push_back(step_of(margin_range[g], static_cast<double>(trees[g]), bits));
  }
  return fixed;
}

void round_leaves(FixedPoint const& fixed, LeafPaths& paths) {
  for (std::size_t l = 0; l < paths.fixed.size(); ++l) {
    paths.fixed[l] = std::llrint(paths.value[l] / fixed.step[paths.output[l]]);
  }
}

}  // namespace

FixedPoint make_fixed_point(std::vector<double> const& margin_range, std::vector<std::int64_t> const& trees,
                            Link link) {
  FixedPoint fixed = fixed_point_of(margin_range, trees, kNarrowBits);
  for (std::size_t g = 0; g < margin_range.size(); ++g) {
    auto const error = std::sqrt(static_cast<double>(trees[g])) * fixed.step[g];
    if (error > tolerance_of(link, margin_range[g])) fixed.wide = true;
  }
  return fixed.wide ? fixed_point_of(margin_range, trees, kWideBits) : fixed;
}

void refine_fixed_point(CompiledModel& model, double tolerance) {
  if (model.fixed_point.wide) return;
  std::vector<std::int64_t> trees(model.margin_range.size(), 0);
  for (auto const output : model.tree_output) ++trees[output];
  bool is_fine = true;
  for (std::size_t g = 0; g < trees.size(); ++g) {
    is_fine = is_fine && std::sqrt(static_cast<double>(trees[g])) * model.fixed_point.step[g] <= tolerance;
  }
  if (is_fine) return;
  model.fixed_point = fixed_point_of(model.margin_range, trees, kWideBits);
  round_leaves(model.fixed_point, model.short_paths);
  round_leaves(model.fixed_point, model.long_paths);
}

}  // namespace limpid
