/// The two steps of LAPACK that the estimators need, on symmetric positive definite matrices in double.
#pragma once

#include <cstdint>
#include <vector>

namespace limpid {

/// A = L L', lower triangle, column-major [n x n]; false where A is not positive definite, or so nearly singular that
/// its solutions would hold no digit (reciprocal condition number below 1e-12).
[[nodiscard]] bool factor(std::vector<double>& a, std::int64_t n);

/// Solves A X = B in place, B [n x columns] column-major, with the factor of A.
void solve(std::vector<double> const& factored, std::int64_t n, std::vector<double>& b, std::int64_t columns);

/// The inverse of A, whole, from its factor (in place).
void invert(std::vector<double>& factored, std::int64_t n);

}  // namespace limpid
