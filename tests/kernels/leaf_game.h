/// The game of one leaf by its definition: Shapley values from all 2^K coalitions. Slow and obvious.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace limpid {

/// phi_q = sum over S without q of |S|! (K - |S| - 1)! / K! (v(S + q) - v(S)).
inline std::vector<double> shapley_by_definition(std::int32_t k, std::function<double(std::uint64_t)> const& v) {
  std::vector<double> factorial{1.0};
  for (std::int32_t i = 1; i <= k; ++i) factorial.push_back(factorial.back() * i);
  std::vector<double> phi(static_cast<std::size_t>(k));
  for (std::uint64_t s = 0; s < (std::uint64_t{1} << k); ++s) {
    auto const size = static_cast<std::size_t>(__builtin_popcountll(s));
    for (std::int32_t q = 0; q < k; ++q) {
      if (((s >> q) & 1U) != 0) continue;
      double const weight =
          factorial[size] * factorial[static_cast<std::size_t>(k) - size - 1] / factorial[static_cast<std::size_t>(k)];
      phi[static_cast<std::size_t>(q)] += weight * (v(s | (std::uint64_t{1} << q)) - v(s));
    }
  }
  return phi;
}

/// v(S) of a row with pattern a: the share of the background patterns that reach the leaf when S comes from the row.
inline double interventional_game(std::int32_t k, std::uint64_t a, std::vector<std::uint64_t> const& background,
                                  std::uint64_t s) {
  std::uint64_t const full = (std::uint64_t{1} << k) - 1;
  double reached = 0.0;
  for (std::uint64_t const b : background) reached += ((a & s) | (b & ~s & full)) == full ? 1.0 : 0.0;
  return reached / static_cast<double>(background.size());
}

/// v(S): players in S decide by the row, the others by their cover ratios.
inline double path_dependent_game(std::int32_t k, std::uint64_t a, double const* ratio, std::uint64_t s) {
  double product = 1.0;
  for (std::int32_t q = 0; q < k; ++q) {
    double const one = ((a >> q) & 1U) != 0 ? 1.0 : 0.0;
    product *= ((s >> q) & 1U) != 0 ? one : ratio[q];
  }
  return product;
}

}  // namespace limpid
