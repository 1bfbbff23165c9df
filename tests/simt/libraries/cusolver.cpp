// As much of cuSOLVER as limpid calls, for the emulated device: textbook loops, so that its rounding is not LAPACK's.
#include <cmath>

#include "tests/simt/foreign_stream.h"

// NOLINTBEGIN(readability-identifier-naming): the names are cuSOLVER's
namespace {

using limpid::simt::ForeignStream;

struct Handle {
  ForeignStream* stream = nullptr;
};

/// L of A = L L' in the lower triangle, row by row; the number of the pivot that is not positive, or 0.
int factor(int n, double* a, int lda) {
  for (int r = 0; r < n; ++r) {
    for (int c = 0; c <= r; ++c) {
      double sum = a[c * lda + r];
      for (int k = c - 1; k >= 0; --k) sum -= a[k * lda + r] * a[k * lda + c];
      if (r != c) {
        a[c * lda + r] = sum / a[c * lda + c];
      } else if (sum > 0.0) {
        a[c * lda + c] = std::sqrt(sum);
      } else {
        return r + 1;
      }
    }
  }
  return 0;
}

void solve(int n, double const* a, int lda, double* b) {
  for (int r = 0; r < n; ++r) {
    for (int k = 0; k < r; ++k) b[r] -= a[k * lda + r] * b[k];
    b[r] /= a[r * lda + r];
  }
  for (int r = n; r-- > 0;) {
    for (int k = r + 1; k < n; ++k) b[r] -= a[r * lda + k] * b[k];
    b[r] /= a[r * lda + r];
  }
}

}  // namespace

extern "C" {
int cusolverDnCreate(void** handle) {
  *handle = new Handle;
  return 0;
}
int cusolverDnDestroy(void* handle) {
  delete static_cast<Handle*>(handle);
  return 0;
}
int cusolverDnSetStream(void* handle, void* stream) {
  static_cast<Handle*>(handle)->stream = static_cast<ForeignStream*>(stream);
  return 0;
}
int cusolverDnDpotrf_bufferSize(void* /*handle*/, int /*uplo*/, int n, double* /*a*/, int /*lda*/, int* size) {
  *size = n;
  return 0;
}
int cusolverDnDpotrf(void* handle, int uplo, int n, double* a, int lda, double* work, int size, int* info) {
  if (uplo != 0 || size < n) return 3;
  static_cast<Handle*>(handle)->stream->enqueue([=] {
    for (int i = 0; i < n; ++i) work[i] = 0.0;
    *info = factor(n, a, lda);
  });
  return 0;
}
int cusolverDnDpotrs(void* handle, int uplo, int n, int columns, double const* a, int lda, double* b, int ldb,
                     int* info) {
  if (uplo != 0) return 3;
  static_cast<Handle*>(handle)->stream->enqueue([=] {
    for (int c = 0; c < columns; ++c) solve(n, a, lda, b + static_cast<long>(c) * ldb);
    *info = 0;
  });
  return 0;
}
}
// NOLINTEND(readability-identifier-naming)
