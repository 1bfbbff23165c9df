#include "explain/lapack.h"

#include <algorithm>
#include <cmath>

// LAPACK's own interface: Fortran, every argument by address. The names are LAPACK's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
void dpotrf_(char const* uplo, int const* n, double* a, int const* lda, int* info);
void dpotrs_(char const* uplo, int const* n, int const* nrhs, double const* a, int const* lda, double* b,
             int const* ldb, int* info);
void dpotri_(char const* uplo, int const* n, double* a, int const* lda, int* info);
void dpocon_(char const* uplo, int const* n, double const* a, int const* lda, double const* anorm, double* rcond,
             double* work, int* iwork, int* info);
/// OpenBLAS, where it is the LAPACK: its answers depend on its number of threads.
[[gnu::weak]] void openblas_set_num_threads(int threads);
}
// NOLINTEND(readability-identifier-naming)

namespace limpid {
namespace {

constexpr char kLower = 'L';

/// One thread, so that the bits do not depend on the machine's cores.
void use_one_thread() noexcept {
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
}

constexpr double kSmallestRcond = 1e-12;

/// Largest column sum of |a|, of a symmetric matrix in its lower triangle.
double one_norm(std::vector<double> const& a, std::int64_t n) {
  std::vector<double> sums(static_cast<std::size_t>(n), 0.0);
  for (std::int64_t c = 0; c < n; ++c) {
    for (std::int64_t r = c; r < n; ++r) {
      double const value = std::abs(a[static_cast<std::size_t>(c * n + r)]);
      sums[static_cast<std::size_t>(c)] += value;
      if (r != c) sums[static_cast<std::size_t>(r)] += value;
    }
  }
  return *std::max_element(sums.begin(), sums.end());
}

}  // namespace

bool factor(std::vector<double>& a, std::int64_t n) {
  use_one_thread();
  double const norm = one_norm(a, n);
  int const size = static_cast<int>(n);
  int info = 0;
  dpotrf_(&kLower, &size, a.data(), &size, &info);
  if (info != 0) return false;
  std::vector<double> work(static_cast<std::size_t>(3 * n));
  std::vector<int> integers(static_cast<std::size_t>(n));
  double rcond = 0.0;
  dpocon_(&kLower, &size, a.data(), &size, &norm, &rcond, work.data(), integers.data(), &info);
  return info == 0 && rcond >= kSmallestRcond;
}

void solve(std::vector<double> const& factored, std::int64_t n, std::vector<double>& b, std::int64_t columns) {
  int const size = static_cast<int>(n);
  int const count = static_cast<int>(columns);
  int info = 0;
  dpotrs_(&kLower, &size, &count, factored.data(), &size, b.data(), &size, &info);
}

void invert(std::vector<double>& factored, std::int64_t n) {
  int const size = static_cast<int>(n);
  int info = 0;
  dpotri_(&kLower, &size, factored.data(), &size, &info);
  for (std::int64_t c = 0; c < n; ++c) {
    for (std::int64_t r = c + 1; r < n; ++r) {
      factored[static_cast<std::size_t>(r * n + c)] = factored[static_cast<std::size_t>(c * n + r)];
    }
  }
}

}  // namespace limpid
