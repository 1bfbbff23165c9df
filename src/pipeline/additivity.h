/// Additivity of computed values (docs/contract.md, Numbers): for every row and output, base + sum(phi) in double
/// against the row's own evaluation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "explain/engine.h"

namespace limpid {

/// How large an error may be.
struct AdditivityRule {
  std::vector<double> base;       ///< [G] expected value
  std::vector<double> tolerance;  ///< [G] smallest tolerance of the output
  bool relative = false;          ///< response: 1e-6 max(|g(x)|, |base value|) where that is larger
};

[[nodiscard]] AdditivityRule additivity_rule(CompiledModel const& model, Question const& question,
                                             std::span<double const> expected_value);

/// Of a mean of models: the means of their tolerances. The expected value is the mean's in each of them.
[[nodiscard]] AdditivityRule mean_rule(std::span<AdditivityRule const> members);

/// The row and output whose error is the largest part of its tolerance; the first such row wins.
struct Additivity {
  double error = 0.0;      ///< |base + sum(phi) - prediction|; the largest double where a value is not finite
  double tolerance = 0.0;  ///< of that row and output
  std::int64_t row = -1;   ///< global row index; -1: no rows yet
  std::int32_t output = 0;

  [[nodiscard]] bool holds() const noexcept { return row < 0 || error <= tolerance; }
  void merge(Additivity const& later) noexcept;  ///< `later`: of rows after these
};

/// Of the values, and of the interactions where there are some: they add up to the same.
[[nodiscard]] Additivity check_additivity(AdditivityRule const& rule, Explanation const& chunk, std::int64_t first_row);

}  // namespace limpid
