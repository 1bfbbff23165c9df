// solve_operator on the host, by LAPACK.
#include "kernels/solve_operator.h"

#include <algorithm>
#include <cmath>

// LAPACK's own interface: Fortran, every argument by address. The names are LAPACK's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
void dpotrf_(char const* uplo, int const* n, double* a, int const* lda, int* info);
void dpotrs_(char const* uplo, int const* n, int const* nrhs, double const* a, int const* lda, double* b,
             int const* ldb, int* info);
void dpocon_(char const* uplo, int const* n, double const* a, int const* lda, double const* anorm, double* rcond,
             double* work, int* iwork, int* info);
/// OpenBLAS, where it is the LAPACK: its answers depend on its number of threads.
[[gnu::weak]] void openblas_set_num_threads(int threads);
}
// NOLINTEND(readability-identifier-naming)

namespace limpid {
namespace {

constexpr char kLower = 'L';
constexpr double kSmallestRcond = 1e-12;

/// One thread, so that the bits do not depend on the machine's cores.
void use_one_thread() noexcept {
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
}

class LapackSolver final : public SystemSolver {
 public:
  [[nodiscard]] std::string name() const override { return "LAPACK"; }

  [[nodiscard]] std::vector<double> gram(std::vector<double> const& z, std::vector<double> const& weight,
                                         std::int64_t n) override {
    std::vector<double> g(static_cast<std::size_t>(n * n), 0.0);
    for (std::size_t p = 0; p < weight.size(); ++p) {
      double const* const column = z.data() + static_cast<std::int64_t>(p) * n;
      for (std::int64_t c = 0; c < n; ++c) {
        double const scaled = weight[p] * column[c];
        double* const out = g.data() + c * n;
        for (std::int64_t r = c; r < n; ++r) out[r] += scaled * column[r];
      }
    }
    return g;
  }

  [[nodiscard]] bool factor(std::vector<double> const& a, std::int64_t n) override {
    use_one_thread();
    factored_ = a;
    n_ = n;
    int const size = static_cast<int>(n);
    int info = 0;
    dpotrf_(&kLower, &size, factored_.data(), &size, &info);
    return info == 0 && is_well_conditioned(factored_, n, one_norm(a, n));
  }

  void solve(std::vector<double>& b, std::int64_t columns) override {
    int const size = static_cast<int>(n_);
    int const count = static_cast<int>(columns);
    int info = 0;
    dpotrs_(&kLower, &size, &count, factored_.data(), &size, b.data(), &size, &info);
  }

 private:
  std::vector<double> factored_;
  std::int64_t n_ = 0;
};

}  // namespace

std::unique_ptr<SystemSolver> make_solver_cpu() { return std::make_unique<LapackSolver>(); }

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

bool is_well_conditioned(std::vector<double> const& factored, std::int64_t n, double norm) {
  use_one_thread();
  int const size = static_cast<int>(n);
  int info = 0;
  std::vector<double> work(static_cast<std::size_t>(3 * n));
  std::vector<int> integers(static_cast<std::size_t>(n));
  double rcond = 0.0;
  dpocon_(&kLower, &size, factored.data(), &size, &norm, &rcond, work.data(), integers.data(), &info);
  return info == 0 && rcond >= kSmallestRcond;
}

}  // namespace limpid
