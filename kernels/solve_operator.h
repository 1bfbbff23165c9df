/// solve_operator: the linear systems behind the estimators, symmetric and positive definite, in double, once per
/// design. On the host LAPACK solves them; in a CUDA run cuSOLVER and cuBLAS do, opened at run time (they are a GiB of
/// libraries that no other part needs). Which one it was moves a value's last digits, no more: the operators differ by
/// rounding.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/device.h"

namespace limpid {

/// Matrices are column-major, symmetric ones in their lower triangle. Thread safety: one thread at a time.
class SystemSolver {
 public:
  virtual ~SystemSolver() = default;
  /// "LAPACK", "cuSOLVER"
  [[nodiscard]] virtual std::string name() const = 0;
  /// Z diag(weight) Z', Z [n x columns], weight [columns]: lower triangle, the rest is 0.
  [[nodiscard]] virtual std::vector<double> gram(std::vector<double> const& z, std::vector<double> const& weight,
                                                 std::int64_t n) = 0;
  /// A = L L', kept; false where A [n x n] is not positive definite, or so nearly singular that its solutions would
  /// hold no digit (reciprocal condition number below 1e-12).
  [[nodiscard]] virtual bool factor(std::vector<double> const& a, std::int64_t n) = 0;
  /// Solves A X = B in place, B [n x columns]. REQUIRES: factor() was true.
  virtual void solve(std::vector<double>& b, std::int64_t columns) = 0;
};

/// LAPACK in one thread: the same bits whatever the machine's cores.
[[nodiscard]] std::unique_ptr<SystemSolver> make_solver_cpu();

/// cuSOLVER and cuBLAS on `exec`, which must outlive it; nullptr where they cannot be opened, and `reason` says why.
[[nodiscard]] std::unique_ptr<SystemSolver> make_solver_cuda(device::Exec const& exec, std::string& reason);
/// Who solves the systems of a CUDA run: "cuSOLVER", or "LAPACK (libcusolver.so was not found, tried ...)".
[[nodiscard]] std::string solver_name_cuda();

/// Whether solutions with the factor of A hold digits. `norm`: largest column sum of |A|.
[[nodiscard]] bool is_well_conditioned(std::vector<double> const& factored, std::int64_t n, double norm);
[[nodiscard]] double one_norm(std::vector<double> const& a, std::int64_t n);

}  // namespace limpid
