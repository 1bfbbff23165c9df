#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/shapley_constants.h"

namespace limpid {
namespace {

std::uint64_t binomial(std::int32_t n, std::int32_t k) {
  k = std::min(k, n - k);
  std::uint64_t result = 1;
  // result * (n - k + i) overflows from n = 62 on, result / gcd does not: divide what divides first.
  for (std::int32_t i = 1; i <= k; ++i) {
    auto const factor = static_cast<std::uint64_t>(n - k + i);
    auto const divisor = static_cast<std::uint64_t>(i);
    std::uint64_t const whole = result / divisor;
    std::uint64_t const rest = result % divisor;
    result = whole * factor + rest * factor / divisor;
  }
  return result;
}

/// Each step's result is a binomial: one rounding in extended precision for each.
long double large_binomial(std::int32_t n, std::int32_t k) {
  k = std::min(k, n - k);
  long double result = 1.0L;
  for (std::int32_t i = 1; i <= k; ++i) {
    result = result * static_cast<long double>(n - k + i) / static_cast<long double>(i);
  }
  return result;
}

/// P_n(x) and its derivative by the three-term recurrence (Abramowitz & Stegun 22.7.10, 22.8.5).
struct Legendre {
  long double value;
  long double slope;
};
Legendre legendre(std::int32_t n, long double x) {
  long double before = 1.0L;
  long double now = x;
  for (std::int32_t k = 2; k <= n; ++k) {
    auto const kk = static_cast<long double>(k);
    long double const next = ((2.0L * kk - 1.0L) * x * now - (kk - 1.0L) * before) / kk;
    before = now;
    now = next;
  }
  auto const nn = static_cast<long double>(n);
  return {now, nn * (x * now - before) / (x * x - 1.0L)};
}

}  // namespace

double shapley_weight(std::int32_t s, std::int32_t t) {
  if (s <= 0) return 0.0;
  if (s + t > kMaxLongPlayers) {
    return static_cast<double>(1.0L / (static_cast<long double>(s) * large_binomial(s + t, s)));
  }
  return 1.0 / (static_cast<double>(s) * static_cast<double>(binomial(s + t, s)));
}

void gauss_legendre(std::int32_t n, double* nodes, double* weights) {
  for (std::int32_t i = 0; i < n; ++i) {
    // Chebyshev-like start, then Newton in extended precision: converged after 5 steps for every n <= 128.
    long double x = -std::cos(std::numbers::pi_v<long double> * (static_cast<long double>(i) + 0.75L) /
                              (static_cast<long double>(n) + 0.5L));
    for (std::int32_t step = 0; step < 8; ++step) {
      Legendre const p = legendre(n, x);
      x -= p.value / p.slope;
    }
    if (2 * i + 1 == n) x = 0.0L;
    long double const slope = legendre(n, x).slope;
    nodes[i] = static_cast<double>((1.0L + x) / 2.0L);
    weights[i] = static_cast<double>(1.0L / ((1.0L - x * x) * slope * slope));
  }
}

ShortConstants const& short_constants() {
  static ShortConstants const constants = [] {
    ShortConstants c;
    for (std::int32_t s = 0; s <= kMaxShortPlayers; ++s) {
      for (std::int32_t t = 0; s + t <= kMaxShortPlayers; ++t) c.member[s][t] = shapley_weight(s, t);
    }
    for (std::int32_t n = 1; n <= ShortConstants::kPoints; ++n) gauss_legendre(n, c.node[n], c.weight[n]);
    return c;
  }();
  return constants;
}

namespace {

LongConstantsOwner weights_up_to(std::int32_t players) {
  LongConstantsOwner c;
  c.side = players + 1;
  c.member.assign(static_cast<std::size_t>(c.side) * static_cast<std::size_t>(c.side), 0.0);
  for (std::int32_t s = 0; s <= players; ++s) {
    for (std::int32_t t = 0; s + t <= players; ++t) {
      c.member[static_cast<std::size_t>(s * c.side + t)] = shapley_weight(s, t);
    }
  }
  return c;
}

void add_rules(std::int32_t points, LongConstantsOwner& c) {
  c.node.resize(static_cast<std::size_t>(LongConstants::rule_offset(points + 1)));
  c.weight.resize(c.node.size());
  for (std::int32_t n = 1; n <= points; ++n) {
    auto const offset = LongConstants::rule_offset(n);
    gauss_legendre(n, c.node.data() + offset, c.weight.data() + offset);
  }
}

constexpr std::int32_t kWidest = 256;

}  // namespace

LongConstantsOwner const& wide_constants() {
  static LongConstantsOwner const constants = weights_up_to(kWidest);
  return constants;
}

LongConstantsOwner const& wide_rules() {
  static LongConstantsOwner const rules = [] {
    LongConstantsOwner c;
    add_rules(rule_points(kWidest), c);
    return c;
  }();
  return rules;
}

LongConstantsOwner const& long_constants() {
  static LongConstantsOwner const constants = [] {
    LongConstantsOwner c = weights_up_to(kMaxLongPlayers);
    add_rules(LongConstants::kPoints, c);
    return c;
  }();
  return constants;
}

}  // namespace limpid
