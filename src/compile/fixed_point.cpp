#include "compile/fixed_point.h"

#include <algorithm>
#include <cmath>

namespace limpid {
namespace {

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

}  // namespace

FixedPoint make_fixed_point(std::vector<double> const& margin_range, std::vector<std::int64_t> const& trees,
                            Link link) {
  FixedPoint fixed;
  for (std::size_t g = 0; g < margin_range.size(); ++g) {
    auto const count = static_cast<double>(trees[g]);
    fixed.step.push_back(step_of(margin_range[g], count, 31));
    if (std::sqrt(count) * fixed.step[g] > tolerance_of(link, margin_range[g])) fixed.wide = true;
  }
  if (!fixed.wide) return fixed;
  for (std::size_t g = 0; g < margin_range.size(); ++g) {
    fixed.step[g] = step_of(margin_range[g], static_cast<double>(trees[g]), 63);
  }
  return fixed;
}

}  // namespace limpid
